"""WB-07 at every door where a token or a document of a stranger is read: deep JSON and members of odd types are a refusal, never a failure.

The doors are asked by somebody without any credential; what is right is taken by the same doors in the files of each.
"""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest
from joserfc import jws

from idp.client_auth import private_key_jwt
from idp.keys.signer import MAX_MEMBER, BadToken, header_of
from kit.secrets import b64url
from tests.idp.authorization.pushing import ASSERTION, PLAIN, a_pusher, told
from tests.idp.client_auth.assertions import EC
from tests.idp.registration.samples import JWKS
from tests.idp.registration.test_endpoint import METADATA, bearer, open_registration
from tests.site import CALLBACK, ISSUER, Site, authorize_query, new_party

DEPTHS = (21, 260, 950, 1020)
LONG = f"https://{'a' * 70}.example.com/x"


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def a_token(header: str, body: str = "{}") -> str:
    return f"{b64url(header.encode())}.{b64url(body.encode())}.{b64url(b'x' * 64)}"


def headers() -> list[str]:
    odd = [nested(n) for n in DEPTHS] + ["[1]", "5", "true", "null", '{"a":1}', '"' + "x" * (MAX_MEMBER + 1) + '"']
    return [f'{{"alg":"ES256","{name}":{value}}}' for name in ("kid", "typ", "cty") for value in odd] + ['{"alg":["ES256"]}', nested(900)]


@pytest.mark.parametrize("header", headers())
def test_wb_07_a_header_holds_short_texts(header: str) -> None:
    with pytest.raises(BadToken):
        header_of(a_token(header))
    assert private_key_jwt.client_id_of(a_token(header, '{"sub":"rp-a"}')) == ""


def test_a_header_of_short_texts_is_read() -> None:
    header = {"alg": "ES256", "kid": "k" * MAX_MEMBER, "typ": "JWT", "cty": "JWT"}
    assert header_of(a_token(orjson.dumps(header).decode())) == header


@pytest.mark.parametrize("levels", DEPTHS)
def test_wb_07_an_assertion_with_deep_claims_names_nobody(levels: int) -> None:
    good = '{"alg":"ES256"}'
    assert private_key_jwt.client_id_of(a_token(good, f'{{"sub":"rp-a","x":{nested(levels)}}}')) == ""
    assert private_key_jwt.client_id_of(a_token(good, f'{{"sub":"rp-a","x":{nested(3)}}}')) == "rp-a"


@pytest.mark.parametrize("member", ["kid", "typ", "cty", "alg"])
async def test_wb_07_no_door_fails_over_the_header_of_a_token(site: Site, member: str) -> None:
    party = await new_party(site)
    client = await a_pusher(site, PLAIN, require_par=False)
    http = site.http()
    for levels in DEPTHS:
        token = a_token(f'{{"alg":"ES256","{member}":{nested(levels)}}}')
        shown = {"authorization": f"Bearer {token}"}
        assertion = {"client_id": client.client_id, "client_assertion_type": ASSERTION, "client_assertion": token}
        answers = [
            await http.get("/userinfo", headers=shown),
            await http.post("/introspect", data={"token": token}, auth=party.auth),
            await http.post("/revoke", data={"token": token}, auth=party.auth),
            await http.get("/logout", params={"id_token_hint": token}),
            await http.get("/authorize?" + authorize_query(party.client_id, party.redirect_uri, id_token_hint=token)),
            await http.get("/authorize", params={**client.parameters(), "request": token}),
            await http.post("/token", data={"grant_type": "client_credentials", **assertion}),
            await http.post("/par", data=assertion),
            await http.post("/token", data={"grant_type": "authorization_code", "code": "x"}, auth=party.auth, headers={"DPoP": token}),
        ]
        assert [one.status_code for one in answers if one.status_code >= 500] == []
        assert answers[0].status_code == 401 and answers[1].json() == {"active": False} and answers[6].status_code in (401, 429)
    assert (await party.userinfo((await party.tokens())["access_token"])).status_code == 200


@pytest.mark.parametrize("name", ["claims", "authorization_details", "x", "resource", "state"])
async def test_wb_07_what_a_client_signed_is_not_read_when_it_is_too_deep(site: Site, name: str) -> None:
    client = await a_pusher(site, PLAIN, require_par=False)
    for levels in (*DEPTHS, 200, 253):
        claims = orjson.dumps({**client.parameters(), "iss": client.client_id, "aud": ISSUER}).decode()
        body = f'{claims[:-1]}, "{name}": {nested(levels)}}}'
        text = jws.serialize_compact({"alg": "ES256", "kid": EC.kid}, body.encode(), EC)
        pushed = await client.site.http().post("/par", data={"request": text, **client.assertion()})
        assert told(pushed) == "400 invalid_request_object"
        asked = await site.http().get("/authorize", params={"client_id": client.client_id, "request": text})
        assert asked.status_code == 400
    right = await client.site.http().post("/par", data={"request": client.object(), **client.assertion()})
    assert right.status_code == 201


@pytest.mark.parametrize("name", ["claims", "authorization_details"])
async def test_wb_07_a_parameter_that_is_too_deep_is_refused(site: Site, name: str) -> None:
    party = await new_party(site)
    for levels in DEPTHS:
        response = await site.http().get("/authorize?" + authorize_query(party.client_id, party.redirect_uri, **{name: nested(levels)}))
        assert response.status_code == 303 and "error=invalid" in response.headers["location"]


def odd_metadata() -> dict[str, dict[str, Any]]:
    key, deep = JWKS["keys"][0], orjson.loads(nested(200))
    return {
        "a label of 70 letters: jwks_uri": {"jwks_uri": LONG},
        "a label of 70 letters: sector": {"sector_identifier_uri": LONG},
        "a label of 70 letters: logo": {"logo_uri": LONG},
        "a deep member of a key": {"jwks": {"keys": [{**key, "x-more": deep}]}},
        "a deep member": {"whatever": deep},
        **{f"a key whose {name} is a list": {"jwks": {"keys": [{**key, name: [1]}]}} for name in ("x", "crv", "kty", "use", "alg")},
        "operations that are none": {"jwks": {"keys": [{**key, "key_ops": 5}]}},
    }


@pytest.mark.parametrize("metadata", odd_metadata().values(), ids=odd_metadata())
async def test_wb_07_dc_03_odd_metadata_is_refused_and_the_door_stays_open(site: Site, metadata: dict[str, Any]) -> None:
    token = await open_registration(site)
    refused = await post(site, token, orjson.dumps({**METADATA, **metadata}))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata"), refused.text
    assert (await post(site, token, orjson.dumps({**METADATA, "jwks": JWKS}))).status_code == 201


@pytest.mark.parametrize(
    "raw", [nested(21), nested(1020), "[" * 100_000, '{"redirect_uris":' + nested(500) + "}", "[]", '"x"', '{"a":1e400}']
)
async def test_wb_07_a_registration_that_is_no_small_object_is_refused(site: Site, raw: str) -> None:
    refused = await post(site, await open_registration(site), raw.encode())
    assert (refused.status_code, refused.json()["error"]) in ((400, "invalid_client_metadata"), (400, "invalid_redirect_uri"), TOO_LARGE)


TOO_LARGE = (413, "invalid_request")


async def post(site: Site, token: str, raw: bytes) -> httpx.Response:
    return await site.http().post("/register", content=raw, headers={**bearer(token), "content-type": "application/json"})


async def test_dc_03_an_address_with_a_label_too_long_is_one_that_cannot_be_fetched(site: Site) -> None:
    client = await a_pusher(site, PLAIN, require_par=False, request_uris=(LONG,), jwks=None, jwks_uri=LONG)
    asked = await site.http().get("/authorize", params={**client.parameters(), "request_uri": LONG})
    assert asked.status_code == 303 and asked.headers["location"].startswith(CALLBACK)
    assert "error=invalid_request_uri" in asked.headers["location"]
    assert (await site.http().post("/token", data={"grant_type": "client_credentials", **client.assertion()})).status_code == 401
