"""The FAPI 2.0 plans about DPoP: what binds a code and a token to a key, and about thirty proofs with one fault each."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from kit.secrets import new_id
from tests.conformance.fapi import Fapi, Key, error_of, half

pytestmark = pytest.mark.asyncio(loop_scope="module")
RSA = RSAKey.generate_key(2048)


@pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP", "dPoP"])
async def test_fapi2_access_token_type_header_case_sensitivity(fapi: Fapi, scheme: str) -> None:
    assert (await fapi.resource((await fapi.tokens())["access_token"], scheme=scheme)).status_code == 200


async def test_fapi2_check_dpop_proof_nbf_exp(fapi: Fapi) -> None:
    token, now = (await fapi.tokens())["access_token"], fapi.site.clock.now()
    assert (await fapi.resource(token, nbf=now, exp=now + 60)).status_code == 200
    assert (await fapi.resource(token, nbf=now - 60, exp=now - 20)).status_code == 401, "an end that is past holds"


@pytest.mark.parametrize("skew", [-10, 10], ids=["before", "after"])
async def test_fapi2_ensure_dpopproof_with_iat_10seconds_succeeds(fapi: Fapi, skew: int) -> None:
    code = await fapi.code(key=fapi.dpop)
    assert (await fapi.redeem(code, proof={"iat": fapi.site.clock.now() + skew})).status_code == 200
    token = (await fapi.tokens())["access_token"]
    assert (await fapi.resource(token, iat=fapi.site.clock.now() + skew)).status_code == 200


async def test_fapi2_ensure_mismatched_dpop_jkt_fails(fapi: Fapi) -> None:
    refused = await fapi.push(key=fapi.dpop, dpop_jkt=Key().thumbprint)
    assert (refused.status_code, error_of(refused)) == (400, "invalid_dpop_proof")
    assert (await fapi.push(key=fapi.dpop, dpop_jkt=fapi.dpop.thumbprint)).status_code == 201


@pytest.mark.parametrize("how", ["proof", "jkt"])
async def test_fapi2_ensure_token_endpoint_fails_with_mismatched_dpop(fapi: Fapi, how: str) -> None:
    binding: dict[str, Any] = {"key": fapi.dpop} if how == "proof" else {"dpop_jkt": fapi.dpop.thumbprint}
    refused = await fapi.redeem(await fapi.code(**binding), key=Key())
    assert (refused.status_code, error_of(refused) in ("invalid_grant", "invalid_dpop_proof")) == (400, True)
    assert (await fapi.redeem(await fapi.code(**binding))).status_code == 200


async def test_fapi2_ensure_dpopproof_at_par_endpoint_binding_success(fapi: Fapi) -> None:
    assert (await fapi.redeem(await fapi.code(key=fapi.dpop))).json()["token_type"] == "DPoP"


async def test_fapi2_ensure_dpop_auth_code_binding_success(fapi: Fapi) -> None:
    assert (await fapi.redeem(await fapi.code(dpop_jkt=fapi.dpop.thumbprint))).json()["token_type"] == "DPoP"


async def test_fapi2_ensure_holder_of_key_required(fapi: Fapi) -> None:
    code = await fapi.code()
    refused = await fapi.redeem(code, key=None)
    assert (refused.status_code, error_of(refused)) == (400, "invalid_dpop_proof")
    assert (await fapi.redeem(code)).status_code == 200


async def proofs_with_one_fault(fapi: Fapi, token: str) -> dict[str, str]:
    """Return one proof for each fault that the suite tries at a resource; `fapi.dpop` holds a nonce that is good."""
    url, key, now = fapi.url("/userinfo"), fapi.dpop, fapi.site.clock.now()
    private = {**key.key.as_dict(private=True)}
    public = key.key.as_dict(private=False)

    def made(header: dict[str, Any] | None = None, method: str = "GET", at: str = url, ath: str | None = half(token), **claims: Any) -> str:
        return key.proof(fapi.site, method, at, "", header, ath=ath, **claims)

    claims = {"jti": new_id(), "htm": "GET", "htu": url, "iat": now, "nonce": key.nonce, "ath": half(token)}
    good = made()
    head, body, signature = good.split(".")
    return {
        "not-a-jwt": "not a jwt",
        "two-parts": f"{head}.{body}",
        "typ-missing": made({"typ": None}),
        "typ-jwt": made({"typ": "JWT"}),
        "alg-none": _unsigned(claims, public),
        "alg-rs256": jwt.encode({"typ": "dpop+jwt", "alg": "RS256", "jwk": RSA.as_dict(private=False)}, claims, RSA, algorithms=["RS256"]),
        "jwk-missing": made({"jwk": None}),
        "jwk-private": made({"jwk": private}),
        "jwk-of-another": made({"jwk": ECKey.generate_key("P-256").as_dict(private=False)}),
        "signature-changed": f"{head}.{body}.{signature[:-4]}AAAA",
        "jti-missing": made(jti=None),
        "htm-missing": made(htm=None),
        "htm-post": made(method="POST"),
        "htu-missing": made(htu=None),
        "htu-other-path": made(at=fapi.url("/token")),
        "htu-other-host": made(at="https://other.example/userinfo"),
        "iat-missing": made(iat=None),
        "iat-text": made(iat=str(now)),
        "iat-old": made(iat=now - 3700),
        "iat-ahead": made(iat=now + 3700),
        "ath-missing": made(ath=None),
        "ath-of-another": made(ath=half(token + "x")),
        "nonce-of-nobody": made(nonce="nobody-gave-this"),
        "key-of-another": Key(nonce=key.nonce).proof(fapi.site, "GET", url, token),
    }


def _unsigned(claims: dict[str, Any], public: Any) -> str:
    parts = [json.dumps(part).encode() for part in ({"typ": "dpop+jwt", "alg": "none", "jwk": public}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


async def test_fapi2_dpop_negative_tests(fapi: Fapi) -> None:
    token = (await fapi.tokens())["access_token"]
    assert (await fapi.resource(token)).status_code == 200
    for name, proof in (await proofs_with_one_fault(fapi, token)).items():
        refused = await fapi.resource(token, proof=proof)
        assert refused.status_code == 401, (name, refused.status_code, refused.text)
        assert refused.headers["www-authenticate"].startswith("DPoP"), name
    assert (await fapi.resource(token)).status_code == 200


async def test_fapi2_dpop_negative_tests_about_the_request(fapi: Fapi) -> None:
    token, key, url = (await fapi.tokens())["access_token"], fapi.dpop, fapi.url("/userinfo")
    assert (await fapi.resource(token)).status_code == 200
    once = key.proof(fapi.site, "GET", url, token)
    assert (await fapi.resource(token, proof=once)).status_code == 200
    assert (await fapi.resource(token, proof=once)).status_code == 401, "a proof counts once"
    assert (await fapi.resource(token, proof="")).status_code == 401, "no proof"
    assert (await fapi.resource(token, scheme="Bearer", proof="")).status_code == 401, "as a bearer token"
    two = [("Authorization", f"DPoP {token}"), *(("DPoP", key.proof(fapi.site, "GET", url, token)) for _ in range(2))]
    assert (await fapi.site.http().get("/userinfo", headers=two)).status_code in (400, 401), "two proofs"
    host = url.split("//")[1]
    for same in (url + "?a=b", url + "#c", f"HTTP://{host.upper().split('/')[0]}/userinfo"):
        assert (await fapi.resource(token, proof=key.proof(fapi.site, "GET", same, token))).status_code == 200, same
    extra = key.proof(fapi.site, "GET", url, token, extra={"claim": True})
    assert (await fapi.resource(token, proof=extra)).status_code == 200, "claims that nobody knows"
