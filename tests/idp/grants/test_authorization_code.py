"""Every rule about a code being redeemed: the right request passes all of them, and one change is refused by its own rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from idp.client_auth.authenticate import Authenticated
from idp.errors import OAuthError
from idp.grants.authorization_code import RULES, Redemption, verifier_fits
from idp.grants.model import TokenRequest
from idp.tokens.models import AuthorizationCode
from idp.tokens.records import decode_code, encode_code
from tests.idp.samples import CALLBACK, CHALLENGE, NOW, VERIFIER, a_client

CODE = AuthorizationCode(
    client_id="rp-a",
    application="aplikasi-a",
    service="layanan-satu",
    grant="grant-1",
    person="person-1",
    session="session-1",
    sid="sid-1",
    subject="subject-1",
    redirect_uri=CALLBACK,
    code_challenge=CHALLENGE,
    nonce=None,
    scopes=frozenset({"openid", "profile"}),
    released=frozenset({"name"}),
    id_token_claims=frozenset(),
    auth_time=NOW,
    acr="urn:gapura:aal1",
    amr=("pwd",),
    issued_at=NOW,
    guards={"person:person-1": "0"},
)


def judged(client_id: str = "rp-a", code: AuthorizationCode = CODE, cnf: str = "", **changes: str) -> str:
    form = {"redirect_uri": CALLBACK, "code_verifier": VERIFIER, **changes}
    redemption = Redemption(code, TokenRequest(Authenticated(a_client(client_id=client_id), "k"), form, NOW, cnf))
    for rule in RULES:
        try:
            rule(redemption)
        except OAuthError as error:
            return f"{error.code}: {error.description}"
    return ""


def test_the_right_request_passes_every_rule() -> None:
    assert judged() == ""


def test_tk_04_a_code_is_for_the_client_it_was_issued_to() -> None:
    assert judged("rp-b") == "invalid_grant: the code was issued to another client"


@pytest.mark.parametrize("uri", ["", CALLBACK + "/", CALLBACK.upper(), "https://rp.example/cb?x=1", "https://rp.example/é"])
def test_the_redirect_uri_is_the_same_as_before(uri: str) -> None:
    assert judged(redirect_uri=uri) == "invalid_grant: redirect_uri is not the one of the authorization request"


def test_a_scope_taken_from_the_client_ends_what_was_granted_with_it() -> None:
    assert judged(code=replace(CODE, scopes=frozenset({"openid", "taken"}))).endswith("not registered any more for what was granted")


def test_an_agreement_that_is_over_ends_what_was_not_redeemed() -> None:
    assert judged(code=replace(CODE, consent_until=NOW)) == "invalid_grant: the consent does not stand any more"
    assert judged(code=replace(CODE, consent_until=NOW + 1)) == ""


@pytest.mark.parametrize("verifier", ["", "x" * 43, VERIFIER[:-1], VERIFIER + "x", VERIFIER.lower(), CHALLENGE, "é" * 43, "x" * 129])
def test_tk_06_az_40_the_verifier_fits_the_challenge(verifier: str) -> None:
    assert judged(code_verifier=verifier) == "invalid_grant: code_verifier does not fit the code_challenge"


def test_dp_10_a_code_asked_for_with_a_key_is_redeemed_with_it() -> None:
    bound = replace(CODE, dpop_jkt="t" * 43)
    assert judged(code=bound, cnf="jkt:" + "t" * 43) == ""
    for cnf in ("", "jkt:" + "u" * 43, "jkt:", "t" * 43, "x5t:" + "t" * 43):
        assert judged(code=bound, cnf=cnf) == "invalid_grant: the code is bound to another key"
    assert judged(cnf="jkt:" + "t" * 43) == "", "a code asked for without one is bound from here on"


def test_a_code_comes_out_of_the_store_as_it_went_in() -> None:
    assert decode_code(encode_code(CODE)) == CODE


def test_tk_06_a_verifier_without_a_challenge_is_refused() -> None:
    def without(form: dict[str, str], **changes: Any) -> str:
        code = replace(CODE, code_challenge="")
        redemption = Redemption(code, TokenRequest(Authenticated(a_client(**changes), "k"), {"redirect_uri": CALLBACK, **form}, NOW))
        try:
            verifier_fits(redemption)
        except OAuthError as error:
            return f"{error.code}: {error.description}"
        return ""

    assert without({}, pkce_optional=True) == ""
    said = "invalid_grant: the authorization request had no code_challenge"
    assert without({"code_verifier": VERIFIER}, pkce_optional=True) == without({"code_verifier": ""}, pkce_optional=True) == said
    assert without({}) == without({}, pkce_optional=True, auth_method="none") == said
    assert without({}, pkce_optional=True, profile="fapi2_security") == said
