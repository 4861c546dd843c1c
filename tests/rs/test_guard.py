"""The dependency of the resource-server helper: what it lets in, and the words in which it refuses."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey

from kit.secrets import b64url
from tests.idp.client_auth.assertions import by_hand
from tests.idp.proofs.proofs import HERS, OTHER, thumbprint
from tests.rs.service import API, ED, ISSUER, NOW, OURS, RSA, STRANGER, Service, a_jwt, a_proof, claims, refusal

OTHER_ALG = RSAKey.import_key({**RSA.as_dict(private=True), "alg": "RS256"})
BOUND = {"cnf": {"jkt": thumbprint(HERS)}}


async def test_a_signed_token_is_checked_without_asking_the_provider_twice() -> None:
    service = Service()
    answer = await service.get(f"Bearer {a_jwt(act={'sub': 'client:lain'})}")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["sub"], answer.json()["person"], answer.json()["actor"]) == ("s1", True, {"sub": "client:lain"})
    assert (await service.get(f"bearer {a_jwt(sub='client:rp')}")).json()["person"] is False
    assert service.provider.asked == ["/.well-known/openid-configuration", "/jwks"]


@pytest.mark.parametrize(("key", "alg"), [(ED, "EdDSA"), (RSA, "PS256")])
async def test_every_algorithm_of_the_provider_is_verified(key: Any, alg: str) -> None:
    service = Service()
    service.provider.keys = [OURS, key]
    assert (await service.get(f"Bearer {a_jwt(key, alg)}")).status_code == 200
    forged = f"Bearer {a_jwt(OTHER_ALG, 'RS256')}"
    assert refusal(await service.get(forged)) == (401, "the token is not one of the provider"), "the key is for PS256"


async def test_an_opaque_token_is_asked_about_every_time() -> None:
    service = Service()
    service.provider.tokens["o" * 43] = {"active": True, **claims(name="Siti")}
    answer = await service.get(f"Bearer {'o' * 43}")
    assert answer.json()["claims"]["name"] == "Siti"
    assert base64.b64decode(service.provider.authorization.removeprefix("Basic ")) == b"api:s+e%2Fc", "RFC 6749 §2.3.1"
    service.provider.tokens.clear()
    assert refusal(await service.get(f"Bearer {'o' * 43}")) == (401, "the token is unknown, expired or revoked")


@pytest.mark.parametrize("changes", [{"aud": "other"}, {"iss": "https://evil.example"}, {"exp": NOW - 10}])
async def test_an_introspection_is_judged_like_a_jwt(changes: dict[str, Any]) -> None:
    service = Service()
    service.provider.tokens["o" * 43] = {"active": True, **claims(**changes)}
    assert (await service.get(f"Bearer {'o' * 43}")).status_code == 401


async def test_a_service_may_ask_about_signed_tokens_too() -> None:
    service = Service(introspect_always=True)
    token = a_jwt()
    assert (await service.get(f"Bearer {token}")).status_code == 401
    service.provider.tokens[token] = {"active": True, **claims()}
    assert (await service.get(f"Bearer {token}")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://evil.example"}, "the token is another issuer's"),
        ({"aud": "other"}, "the token is for another service"),
        ({"aud": ["other"]}, "the token is for another service"),
        ({"aud": None}, "the token is for another service"),
        ({"exp": None}, "exp, iat and nbf must be whole seconds"),
        ({"exp": "soon"}, "exp, iat and nbf must be whole seconds"),
        ({"exp": True}, "exp, iat and nbf must be whole seconds"),
        ({"exp": NOW - 5}, "the token has expired"),
        ({"nbf": NOW + 60}, "the token is not valid yet"),
        ({"iat": NOW + 60}, "the token is not valid yet"),
        ({"sub": None}, "the token names no subject or no client"),
        ({"client_id": None}, "the token names no subject or no client"),
    ],
)
async def test_one_wrong_claim_is_refused_by_its_own_rule(changes: dict[str, Any], reason: str) -> None:
    service = Service()
    assert refusal(await service.get(f"Bearer {a_jwt(**changes)}")) == (401, reason)
    assert (await service.get(f"Bearer {a_jwt(aud=['other', 'api'])}")).status_code == 200


@pytest.mark.parametrize(
    "token",
    [
        a_jwt(STRANGER),
        a_jwt(header={"typ": "JWT"}),
        a_jwt(header={"typ": "logout+jwt"}),
        a_jwt(header={"kid": "unknown"}),
        a_jwt(OURS, header={"jwk": OURS.as_dict(private=False)}),
        by_hand({"alg": "none", "typ": "at+jwt", "kid": "k1"}, b"{}"),
        by_hand({"alg": "ES256", "typ": "at+jwt", "kid": "k1", "crit": ["x"]}, b"{}", b"x"),
        by_hand({"alg": "ES256", "typ": "at+jwt", "kid": "k1", "x5u": "https://evil.example"}, b"{}", b"x"),
        a_jwt(OctKey.import_key(b64url(OURS.as_pem(private=False)), {"kid": "k1"}), "HS256"),  # type: ignore[arg-type]
        "..",
        "a" * 20_000 + "..",
    ],
    ids=["stranger", "id_token", "logout", "kid", "jwk", "none", "crit", "x5u", "hmac_of_public_key", "empty", "huge"],
)
async def test_jw_01_what_the_provider_did_not_sign_as_an_access_token(token: str) -> None:
    service = Service()
    assert refusal(await service.get(f"Bearer {token}")) == (401, "the token is not one of the provider")
    assert (await service.get(f"Bearer {a_jwt()}")).status_code == 200


async def test_a_new_key_is_fetched_once_and_forged_ids_cause_no_storm() -> None:
    service = Service()
    await service.get(f"Bearer {a_jwt()}")
    service.provider.keys.append(ED)
    service.clock.advance(30)
    assert (await service.get(f"Bearer {a_jwt(ED, 'EdDSA')}")).status_code == 200
    for number in range(20):
        await service.get(f"Bearer {a_jwt(header={'kid': str(number)})}")
    assert service.provider.asked.count("/jwks") == 2


async def test_a_removed_key_is_forgotten_within_ten_minutes() -> None:
    service = Service()
    assert (await service.get(f"Bearer {a_jwt(exp=NOW + 9999)}")).status_code == 200
    service.provider.keys = [ED]
    service.clock.advance(601)
    assert (await service.get(f"Bearer {a_jwt(exp=NOW + 9999)}")).status_code == 401


@pytest.mark.parametrize("token", [a_jwt(), "o" * 43])
async def test_without_the_provider_nothing_is_guessed(token: str) -> None:
    service = Service()
    service.provider.down = True
    answer = await service.get(f"Bearer {token}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_metadata_of_another_issuer_are_not_believed() -> None:
    service = Service()
    service.provider.issuer = "https://evil.example"
    assert (await service.get(f"Bearer {a_jwt()}")).status_code == 503


async def test_the_challenges_say_what_is_missing() -> None:
    service = Service()
    nothing = await service.get()
    assert (nothing.status_code, nothing.headers["www-authenticate"]) == (401, 'Bearer realm="gapura"')
    narrow = await service.get(f"Bearer {a_jwt(scope='tulis')}")
    assert narrow.status_code == 403
    assert narrow.headers["www-authenticate"] == 'Bearer realm="gapura", error="insufficient_scope", scope="baca"'


async def test_a_stronger_or_newer_sign_in_is_asked_for() -> None:
    service = Service()
    two = {"acr": "urn:gapura:aal2"}
    for changes in ({}, {**two, "auth_time": NOW - 3601}, {**two, "auth_time": None}, {"acr": "urn:other"}):
        refused = await service.get(f"Bearer {a_jwt(**changes)}", path="/rahasia")
        assert refused.status_code == 401
        wanted = 'error="insufficient_user_authentication", acr_values="urn:gapura:aal2", max_age="3600"'
        assert refused.headers["www-authenticate"].endswith(wanted)
    assert (await service.get(f"Bearer {a_jwt(**two)}", path="/rahasia")).status_code == 200


async def test_ui_02_a_token_travels_once_and_in_the_header() -> None:
    service = Service()
    token = a_jwt()
    assert refusal(await service.get(path=f"/data?access_token={token}")) == (400, "a token in the URL is not accepted")
    assert refusal(await service.get(f"Bearer {token}", f"Bearer {token}")) == (400, "send one Authorization header")
    assert (await service.get(f"Basic {token}")).status_code == 401
    assert (await service.get(f"Bearer {token}")).status_code == 200


async def test_a_bound_token_comes_with_its_proof_once() -> None:
    service = Service()
    token = a_jwt(**BOUND)
    proof = a_proof(token)
    assert (await service.get(f"DPoP {token}", proofs=(proof,))).status_code == 200
    again = await service.get(f"DPoP {token}", proofs=(proof,))
    assert refusal(again) == (401, "the proof was used before")
    assert again.headers["www-authenticate"].startswith('DPoP realm="gapura", error="invalid_dpop_proof", algs="ES256')


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"htm": "POST"}, "htm is another method"),
        ({"htu": f"{API}/lain"}, "htu is another address"),
        ({"htu": "https://evil.example/data"}, "htu is another address"),
        ({"now": NOW - 61}, "iat is not of now"),
        ({"now": NOW + 61}, "iat is not of now"),
        ({"jti": None}, "jti is missing"),
        ({"ath": None}, "ath is another token's"),
        ({"ath": "x"}, "ath is another token's"),
        ({"key": OTHER}, "the token is bound to another key"),
        ({"header": {"typ": "JWT"}}, "the proof's header is not one of a DPoP proof"),
        ({"header": {"jwk": HERS.as_dict(private=True)}}, "the proof's header is not one of a DPoP proof"),
        ({"header": {"jwk": OTHER.as_dict(private=False)}}, "the proof is not signed by its key"),
        ({"header": {"jwk": {"kty": "oct", "k": "AAAA"}}}, "the proof's header is not one of a DPoP proof"),
    ],
)
async def test_one_wrong_thing_in_a_proof_is_refused_by_its_own_rule(changes: dict[str, Any], reason: str) -> None:
    service = Service()
    token = a_jwt(**BOUND)
    assert refusal(await service.get(f"DPoP {token}", proofs=(a_proof(token, **changes),))) == (401, reason)
    with_query = a_proof(token, htu=f"{API.upper().replace('HTTPS', 'https')}/data?x=1")
    assert (await service.get(f"DPoP {token}", proofs=(with_query,))).status_code == 200


async def test_dp_07_scheme_and_binding_belong_together() -> None:
    service = Service()
    bound, free = a_jwt(**BOUND), a_jwt()
    assert refusal(await service.get(f"Bearer {bound}"))[1] == "the token is bound to a key: use the scheme DPoP"
    assert refusal(await service.get(f"DPoP {free}", proofs=(a_proof(free),)))[1] == "the token is not bound to a key"
    assert refusal(await service.get(f"DPoP {bound}"))[1] == "send one proof"
    assert refusal(await service.get(f"DPoP {bound}", proofs=(a_proof(bound), a_proof(bound))))[1] == "send one proof"
    assert (await service.get(f"DPoP {bound}", proofs=(a_proof(bound),))).status_code == 200


async def test_without_a_public_url_no_proof_can_be_checked() -> None:
    service = Service(public_url="")
    token = a_jwt(**BOUND)
    assert (await service.get(f"DPoP {token}", proofs=(a_proof(token),))).status_code == 401


async def test_the_host_header_is_never_believed() -> None:
    service = Service()
    token = a_jwt(**BOUND)
    refused = await service.get(f"DPoP {token}", proofs=(a_proof(token, htu="https://evil.example/data"),), host="evil.example")
    assert refusal(refused) == (401, "htu is another address")


async def test_a_token_bound_to_a_certificate() -> None:
    x5t = "MV8JHJqFNEPkzZTOUSGqgdyw0QmkBQQgkYDvvj-x8Qs"
    token = a_jwt(cnf={"x5t#S256": x5t})
    assert refusal(await Service().get(f"Bearer {token}")) == (401, "the token is bound to another certificate")
    right = b"certificate in DER"
    bound = a_jwt(cnf={"x5t#S256": b64url(hashlib.sha256(right).digest())})
    assert (await Service(certificate=lambda _: right).get(f"Bearer {bound}")).status_code == 200
    assert (await Service(certificate=lambda _: b"other").get(f"Bearer {bound}")).status_code == 401
    assert refusal(await Service().get(f"Bearer {a_jwt(cnf={'kid': 'x'})}"))[1] == "the token is bound in a way this service does not know"


async def test_a_service_without_credentials_takes_signed_tokens_only() -> None:
    service = Service(client_id="")
    assert refusal(await service.get("Bearer " + "o" * 43)) == (401, "this service accepts signed tokens only")
    assert (await service.get(f"Bearer {a_jwt()}")).status_code == 200
    await service.guard.aclose()


async def test_endpoints_elsewhere_are_not_asked() -> None:
    service = Service()
    seen: list[str] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": "https://evil.example/jwks"})

    service.guard.provider.http = httpx.AsyncClient(transport=httpx.MockTransport(elsewhere))
    assert (await service.get(f"Bearer {a_jwt()}")).status_code == 503
    assert seen == ["gapura.example"]
