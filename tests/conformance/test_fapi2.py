"""The FAPI 2.0 plans, module by module, each in three ways: security profile, message signing, message signing with JARM.

A fresh browser and DPoP key for each test; the provider is shared by those of one way, and its clock goes on between them.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc.jwk import RSAKey

from tests.conformance.fapi import OTHER, Fapi, error_of
from tests.conformance.suite import CALLBACK
from tests.forms import words_of
from tests.site import PASSWORD, SITI

pytestmark = pytest.mark.asyncio(loop_scope="module")
LONG = "n" * 384


async def published(fapi: Fapi) -> dict[str, Any]:
    return dict((await fapi.site.http().get("/.well-known/openid-configuration")).json())


async def test_fapi2_discovery_end_point_verification(fapi: Fapi) -> None:
    document = await published(fapi)
    assert document["pushed_authorization_request_endpoint"].endswith("/par")
    assert document["response_types_supported"] == ["code"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert "private_key_jwt" in document["token_endpoint_auth_methods_supported"]
    for name in (
        "id_token_signing_alg_values_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "dpop_signing_alg_values_supported",
    ):
        assert set(document[name]) & {"PS256", "ES256", "EdDSA"}, name
        assert "none" not in document[name]
    assert isinstance(document["require_pushed_authorization_requests"], bool)
    if fapi.way != "security":
        assert {"ES256", "PS256"} <= set(document["request_object_signing_alg_values_supported"])
    if fapi.way == "jarm":
        assert "ES256" in document["authorization_signing_alg_values_supported"]
        assert "jwt" in document["response_modes_supported"]


async def test_fapi2_happy_flow(fapi: Fapi) -> None:
    for client in (fapi, fapi.second()):
        tokens = await client.tokens(scope="openid profile")
        claims = await client.claims(tokens)
        assert claims["nonce"] == "nonce-of-fapi"
        told = await client.resource(tokens["access_token"], headers={"Accept": "application/json;q=0.8, */*;q=0.5"})
        assert told.status_code == 200
        assert told.json()["sub"] == claims["sub"]
        in_query = await client.site.http().get("/userinfo", params={"access_token": tokens["access_token"]})
        assert (in_query.status_code, in_query.json()["error"]) == (400, "invalid_request")


async def test_fapi2_user_rejects_authentication(fapi: Fapi) -> None:
    await fapi.open(await fapi.reference(scope="openid profile", prompt="consent"))
    await fapi.browser.sign_in(SITI, PASSWORD)
    await fapi.browser.submit(button="tidak")
    page = await fapi.browser.submit(button="tidak-jadi")
    answer = await fapi.answer_in(page)
    assert answer is not None, (page.status_code, words_of(page.text)[:600])
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "state-of-fapi", fapi.site.issuer)


async def test_fapi2_ensure_authorization_request_without_state_success(fapi: Fapi) -> None:
    answer = await fapi.walk(await fapi.open(await fapi.reference(state=None)))
    assert "state" not in answer
    assert (await fapi.redeem(answer["code"])).status_code == 200


async def test_fapi2_ensure_authorization_request_without_nonce_success(fapi: Fapi) -> None:
    assert "nonce" not in await fapi.claims(await fapi.tokens(nonce=None))


@pytest.mark.parametrize("length", ["64", "384"])
async def test_fapi2_ensure_authorization_request_with_long_nonce(fapi: Fapi, length: str) -> None:
    nonce = "n" * int(length)
    assert (await fapi.claims(await fapi.tokens(nonce=nonce)))["nonce"] == nonce


async def test_fapi2_ensure_authorization_request_with_long_state(fapi: Fapi) -> None:
    assert (await fapi.walk(await fapi.open(await fapi.reference(state=LONG))))["state"] == LONG


async def test_fapi2_ensure_other_scope_order_succeeds(fapi: Fapi) -> None:
    tokens = await fapi.tokens(scope="email profile openid")
    assert {"email", "name"} <= (await fapi.resource(tokens["access_token"])).json().keys()


async def test_fapi2_test_claims_parameter_identity_claims(fapi: Fapi) -> None:
    names = ("name", "gender", "birthdate", "email", "phone_number", "address")
    wanted = json.dumps({place: dict.fromkeys(names) for place in ("userinfo", "id_token")})
    tokens = await fapi.tokens(claims=wanted)
    assert set(names) <= (await fapi.claims(tokens)).keys()
    assert set(names) <= (await fapi.resource(tokens["access_token"])).json().keys()


async def test_fapi2_ensure_different_nonce_inside_and_outside_request_object(fapi: Fapi) -> None:
    answer = await fapi.walk(await fapi.open(await fapi.reference(), nonce="another-nonce"))
    tokens = (await fapi.redeem(answer["code"])).json()
    assert (await fapi.claims(tokens))["nonce"] == "nonce-of-fapi"


async def test_fapi2_ensure_different_state_inside_and_outside_request_object(fapi: Fapi) -> None:
    assert (await fapi.walk(await fapi.open(await fapi.reference(), state="another-state")))["state"] == "state-of-fapi"


async def test_fapi2_state_only_outside_request_object_not_used(fapi: Fapi) -> None:
    assert "state" not in await fapi.walk(await fapi.open(await fapi.reference(state=None), state="outside"))


async def test_fapi2_ensure_redirect_uri_in_authorization_request(fapi: Fapi) -> None:
    refused = await fapi.push(redirect_uri=None)
    assert (refused.status_code, error_of(refused)) == (400, "invalid_request")
    assert (await fapi.push()).status_code == 201


async def test_fapi2_plain_fapi_unregistered_redirect_uri_is_refused(fapi: Fapi) -> None:
    refused = await fapi.push(redirect_uri=CALLBACK + "/other")
    assert (refused.status_code, error_of(refused)) == (400, "invalid_request")


async def test_fapi2_ensure_unsigned_authorization_request_without_using_par_fails(fapi: Fapi) -> None:
    page = await fapi.browser.go("/authorize?" + urlencode(fapi.request()))
    answer = await fapi.answer_in(page)
    assert answer is not None
    assert (answer["error"], "code" in answer) == ("invalid_request", False)


@pytest.mark.parametrize("kind", ["code id_token", "token"])
async def test_fapi2_ensure_response_type_other_than_code_fails(fapi: Fapi, kind: str) -> None:
    refused = await fapi.push(response_type=kind)
    assert (refused.status_code, error_of(refused)) == (400, "unsupported_response_type")


async def test_fapi2_ensure_client_id_in_token_endpoint(fapi: Fapi) -> None:
    code = await fapi.code()
    refused = await fapi.redeem(code, client_id=OTHER)
    assert error_of(refused) in ("invalid_client", "invalid_request")
    assert (await fapi.redeem(code, client_id=fapi.client_id)).status_code == 200


async def test_fapi2_ensure_authorization_code_is_bound_to_client(fapi: Fapi) -> None:
    code = await fapi.code()
    other = fapi.second()
    assert error_of(await other.redeem(code, redirect_uri=fapi.redirect_uri)) == "invalid_grant"
    assert (await fapi.redeem(code)).status_code == 200


async def test_fapi2_attempt_reuse_authorization_code_after_one_second(fapi: Fapi) -> None:
    code = await fapi.code()
    token = (await fapi.redeem(code)).json()["access_token"]
    fapi.site.clock.advance(1)
    assert (await fapi.resource(token)).status_code == 200
    assert error_of(await fapi.redeem(code)) == "invalid_grant"
    assert (await fapi.resource(token)).status_code == 401, "what it gave is taken back"


async def test_fapi2_ensure_token_endpoint_fails_with_expired_auth_code(fapi: Fapi) -> None:
    late, soon = await fapi.code(), await fapi.code()
    fapi.site.clock.advance(59)
    assert (await fapi.redeem(soon)).status_code == 200
    fapi.site.clock.advance(2)
    assert error_of(await fapi.redeem(late)) == "invalid_grant"


RSA = RSAKey.generate_key(2048)


async def test_fapi2_ensure_signed_client_assertion_with_rs256_fails(fapi: Fapi) -> None:
    refused = await fapi.push(assertion=fapi.assertion(alg="RS256", key=RSA))
    assert (refused.status_code, error_of(refused)) == (401, "invalid_client")


async def test_fapi2_ensure_client_assertion_in_token_endpoint(fapi: Fapi) -> None:
    code = await fapi.code()
    refused = await fapi.redeem(code, assertion={"client_id": fapi.client_id})
    assert (refused.status_code, error_of(refused)) == (401, "invalid_client")
    assert (await fapi.redeem(code)).status_code == 200


WRONG_ASSERTIONS: dict[str, dict[str, Any]] = {
    "exp-5-minutes-in-past": {"exp": -300},
    "wrong-aud": {"aud": "https://other.example"},
    "no-sub": {"sub": None},
    "nbf-over-60-seconds": {"nbf": 90},
    "array-as-audience": {"aud": ["{issuer}"]},
    "par-endpoint-as-audience": {"aud": "{issuer}/par"},
    "token-endpoint-as-audience": {"aud": "{issuer}/token"},
}


@pytest.mark.parametrize("name", WRONG_ASSERTIONS)
async def test_fapi2_client_assertion_with_one_fault_fails(fapi: Fapi, name: str) -> None:
    changes = {key: _filled(fapi, value) for key, value in WRONG_ASSERTIONS[name].items()}
    refused = await fapi.push(assertion=fapi.assertion(**changes))
    assert (refused.status_code, error_of(refused)) == (401, "invalid_client")
    assert (await fapi.push(assertion=fapi.assertion())).status_code == 201


def _filled(fapi: Fapi, value: Any) -> Any:
    if isinstance(value, list):
        return [_filled(fapi, one) for one in value]
    if isinstance(value, int):
        return fapi.site.clock.now() + value
    return value.replace("{issuer}", fapi.site.issuer) if isinstance(value, str) else value


async def test_fapi2_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(fapi: Fapi) -> None:
    assert (await fapi.push(assertion=fapi.assertion(nbf=fapi.site.clock.now() + 8))).status_code == 201


async def test_fapi2_refresh_token(fapi: Fapi) -> None:
    tokens = await fapi.tokens(scope="openid offline_access", prompt="consent")
    token = tokens["refresh_token"]
    assert error_of(await fapi.refresh(token, assertion={"client_id": fapi.client_id})) == "invalid_client"
    assert error_of(await fapi.second().refresh(token)) == "invalid_grant"
    fresh = await fapi.refresh(token)
    assert fresh.status_code == 200, fresh.text
    assert (await fapi.resource(fresh.json()["access_token"])).status_code == 200


async def test_fapi2_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(fapi: Fapi) -> None:
    reference = await fapi.reference()
    await fapi.open(reference)
    assert "code" in await fapi.walk(await fapi.open(reference))


async def test_fapi2_par_attempt_reuse_request_uri(fapi: Fapi) -> None:
    reference = await fapi.reference()
    assert "code" in await fapi.walk(await fapi.open(reference))
    await is_refused(fapi, reference)


async def is_refused(fapi: Fapi, reference: str) -> None:
    page = await fapi.open(reference)
    answer = await fapi.answer_in(page)
    if answer is None:
        assert page.status_code == 400
        assert "invalid_request_uri" in page.text
    else:
        assert (answer["error"], "code" in answer) == ("invalid_request_uri", False)


async def test_fapi2_par_attempt_to_use_expired_request_uri(fapi: Fapi) -> None:
    seconds = (await fapi.push()).json()["expires_in"]
    early, late = await fapi.reference(), await fapi.reference()
    fapi.site.clock.advance(seconds - 1)
    assert "code" in await fapi.walk(await fapi.open(early))
    fapi.site.clock.advance(2)
    await is_refused(fapi, late)


async def test_fapi2_par_attempt_to_use_request_uri_for_different_client(fapi: Fapi) -> None:
    reference = await fapi.reference()
    await is_refused(fapi.second(), reference)
    assert "code" in await fapi.walk(await fapi.open(reference))


async def test_fapi2_par_authorization_request_containing_request_uri_form_param(fapi: Fapi) -> None:
    refused = await fapi.push(more={"request_uri": await fapi.reference()})
    assert (refused.status_code, error_of(refused)) == (400, "invalid_request")


@pytest.mark.parametrize("method", ["PUT", "GET"])
async def test_fapi2_par_attempt_invalid_http_method(fapi: Fapi, method: str) -> None:
    refused = await fapi.site.http().request(method, "/par")
    assert refused.status_code == 405


@pytest.mark.parametrize(
    "change", [{"code_challenge": None, "code_challenge_method": None}, {"code_challenge_method": "plain"}], ids=["none", "plain"]
)
async def test_fapi2_par_ensure_pkce_required(fapi: Fapi, change: dict[str, Any]) -> None:
    refused = await fapi.push(**change)
    assert (refused.status_code, error_of(refused)) == (400, "invalid_request")
    assert (await fapi.push()).status_code == 201


@pytest.mark.parametrize("verifier", [None, "another-verifier-that-is-long-enough-0123456789"], ids=["required", "incorrect"])
async def test_fapi2_pkce_code_verifier(fapi: Fapi, verifier: str | None) -> None:
    code = await fapi.code()
    refused = await fapi.redeem(code, code_verifier=verifier)
    assert (refused.status_code, error_of(refused)) == (400, "invalid_grant")
    assert (await fapi.redeem(await fapi.code())).status_code == 200


async def test_fapi2_par_without_duplicate_parameters(fapi: Fapi) -> None:
    reference = await fapi.reference()
    assert "code" in await fapi.walk(await fapi.open(reference)), "client_id and request_uri alone"
    again = await fapi.reference()
    assert "code" in await fapi.walk(await fapi.open(again, scope="openid", response_type="code", redirect_uri=fapi.redirect_uri))
