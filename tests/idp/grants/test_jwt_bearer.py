"""`grant_type=…:jwt-bearer`: a client's own signed word. RFC 7523 §2.1, §3."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from idp.client_auth.signatures import Signed
from idp.grants.jwt_bearer import NAME, RULES
from idp.keys.signer import BadToken
from tests.idp.client_auth.assertions import EC, signed
from tests.idp.samples import ISSUER, NOW, a_client
from tests.site import TEST_SECRET, Site, register, test_client

HEADER = {"alg": "ES256", "typ": "JWT"}
CLAIMS = {"iss": "rp-a", "sub": "client:rp-a", "aud": ISSUER, "exp": NOW + 60, "iat": NOW, "jti": "jti-1"}
STRANGER = ECKey.generate_key("P-256", {"kid": "ec-1"}, auto_kid=False)


def judged(*, header: dict[str, Any] | None = None, client: dict[str, Any] | None = None, **claims: Any) -> str:
    """Return what the first rule that refuses says; a claim of None is taken away."""
    body = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    found = Signed(a_client(**(client or {})), {**HEADER, **(header or {})}, body, ISSUER, NOW)
    for rule in RULES:
        try:
            rule(found)
        except BadToken as error:
            return str(error)
    return ""


def test_a_right_one_passes_every_rule() -> None:
    assert judged() == ""
    assert judged(aud=f"{ISSUER}/token") == ""
    assert judged(iat=None) == ""


@pytest.mark.parametrize("typ", ["client-authentication+jwt", "at+jwt", "logout+jwt", "dpop+jwt"])
def test_jw_07_a_token_of_another_kind_is_no_grant(typ: str) -> None:
    assert judged(header={"typ": typ}) == "typ must be JWT"


def test_the_algorithm_is_the_clients_own() -> None:
    assert judged(client={"token_auth_alg": "PS256"}) == "alg is not the one of this client"
    assert judged(client={"token_auth_alg": "ES256"}) == ""


def test_the_issuer_is_the_client() -> None:
    assert judged(iss="rp-b") == "iss must be the client id"


@pytest.mark.parametrize("subject", ["rp-a", "client:rp-b", "3503115203889001", None])
def test_nobody_is_asserted_but_the_client_itself(subject: str | None) -> None:
    assert judged(sub=subject) == "sub must be client:<client id>"


@pytest.mark.parametrize("audience", [[ISSUER], "https://other.example", None])
def test_tk_11_the_audience_is_us_alone(audience: Any) -> None:
    assert judged(aud=audience) == "aud must be the issuer, as one string"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": None}, "exp, iat and nbf must be whole seconds"),
        ({"exp": NOW - 30}, "exp is past"),
        ({"exp": NOW + 3600}, "exp is more than five minutes ahead"),
        ({"iat": NOW + 60}, "iat or nbf is ahead"),
        ({"iat": NOW - 600}, "iat is long past"),
        ({"jti": None}, "jti is missing"),
    ],
)
def test_tk_13_it_is_young_and_short_lived_and_has_an_id(claims: dict[str, Any], reason: str) -> None:
    assert judged(**claims) == reason


async def a_service(site: Site, **changes: Any) -> None:
    values = {
        "grant_types": frozenset({NAME}),
        "jwks": {"keys": [EC.as_dict(private=False)]},
        "scopes": frozenset({"openid", "name", "laporan:baca"}),
        **changes,
    }
    await register(site, test_client(**values))


async def asked(site: Site, assertion: str, **more: str) -> httpx.Response:
    form = {"grant_type": NAME, "assertion": assertion, **more}
    return await site.http().post("/token", data={k: v for k, v in form.items() if v}, auth=("rp-test", TEST_SECRET))


def an_assertion(site: Site, key: ECKey = EC, jti: str = "one", **changes: Any) -> str:
    now = site.clock.now()
    body = {"iss": "rp-test", "sub": "client:rp-test", "aud": site.issuer, "exp": now + 60, "iat": now, "jti": jti, **changes}
    return signed(body, key)


async def test_a_client_gets_a_token_in_its_own_name_once_for_each_assertion(site: Site) -> None:
    await a_service(site)
    assertion = an_assertion(site)
    answer = await asked(site, assertion, scope="laporan:baca")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["token_type"], answer.json()["scope"]) == ("Bearer", "laporan:baca")
    told = await site.http().post("/introspect", data={"token": answer.json()["access_token"]}, auth=("rp-test", TEST_SECRET))
    assert (told.json()["sub"], told.json()["scope"]) == ("client:rp-test", "laporan:baca")
    assert "acr" not in told.json()
    again = await asked(site, assertion)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await asked(site, an_assertion(site, jti="two"))).status_code == 200


async def test_tk_12_of_many_uses_of_one_assertion_at_once_one_succeeds(site: Site) -> None:
    await a_service(site)
    assertion = an_assertion(site)
    answers = await asyncio.gather(*(asked(site, assertion) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19


async def test_it_speaks_for_no_person(site: Site) -> None:
    await a_service(site)
    for scope in ("openid", "name"):
        refused = await asked(site, an_assertion(site, jti=scope), scope=scope)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    person = await asked(site, an_assertion(site, jti="p", sub="3503115203889001"))
    assert person.json()["error"] == "invalid_grant"


async def test_a_strangers_key_with_the_right_name_signs_nothing(site: Site) -> None:
    await a_service(site)
    refused = await asked(site, an_assertion(site, STRANGER))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert (await asked(site, an_assertion(site))).status_code == 200


async def test_another_clients_assertion_is_refused(site: Site) -> None:
    await a_service(site)
    await register(site, replace(site.house.registry.now.clients["rp-test"], client_id="rp-second"))
    theirs = an_assertion(site, iss="rp-second", sub="client:rp-second")
    refused = await asked(site, theirs)
    assert refused.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(("assertion", "error"), [("", "invalid_request"), ("x", "invalid_grant"), ("a.b.c", "invalid_grant")])
async def test_what_is_no_assertion(site: Site, assertion: str, error: str) -> None:
    await a_service(site)
    refused = await asked(site, assertion)
    assert (refused.status_code, refused.json()["error"]) == (400, error)


async def test_tk_24_a_client_has_the_grant_only_when_it_registered_it(site: Site) -> None:
    await a_service(site, grant_types=frozenset({"client_credentials"}))
    assert (await asked(site, an_assertion(site))).json()["error"] == "unauthorized_client"
