"""What a client gets as it registered it: signed with its algorithm, sealed for its key, or plain; and never less than it asked for."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import orjson
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, RSAKey

from idp.keys.algorithms import SIGNING
from idp.keys.signer import BadToken
from tests.site import ISSUER, Party, Site, new_party

RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "enc"})
EC = ECKey.generate_key("P-256", {"kid": "ec", "use": "enc"})
KEYS = {"keys": [RSA.as_dict(private=False), EC.as_dict(private=False)]}

WAYS = [
    ("RSA-OAEP-256", "A256GCM", RSA),
    ("ECDH-ES", "A128GCM", EC),
    ("ECDH-ES+A128KW", "A128CBC-HS256", EC),
    ("ECDH-ES+A256KW", "A256GCM", EC),
]


def opened(token: str, way: tuple[str, str, Any]) -> str:
    return (jwe.decrypt_compact(token, way[2], algorithms=list(way[:2])).plaintext or b"").decode()


async def told(party: Party) -> tuple[dict[str, Any], Any]:
    """Return the token answer and what userinfo says."""
    tokens = await party.tokens()
    return tokens, await party.userinfo(tokens["access_token"])


@pytest.mark.parametrize("alg", SIGNING)
async def test_an_id_token_is_signed_as_registered_and_its_at_hash_fits(site: Site, alg: str) -> None:
    party = await new_party(site, id_token_alg=alg)
    tokens, _ = await told(party)
    claims = site.house.keys.signer.verify(tokens["id_token"])
    how = hashlib.sha512 if alg in ("ES512", "EdDSA") else hashlib.sha256
    whole = how(tokens["access_token"].encode()).digest()
    assert claims["at_hash"] == base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()
    kid = orjson.loads(base64.urlsafe_b64decode(tokens["id_token"].split(".")[0] + "=="))["kid"]
    keys = (await site.http().get("/jwks")).json()["keys"]
    assert [key["alg"] for key in keys if key["kid"] == kid] == [alg]
    again = (await party.refresh(tokens["refresh_token"])).json()
    assert site.house.keys.signer.verify(again["id_token"])["at_hash"] != claims["at_hash"]


@pytest.mark.parametrize("alg", SIGNING)
async def test_userinfo_is_a_jwt_when_registered_so(site: Site, alg: str) -> None:
    plain = await told(await new_party(site, client_id="rp-plain"))
    assert plain[1].headers["content-type"] == "application/json"
    party = await new_party(site, userinfo_alg=alg)
    tokens, response = await told(party)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/jwt")
    assert response.headers["cache-control"] == "no-store"
    claims = site.house.keys.signer.verify(response.text)
    assert (claims.pop("iss"), claims.pop("aud")) == (ISSUER, "rp-test")
    assert "nonce" not in claims
    assert claims == plain[1].json(), "the same facts in another dress"
    assert claims["sub"] == site.house.keys.signer.verify(tokens["id_token"])["sub"]
    assert (await party.userinfo("x" * 43)).headers["content-type"] == "application/json", "an error is never dressed"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way[:2]))
async def test_an_encrypted_id_token_holds_a_signed_one(site: Site, way: tuple[str, str, Any]) -> None:
    party = await new_party(site, jwks=KEYS, id_token_encryption=way[:2])
    tokens = await party.tokens()
    for token in (tokens["id_token"], (await party.refresh(tokens["refresh_token"])).json()["id_token"]):
        assert token.count(".") == 4
        with pytest.raises(BadToken):
            site.house.keys.signer.verify(token)
        assert site.house.keys.signer.verify(opened(token, way))["aud"] == "rp-test"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(way[:2]))
async def test_encrypted_userinfo_is_signed_inside_when_both_are_registered(site: Site, way: tuple[str, str, Any]) -> None:
    nested = await new_party(site, jwks=KEYS, userinfo_encryption=way[:2], userinfo_alg="ES256")
    _, response = await told(nested)
    assert response.headers["content-type"] == "application/jwt"
    claims = site.house.keys.signer.verify(opened(response.text, way))
    assert claims["iss"] == ISSUER
    alone = await new_party(site, client_id="rp-sealed", jwks=KEYS, userinfo_encryption=way[:2])
    _, response = await told(alone)
    assert response.headers["content-type"] == "application/jwt"
    assert orjson.loads(opened(response.text, way))["sub"] == claims["sub"]


async def test_without_a_key_nothing_is_sent_in_the_clear_and_the_code_stays_good(site: Site) -> None:
    party = await new_party(site, id_token_encryption=("ECDH-ES", "A128GCM"), jwks={"keys": [RSA.as_dict(private=False)]})
    code = await party.code()
    refused = await party.redeem(code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert "ECDH-ES" in refused.json()["error_description"]
    await new_party(site, id_token_encryption=("ECDH-ES", "A128GCM"), jwks=KEYS)
    assert (await party.redeem(code)).status_code == 200


async def test_userinfo_without_a_key_says_nothing(site: Site) -> None:
    party = await new_party(site, userinfo_encryption=("ECDH-ES", "A128GCM"))
    _, response = await told(party)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert set(response.json()) == {"error", "error_description"}
    twin = await new_party(site, client_id="rp-twin", userinfo_encryption=("ECDH-ES", "A128GCM"), jwks=KEYS)
    assert (await told(twin))[1].status_code == 200


async def test_jw_15_a_removed_key_ends_the_access_tokens_it_signed(site: Site) -> None:
    party = await new_party(site, access_token_format="jwt")
    opaque = await new_party(site, client_id="rp-opaque")
    signed, plain = (await party.tokens())["access_token"], (await opaque.tokens())["access_token"]
    assert (await party.userinfo(signed)).status_code == 200
    schedule = site.house.keys
    await schedule.rotate("ES256", actor="cli", at_once=True)
    assert (await party.userinfo(signed)).status_code == 200, "a former key is still good"
    await schedule.remove(orjson.loads(base64.urlsafe_b64decode(signed.split(".")[0] + "=="))["kid"], actor="cli")
    assert (await party.userinfo(signed)).status_code == 401
    assert (await party.introspect(signed)).json() == {"active": False}
    assert (await opaque.userinfo(plain)).status_code == 200
    assert (await party.userinfo((await party.tokens())["access_token"])).status_code == 200
