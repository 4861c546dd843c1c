"""The answer of `/introspect` as a signed JWT. RFC 9701."""

from __future__ import annotations

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.site import Party, Site, new_party, register, test_client

KIND = "application/token-introspection+jwt"


async def asked(site: Site, party: Party, token: str, accept: str = KIND) -> httpx.Response:
    return await site.http().post("/introspect", data={"token": token}, auth=party.auth, headers={"accept": accept})


async def opened(site: Site, response: httpx.Response, alg: str) -> jwt.Token:
    keys = KeySet.import_key_set((await site.http().get("/jwks")).json())
    return jwt.decode(response.text, keys, algorithms=[alg])


async def test_who_asks_for_it_gets_a_signed_answer(site: Site) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    plain = await party.introspect(token)
    assert plain.headers["content-type"] == "application/json"
    signed = await asked(site, party, token)
    assert signed.headers["content-type"] == KIND
    assert signed.headers["cache-control"] == "no-store"
    found = await opened(site, signed, "RS256")
    assert found.header["typ"] == "token-introspection+jwt"
    assert found.claims == {"iss": site.issuer, "aud": "rp-test", "iat": site.clock.now(), "token_introspection": plain.json()}


@pytest.mark.parametrize("alg", ["ES256", "PS256"])
async def test_who_registered_an_algorithm_always_gets_it_signed_so(site: Site, alg: str) -> None:
    party = await new_party(site, introspection_alg=alg)
    token = (await party.tokens())["access_token"]
    signed = await asked(site, party, token, "application/json")
    assert signed.headers["content-type"] == KIND
    assert (await opened(site, signed, alg)).claims["token_introspection"]["active"] is True


async def test_a_dead_token_is_signed_as_inactive_and_says_nothing_more(site: Site) -> None:
    party = await new_party(site)
    found = await opened(site, await asked(site, party, "x" * 43), "RS256")
    assert found.claims["token_introspection"] == {"active": False}
    assert "sub" not in found.claims and "exp" not in found.claims, "RFC 9701 §5: it must not be usable as an access token"


async def test_a_stranger_is_told_nothing_signed_either(site: Site) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    await register(site, test_client("e-link", client_id="rp-second"))
    stranger = Party(site, site.browser(), "rp-second")
    found = await opened(site, await asked(site, stranger, token), "RS256")
    assert found.claims["token_introspection"] == {"active": False}
    assert found.claims["aud"] == "rp-second"


async def test_the_signed_answer_is_no_access_token(site: Site) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    signed = (await asked(site, party, token)).text
    assert (await party.userinfo(signed)).status_code == 401
    assert (await party.userinfo(token)).status_code == 200


async def test_discovery_names_the_algorithms(site: Site) -> None:
    document = (await site.http().get("/.well-known/openid-configuration")).json()
    assert "ES256" in document["introspection_signing_alg_values_supported"]
