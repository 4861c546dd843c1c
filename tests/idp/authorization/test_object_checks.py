"""Every rule about a request object: a correct one passes all of them, and one change is refused by its own rule."""

from __future__ import annotations

from typing import Any

import pytest

from idp.applications.models import Client
from idp.authorization.object_checks import RULES
from idp.client_auth.signatures import Signed
from idp.keys.signer import BadToken
from tests.idp.samples import ISSUER, NOW, a_client

BASELINE = a_client()
FAPI = a_client(profile="fapi2_security")
SIGNS = a_client(profile="fapi2_message_signing")
HEADER = {"alg": "ES256", "kid": "ec-1"}
CLAIMS = {"iss": "rp-a", "aud": ISSUER, "exp": NOW + 300, "nbf": NOW, "iat": NOW, "client_id": "rp-a", "scope": "openid"}


def judged(client: Client = SIGNS, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """Return what the first rule that refuses says; a value None takes a claim away."""
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    for rule in RULES:
        try:
            rule(Signed(client, {**HEADER, **(header or {})}, claims, ISSUER, NOW))
        except BadToken as error:
            return str(error)
    return ""


@pytest.mark.parametrize("client", [BASELINE, FAPI, SIGNS], ids=["baseline", "FAPI", "message signing"])
def test_a_correct_object_passes_every_rule(client: Client) -> None:
    assert judged(client) == ""
    assert judged(client, {"typ": "oauth-authz-req+jwt"}) == judged(client, {"typ": "JWT"}) == ""


@pytest.mark.parametrize("typ", ["at+jwt", "dpop+jwt", "logout+jwt", "client-authentication+jwt", ""])
def test_jw_07_a_token_made_for_another_purpose_is_no_request(typ: str) -> None:
    assert judged(header={"typ": typ}) == ("typ is not that of a request object" if typ else "")


def test_a_client_assertion_is_no_request_and_no_request_is_an_assertion() -> None:
    assert judged(sub="rp-a") == "sub must not be the client id"
    assert judged(sub="3503") == ""


def test_the_algorithm_is_the_registered_one() -> None:
    client = a_client(request_object_alg="PS256")
    assert judged(client, {"alg": "PS256"}) == ""
    assert judged(client) == "alg must be PS256"


@pytest.mark.parametrize("alg", ["RS256", "ES512", "none", "HS256"])
def test_a_fapi_client_signs_with_none_of_the_weaker_algorithms(alg: str) -> None:
    assert judged(FAPI, {"alg": alg}) == judged(SIGNS, {"alg": alg}) == "alg is not allowed by this client's profile"
    assert judged(BASELINE, {"alg": "RS256"}) == ""
    assert judged(FAPI, {"alg": "EdDSA"}) == judged(FAPI, {"alg": "PS256"}) == ""


def test_the_issuer_is_the_client() -> None:
    assert judged(iss="rp-b") == judged(BASELINE, iss="rp-b") == "iss must be the client id"
    assert judged(BASELINE, iss=None) == ""
    assert judged(FAPI, iss=None) == "iss must be the client id"


def test_the_audience_is_us_alone_or_among_others() -> None:
    assert judged(aud=[ISSUER, "https://other.example"]) == judged(aud=[ISSUER]) == ""
    for wrong in ("https://other.example", ISSUER + "/", ["https://other.example"], {"a": 1}, 7):
        assert judged(aud=wrong) == judged(BASELINE, aud=wrong) == "aud must be the issuer"
    assert judged(BASELINE, aud=None) == ""
    assert judged(aud=None) == "aud must be the issuer"


def test_the_client_id_inside_is_the_one_outside() -> None:
    assert (
        judged(client_id="rp-b")
        == judged(client_id=None)
        == judged(BASELINE, client_id=None)
        == ("client_id inside must be the one outside")
    )


@pytest.mark.parametrize("name", ["request", "request_uri"])
def test_pr_01_nothing_is_nested(name: str) -> None:
    assert judged(**{name: "x"}) == judged(BASELINE, **{name: "x"}) == "a request object holds no request and no request_uri"


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["1", 1.5, -1, True, 2**50, float("inf")])
def test_jw_09_times_are_whole_seconds(name: str, value: Any) -> None:
    assert judged(BASELINE, **{name: value}) == "exp, nbf and iat must be whole seconds"


def test_jw_09_an_object_is_good_from_its_beginning_to_its_end() -> None:
    assert judged(exp=NOW - 31) == judged(BASELINE, exp=NOW - 31) == "exp is past"
    assert judged(nbf=NOW + 8, iat=NOW + 8) == "", "a clock may be eight seconds ahead"
    assert judged(nbf=NOW + 61) == judged(iat=NOW + 61) == "nbf or iat is ahead"
    assert judged(BASELINE, exp=None, nbf=None, iat=None) == ""


def test_a_signed_message_says_when_it_begins_and_ends() -> None:
    assert judged(exp=None) == judged(nbf=None) == "exp and nbf are required"
    assert judged(FAPI, exp=None) == judged(FAPI, nbf=None) == "", "only message signing asks for them"


def test_a_signed_message_began_within_the_last_hour() -> None:
    assert judged(nbf=NOW - 3600, exp=NOW) == ""
    assert judged(nbf=NOW - 3601, exp=NOW - 1) == "nbf is more than 60 minutes ago"
    assert judged(BASELINE, nbf=NOW - 3601, exp=NOW + 10) == ""


def test_a_signed_message_lives_an_hour_at_most() -> None:
    assert judged(exp=NOW + 3600) == ""
    assert judged(exp=NOW + 3601) == "exp is more than 60 minutes after nbf"
    assert judged(BASELINE, exp=NOW + 3601) == ""
