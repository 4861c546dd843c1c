"""Request objects from outside: by value, by reference, pushed; and each thing that makes one worthless. RFC 9101."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.idp.authorization.pushing import PLAIN, SIGNING, Pusher, a_pusher, told
from tests.idp.authorization.shelf import Shelf, a_shelf
from tests.idp.client_auth.assertions import EC, RSA, by_hand
from tests.idp.proofs.proofs import OTHER
from tests.site import CALLBACK, ISSUER, Site, answer_of, open_site

EVIL = "https://evil.example/cb"


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    async with a_shelf() as opened:
        yield opened


@pytest.fixture
async def reaching(shelf: Shelf, tmp_path: Path, template_folder: Path) -> AsyncIterator[Site]:
    """A site that may reach the shelf."""
    async with open_site(tmp_path, template_folder, **{"outbound.allow": (shelf.address,)}) as site:
        yield site


async def ask(client: Pusher, **parameters: str) -> httpx.Response:
    return await client.browser.go(f"/authorize?{httpx.QueryParams({'client_id': client.client_id, **parameters})}")


def error_of(response: httpx.Response) -> str:
    """Return the error that was told to the client at its redirect URI."""
    assert response.status_code == 303, (response.status_code, response.text[:300])
    assert response.headers["location"].startswith(CALLBACK), response.headers["location"]
    answer = answer_of(response.headers["location"])
    assert "code" not in answer and answer["iss"] == ISSUER
    return answer["error"]


def asks_to_sign_in(response: httpx.Response) -> bool:
    assert response.status_code == 200, (response.status_code, response.text[:400])
    return 'name="sandi"' in response.text


async def test_an_object_by_value_is_all_that_is_needed(site: Site) -> None:
    client = await a_pusher(site, PLAIN, require_par=False)
    answer = await client.through(await ask(client, request=client.object(state="inside")))
    assert answer["state"] == "inside"
    assert (await client.redeem(answer["code"], None)).status_code == 200


@pytest.mark.parametrize(("alg", "key"), [("ES256", EC), ("RS256", RSA), ("PS256", RSA)])
async def test_every_algorithm_that_is_named_is_taken(site: Site, alg: str, key: Any) -> None:
    client = await a_pusher(site, PLAIN, require_par=False)
    assert asks_to_sign_in(await ask(client, request=client.object(key, alg)))
    assert asks_to_sign_in(await ask(client, request=client.object(key, alg, {"typ": "oauth-authz-req+jwt"})))


async def test_az_37_only_the_object_counts(site: Site) -> None:
    client = await a_pusher(site, PLAIN, require_par=False)
    outside = {"state": "outside", "nonce": "outside", "scope": "openid nik", "redirect_uri": EVIL, "prompt": "none"}
    answer = await client.through(await ask(client, request=client.object(state=None), **outside))
    assert "state" not in answer, "RFC 9101 §6.3"
    tokens = (await client.redeem(answer["code"], None)).json()
    assert tokens["scope"] == "name openid"
    assert client.opened(tokens["id_token"])["nonce"] == "nonce-1"


async def test_the_redirect_uri_inside_wins(site: Site) -> None:
    client = await a_pusher(site, PLAIN, require_par=False)
    page = await ask(client, request=client.object(redirect_uri=EVIL), redirect_uri=CALLBACK)
    assert page.status_code == 400
    assert "redirect_uri is not registered" in page.text
    assert (await ask(client, request=client.object(redirect_uri=None), redirect_uri=CALLBACK)).status_code == 400
    assert asks_to_sign_in(await ask(client, request=client.object(), redirect_uri=EVIL))


async def test_client_and_response_type_outside_agree_with_those_inside(site: Site) -> None:
    client = await a_pusher(site, PLAIN, require_par=False)
    assert asks_to_sign_in(await ask(client, request=client.object(), response_type="code", scope="openid"))
    outside = {"redirect_uri": CALLBACK, "response_type": "code token"}
    assert error_of(await ask(client, request=client.object(), **outside)) == "invalid_request"
    wrong = client.object(client_id="rp-other")
    assert error_of(await ask(client, request=wrong, redirect_uri=CALLBACK)) == "invalid_request_object"


@pytest.mark.parametrize("name", ["max_age", "claims", "resource"])
async def test_values_keep_their_json_form_inside(site: Site, name: str) -> None:
    client = await a_pusher(site, PLAIN, require_par=False, resources=frozenset({"https://api.example/a", "https://api.example/b"}))
    values: dict[str, Any] = {
        "max_age": 600,
        "claims": {"userinfo": {"kecamatan": {"essential": True}}},
        "resource": ["https://api.example/a", "https://api.example/b"],
    }
    assert asks_to_sign_in(await ask(client, request=client.object(**{name: values[name]})))
    refused = await ask(client, request=client.object(**{name: [1]}), redirect_uri=CALLBACK)
    assert error_of(refused) in ("invalid_request", "invalid_request_object")


async def refusals(client: Pusher) -> dict[str, str]:
    """Return worthless objects by what is wrong with them."""
    now = client.site.clock.now()
    good = client.object()
    header, payload, signature = good.split(".")
    inside = json.loads(base64.urlsafe_b64decode(payload + "=="))
    secret = json.dumps(EC.as_dict(private=False)).encode()
    forged = by_hand({"alg": "HS256", "kid": "ec-1"}, json.dumps(inside).encode())
    forged = forged[:-1] + "." + base64.urlsafe_b64encode(hmac.digest(secret, forged[:-1].encode(), hashlib.sha256)).decode().rstrip("=")
    changed = base64.urlsafe_b64encode(json.dumps({**inside, "scope": "openid nik"}).encode()).decode().rstrip("=")
    return {
        "alg none": by_hand({"alg": "none"}, json.dumps(inside).encode()),
        "alg nOnE": by_hand({"alg": "nOnE"}, json.dumps(inside).encode()),
        "HS256 with the public key": forged,
        "another key": client.object(OTHER),
        "another key of that name": client.object(OTHER, header={"kid": "ec-1"}),
        "changed": f"{header}.{changed}.{signature}",
        "key in the header": client.object(OTHER, header={"jwk": OTHER.as_dict(private=False), "kid": None}),
        "key by address": client.object(header={"jku": "https://evil.example/jwks"}),
        "critical extension": client.object(header={"crit": ["kid"]}),
        "no token": "x",
        "expired": client.object(exp=now - 60),
        "from the future": client.object(nbf=now + 120),
        "another audience": client.object(aud="https://other.example"),
        "another issuer": client.object(iss="rp-other"),
        "nested": client.object(request="x"),
        "reference inside": client.object(request_uri="https://rp.example/x"),
        "an assertion": client.assertion()["client_assertion"],
    }


WRONG = (
    "alg none", "alg nOnE", "HS256 with the public key", "another key", "another key of that name", "changed", "key in the header",
    "key by address", "critical extension", "no token", "expired", "from the future", "another audience", "another issuer", "nested",
    "reference inside", "an assertion",
)  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
async def test_jw_01_jw_03_jw_04_jw_06_a_worthless_object_is_refused(site: Site, wrong: str) -> None:
    client = await a_pusher(site, PLAIN, require_par=False)
    text = (await refusals(client))[wrong]
    outside = client.parameters(client_id=None)
    assert error_of(await ask(client, request=text, **outside)) == "invalid_request_object"
    page = await ask(client, request=text)
    assert page.status_code == 400, "without an address of its own nobody is sent anywhere"
    assert told(await client.push({"client_id": client.client_id, "request": text})) == "400 invalid_request_object"
    assert asks_to_sign_in(await ask(client, request=client.object(), **outside))


async def test_a_client_without_keys_signs_nothing(site: Site) -> None:
    client = await a_pusher(site, PLAIN, require_par=False, auth_method="client_secret_basic", jwks=None)
    assert error_of(await ask(client, request=client.object(), **client.parameters(client_id=None))) == "request_not_supported"


async def test_an_object_and_a_reference_together_are_refused(site: Site) -> None:
    client = await a_pusher(site, PLAIN, require_par=False)
    both = {"request": client.object(), "request_uri": "https://rp.example/object"}
    assert error_of(await ask(client, redirect_uri=CALLBACK, **both)) == "invalid_request"


@pytest.mark.parametrize("uri", ["http://169.254.169.254/latest/meta-data/", "https://rp.example/object", "file:///etc/passwd", "x"])
async def test_az_31_an_address_that_is_not_registered_is_not_fetched(reaching: Site, shelf: Shelf, uri: str) -> None:
    client = await a_pusher(reaching, PLAIN, require_par=False, request_uris=(shelf.put("/object", "x"),))
    outside = client.parameters(client_id=None)
    asked = [uri, shelf.put("/other", "x"), f"http://{shelf.address}/object?x=1", f"http://{shelf.address}/object/../other"]
    for one in asked:
        assert error_of(await ask(client, request_uri=one, **outside)) == "request_uri_not_supported"
    assert shelf.asked == [], "zero outbound connections"


async def test_az_31_a_registered_address_that_is_not_public_is_not_reached(site: Site, shelf: Shelf) -> None:
    client = await a_pusher(site, PLAIN, require_par=False)
    uri = shelf.put("/object", client.object())
    client = await a_pusher(site, PLAIN, require_par=False, request_uris=(uri,))
    assert error_of(await ask(client, request_uri=uri, **client.parameters(client_id=None))) == "invalid_request_uri"
    assert shelf.asked == []


async def test_an_object_behind_a_registered_address_is_fetched(reaching: Site, shelf: Shelf) -> None:
    client = await a_pusher(reaching, PLAIN, require_par=False)
    uri = shelf.put("/object", client.object(RSA, "RS256", state="behind"))
    client = await a_pusher(reaching, PLAIN, require_par=False, request_uris=(uri,))
    answer = await client.through(await ask(client, request_uri=uri, response_type="code", scope="openid"))
    assert answer["state"] == "behind"
    assert shelf.asked == ["/object"]


async def test_an_object_whose_address_holds_its_hash_is_fetched_once(reaching: Site, shelf: Shelf) -> None:
    client = await a_pusher(reaching, PLAIN, require_par=False)
    text = client.object()
    mark = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
    uri = shelf.put("/object", text)
    client = await a_pusher(reaching, PLAIN, require_par=False, request_uris=(f"{uri}#{mark}",))
    assert asks_to_sign_in(await ask(client, request_uri=f"{uri}#{mark}"))
    assert asks_to_sign_in(await ask(client, request_uri=f"{uri}#{mark}"))
    assert shelf.asked == ["/object"], "kept"
    other = f"{uri}#{mark[::-1]}"
    assert error_of(await ask(client, request_uri=other, redirect_uri=CALLBACK)) == "invalid_request_uri", "not what the hash says"
    assert asks_to_sign_in(await ask(client, request_uri=uri))


@pytest.mark.parametrize("text", ["", "x" * 20_000, "elsewhere", "é"], ids=["not found", "too large", "redirect", "not ASCII"])
async def test_an_answer_that_is_no_object_is_refused(reaching: Site, shelf: Shelf, text: str) -> None:
    client = await a_pusher(reaching, PLAIN, require_par=False, request_uris=(f"http://{shelf.address}/wrong",))
    shelf.put("/object", client.object())
    uri = shelf.put("/wrong", text)
    assert error_of(await ask(client, request_uri=uri, redirect_uri=CALLBACK)) == "invalid_request_uri"
    assert shelf.asked == ["/wrong"], "redirects are not followed"


async def test_nobody_can_make_us_knock_as_often_as_they_like(reaching: Site, shelf: Shelf) -> None:
    client = await a_pusher(reaching, PLAIN, require_par=False, request_uris=(f"http://{shelf.address}/wrong",))
    uri = shelf.put("/wrong", "x")
    said = [error_of(await ask(client, request_uri=uri, redirect_uri=CALLBACK)) for _ in range(61)]
    assert said == ["invalid_request_object"] * 60 + ["temporarily_unavailable"]
    reaching.clock.advance(61)
    assert error_of(await ask(client, request_uri=uri, redirect_uri=CALLBACK)) == "invalid_request_object"


async def test_a_pushed_object_is_answered(site: Site) -> None:
    client = await a_pusher(site, SIGNING)
    form = {"client_id": client.client_id, "request": client.object(state="inside"), "state": "beside"}
    answer = await client.through(await client.open(await client.reference(form)))
    assert answer["state"] == "inside"
    assert (await client.redeem(answer["code"])).json()["token_type"] == "DPoP"


async def test_a_client_that_signs_its_messages_pushes_nothing_unsigned(site: Site) -> None:
    client = await a_pusher(site, SIGNING)
    assert told(await client.push()) == "400 invalid_request"
    assert told(await client.push({"client_id": client.client_id, "request": client.object()})) == "201"


@pytest.mark.parametrize(
    ("changes", "key", "alg", "good"),
    [
        ({"aud": [ISSUER, "https://other.example"]}, EC, "ES256", True),
        ({"nbf": 8, "iat": 8}, EC, "ES256", True),
        ({}, RSA, "PS256", True),
        ({"exp": None}, EC, "ES256", False),
        ({"nbf": None}, EC, "ES256", False),
        ({"exp": -60}, EC, "ES256", False),
        ({"exp": 3700}, EC, "ES256", False),
        ({"nbf": -3700}, EC, "ES256", False),
        ({"aud": "https://other.example"}, EC, "ES256", False),
        ({"aud": f"{ISSUER}/par"}, EC, "ES256", False),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, EC, "ES256", False),
        ({}, RSA, "RS256", False),
        ({}, OTHER, "ES256", False),
    ],
    ids=[
        "several audiences", "nbf 8 s ahead", "PS256", "no exp", "no nbf", "expired", "over 60 minutes", "nbf over 60 minutes ago",
        "wrong aud", "aud the endpoint", "request_uri inside", "RS256", "another key",
    ],
)  # fmt: skip
async def test_what_message_signing_asks_of_an_object(site: Site, changes: dict[str, Any], key: Any, alg: str, good: bool) -> None:
    client = await a_pusher(site, SIGNING)
    now = site.clock.now()
    values = {name: now + value if isinstance(value, int) else value for name, value in changes.items()}
    form = {"client_id": client.client_id, "request": client.object(key, alg, **values)}
    assert told(await client.push(form)) == ("201" if good else "400 invalid_request_object")


async def test_a_client_that_registered_an_algorithm_is_held_to_objects_signed_so(site: Site) -> None:
    client = await a_pusher(site, PLAIN, require_par=False, request_object_alg="PS256")
    assert asks_to_sign_in(await ask(client, request=client.object(RSA, "PS256")))
    assert error_of(await ask(client, request=client.object(), redirect_uri=CALLBACK)) == "invalid_request_object"
    assert error_of(await ask(client, **client.parameters(client_id=None))) == "invalid_request"
