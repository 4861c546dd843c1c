"""What we publish, judged by libraries that others wrote: authlib reads our metadata, python-jose and authlib's JOSE verify our tokens."""

from __future__ import annotations

import base64
import json

import pytest
from authlib.oidc.discovery import OpenIDProviderMetadata
from jose import jwt as other_jwt
from jose.exceptions import JWTError

from idp.keys.algorithms import SIGNING
from tests.site import ISSUER, Site, new_party


async def test_the_metadata_is_valid_in_the_eyes_of_another_library(site: Site) -> None:
    document = (await site.http().get("/.well-known/openid-configuration")).json()
    OpenIDProviderMetadata(document).validate()
    with pytest.raises(ValueError, match="jwks_uri"):
        OpenIDProviderMetadata({name: value for name, value in document.items() if name != "jwks_uri"}).validate()


async def test_both_well_known_documents_are_the_same_and_cacheable(site: Site) -> None:
    one = await site.http().get("/.well-known/openid-configuration")
    two = await site.http().get("/.well-known/oauth-authorization-server")
    assert one.content == two.content
    assert one.headers["cache-control"] == "public, max-age=300"
    assert one.json()["issuer"] == ISSUER


async def test_the_key_set_holds_no_private_part_and_each_kid_once(site: Site) -> None:
    keys = (await site.http().get("/jwks")).json()["keys"]
    assert {key["alg"] for key in keys} == set(SIGNING)
    assert len({key["kid"] for key in keys}) == len(keys) >= 4
    assert all("d" not in key and "p" not in key for key in keys)


@pytest.mark.parametrize("alg", ["ES256", "RS256", "ES512"])
async def test_python_jose_verifies_our_id_token_and_refuses_a_changed_one(site: Site, alg: str) -> None:
    party = await new_party(site, id_token_alg=alg)
    token = (await party.tokens())["id_token"]
    kid = other_jwt.get_unverified_header(token)["kid"]
    key = next(one for one in (await site.http().get("/jwks")).json()["keys"] if one["kid"] == kid)
    options = {"verify_exp": False, "verify_at_hash": False, "verify_iat": False}
    claims = other_jwt.decode(token, key, algorithms=[alg], audience="rp-test", issuer=ISSUER, options=options)
    assert claims["nonce"] == "nonce-1"
    head, body, signature = token.split(".")
    changed = body[:-2] + ("AA" if body[-2:] != "AA" else "BB")
    with pytest.raises(JWTError):
        other_jwt.decode(f"{head}.{changed}.{signature}", key, algorithms=[alg], audience="rp-test", issuer=ISSUER, options=options)


async def test_jw_15_tokens_of_a_retiring_key_verify_and_a_removed_key_is_gone(site: Site) -> None:
    party = await new_party(site)
    token = (await party.tokens())["id_token"]
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    await site.house.keys.rotate("ES256", actor="test", at_once=True)
    keys = (await site.http().get("/jwks")).json()
    assert header["kid"] in {key["kid"] for key in keys["keys"]}
    fresh = (await party.tokens())["id_token"]
    assert fresh.split(".")[0] != token.split(".")[0], "the next key signs now"
    assert site.house.keys.signer.verify(token)["sid"]
    await site.house.keys.remove(header["kid"], actor="test")
    keys = (await site.http().get("/jwks")).json()
    assert header["kid"] not in {key["kid"] for key in keys["keys"]}
    with pytest.raises(Exception, match="unknown key"):
        site.house.keys.signer.verify(token)
