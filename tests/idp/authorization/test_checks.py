"""Every rule about an authorization request: a correct one passes all of them, and one change is refused by its own rule."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest

from idp.applications.models import Client
from idp.authorization.asked import Asked
from idp.authorization.checks import BEFORE_INTERACTION, BEFORE_REDIRECT
from idp.authorization.request import read
from idp.errors import OAuthError
from tests.idp.samples import CALLBACK, CHALLENGE, a_client, a_snapshot

CORRECT = {
    "client_id": "rp-a",
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid profile",
    "state": "s" * 128,
    "nonce": "n" * 384,
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def judged(client: Client | None = None, *, origin: str = "plain", **changes: str) -> str:
    """Return `code param` of the first rule that refuses; `page: …` when the person is told instead of the client; empty when none does."""
    client = client or a_client()
    snapshot = a_snapshot(client)
    request = read({**CORRECT, **changes}, origin=origin)
    asked = Asked(request, snapshot.clients.get(request.client_id), snapshot)
    for prefix, table in (("page: ", BEFORE_REDIRECT), ("", BEFORE_INTERACTION)):
        for rule in table:
            try:
                rule(asked)
            except OAuthError as error:
                assert error.redirectable or prefix, "an error that is not for redirects was raised after the redirect URI was checked"
                return f"{prefix}{error.code} {error.param}".strip()
    return ""


def test_a_correct_request_passes_every_rule() -> None:
    assert judged() == ""
    assert judged(display="touch") == judged(display="page") == judged(display="unheard-of") == ""
    assert judged(display="popup", ui_locales="se", extra="foobar", claims_locales="se", acr_values="1 2") == "", "unknown ones are ignored"
    assert judged(nonce="") == "", "a nonce is the client's own choice in the code flow"
    assert judged(state="") == ""


@pytest.mark.parametrize(
    "uri",
    [
        CALLBACK + "..;/admin",
        CALLBACK + "?code=x&state=y&iss=z",
        CALLBACK + "/",
        CALLBACK + "#x",
        CALLBACK.upper(),
        "https://rp.example:443/cb",
        "https://rp.example/%63b",
        "https://evil.example/cb",
        "https://rp.example@evil.example/cb",
        "",
    ],
)
def test_az_02_az_04_a_redirect_uri_is_the_same_string_or_refused(uri: str) -> None:
    assert judged(redirect_uri=uri) == "page: invalid_request redirect_uri"


def test_az_08_a_dot_is_no_wildcard() -> None:
    client = a_client(redirect_uris=("https://foo.example.com/cb",))
    assert judged(client, redirect_uri="https://foo.example.com/cb") == ""
    assert judged(client, redirect_uri="https://fooaexample.com/cb") == "page: invalid_request redirect_uri"


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost.evil.test/cb",
        "http://127.0.0.1.evil.test/cb",
        "http://127.0.0.1:80@evil.test/cb",
        "http://127.0.0.1:x/cb",
        "http://127.0.0.1:99999/cb",
        "https://127.0.0.1:51004/cb",
        "http://[::1]:51004/cb",
        "http://2130706433:51004/cb",
    ],
)
def test_az_06_a_loopback_host_is_parsed_not_matched_by_its_beginning(uri: str) -> None:
    client = a_client(native=True, redirect_uris=("http://127.0.0.1/cb", "http://localhost/cb"))
    assert judged(client, redirect_uri="http://127.0.0.1/cb") == ""
    assert judged(client, redirect_uri=uri) == "page: invalid_request redirect_uri"


def test_az_07_a_native_client_chooses_its_port_and_nothing_else() -> None:
    native = a_client(native=True, redirect_uris=("http://127.0.0.1/cb", "http://[::1]/cb?x=1"))
    assert judged(native, redirect_uri="http://127.0.0.1:51004/cb") == ""
    assert judged(native, redirect_uri="http://[::1]:51004/cb?x=1") == ""
    for other in ("http://127.0.0.1:51004/other", "http://127.0.0.1:51004/cb?x=1", "http://[::1]:51004/cb"):
        assert judged(native, redirect_uri=other) == "page: invalid_request redirect_uri"
    web = a_client(redirect_uris=("http://127.0.0.1/cb",))
    assert judged(web, redirect_uri="http://127.0.0.1/cb") == ""
    assert judged(web, redirect_uri="http://127.0.0.1:51004/cb") == "page: invalid_request redirect_uri"


@pytest.mark.parametrize("wrong", [{}, {"prompt": "none"}, {"scope": "nothing"}, {"response_type": "token"}, {"request_uri": "https://x"}])
def test_az_10_nothing_else_that_is_wrong_makes_us_redirect(wrong: dict[str, str]) -> None:
    assert judged(client_id="unknown", **wrong) == "page: invalid_client client_id"
    assert judged(redirect_uri="https://evil.example/", **wrong) == "page: invalid_request redirect_uri"
    assert judged(a_client(enabled=False), **wrong) == "page: invalid_client client_id"


@pytest.mark.parametrize("value", ["token", "id_token token", "none", "code code", "id_token", "CODE", "code id_token"])
def test_az_14_only_the_code_flow(value: str) -> None:
    assert judged(response_type=value) == "unsupported_response_type response_type"
    assert judged(response_type="") == "invalid_request response_type"


def test_az_15_a_response_mode_must_be_one_the_client_has() -> None:
    assert judged(response_mode="form_post") == ""
    for mode in ("web_message", "fragment", "jwt"):
        assert judged(response_mode=mode) == "invalid_request response_mode"
    only_query = a_client(response_modes=frozenset({"query"}))
    assert judged(only_query, response_mode="query") == ""
    assert judged(only_query, response_mode="form_post") == "invalid_request response_mode"


@pytest.mark.parametrize("value", ["none login", "xyz", "login xyz", "none none consent", "x" * 200])
def test_az_18_a_prompt_that_is_not_understood(value: str) -> None:
    assert judged(prompt=value) == "invalid_request prompt"


def test_prompts_that_are_understood() -> None:
    for value in ("none", "login", "consent", "select_account", "login consent"):
        assert judged(prompt=value) == ""


@pytest.mark.parametrize("value", ["-1", "abc", "1e9", "1.5", "+1", " 1", "٣", "1000000000"])
def test_az_20_max_age_is_a_number_of_seconds(value: str) -> None:
    assert judged(max_age="0") == judged(max_age="10000") == ""
    assert judged(max_age=value) == "invalid_request max_age"


@pytest.mark.parametrize("client", [a_client(), a_client(auth_method="none", secrets=())], ids=["confidential", "public"])
def test_az_22_az_23_pkce_with_s256_is_for_everybody(client: Client) -> None:
    assert judged(client) == ""
    assert judged(client, code_challenge="") == "invalid_request code_challenge"
    assert judged(client, code_challenge="", code_challenge_method="") == "invalid_request code_challenge"
    assert judged(client, code_challenge_method="plain") == "invalid_request code_challenge_method"
    assert judged(client, code_challenge_method="") == "invalid_request code_challenge_method"
    assert judged(client, code_challenge_method="s256") == "invalid_request code_challenge_method"


@pytest.mark.parametrize(
    "challenge", ["a" * 10, "a" * 42, "a" * 44, "a" * 200, "a" * 42 + "=", "a" * 42 + "+", "a" * 42 + "/", "a" * 42 + "é"]
)
def test_az_24_a_challenge_has_the_form_of_a_hash(challenge: str) -> None:
    assert judged(code_challenge=challenge) == "invalid_request code_challenge"


@pytest.mark.parametrize(
    "scope",
    [
        " ".join(f"s{i}" for i in range(10_000)),
        "x" * 100_000,
        "openid openid",
        "openid  profile",
        "openid\tprofile",
        "openid\nprofile",
        "openid profilé",
    ],
    ids=["10,000 scopes", "100 kB", "twice", "two spaces", "tab", "newline", "not ASCII"],
)
def test_az_25_a_scope_that_is_no_scope_costs_next_to_nothing(scope: str) -> None:
    costs = []
    for _ in range(3):
        began = time.process_time()
        assert judged(scope=scope) == "invalid_scope scope"
        costs.append(time.process_time() - began)
    assert min(costs) < 0.05


def test_scopes_are_those_the_client_registered_and_openid_is_among_them() -> None:
    assert judged(scope="profile openid") == "", "their order is free"
    assert judged(scope="openid nik") == "invalid_scope scope"
    assert judged(scope="profile") == "invalid_scope scope"
    assert judged(scope="") == "invalid_scope scope"


def test_a_request_names_one_service_that_its_application_carries() -> None:
    assert judged(scope="openid layanan:layanan-satu") == ""
    assert judged(scope="openid layanan:layanan-lain") == "invalid_scope scope"
    both = a_client(scopes=frozenset({"openid", "layanan:layanan-satu", "layanan:layanan-dua"}))
    assert judged(both, scope="openid layanan:layanan-satu layanan:layanan-dua") == "invalid_scope scope"


@pytest.mark.parametrize(("name", "most"), [("state", 2048), ("nonce", 512), ("login_hint", 320)])
def test_az_27_what_comes_back_or_is_kept_is_small(name: str, most: int) -> None:
    assert judged(**{name: "x" * most}) == ""
    assert judged(**{name: "x" * (most + 1)}) == f"page: invalid_request {name}"
    assert judged(**{name: "x" * 65_536}) == f"page: invalid_request {name}"


def test_a_state_that_is_not_ascii_is_refused() -> None:
    assert judged(state="é") == judged(state="a\r\nSet-Cookie: x=1") == "page: invalid_request state"


def test_a_registration_inside_the_request_is_refused_never_ignored() -> None:
    assert judged(registration="{}") == "registration_not_supported registration"


def test_a_client_without_the_code_grant_has_no_business_here() -> None:
    assert judged(a_client(grant_types=frozenset({"client_credentials"}))) == "unauthorized_client"


def claims(**parts: Any) -> str:
    return orjson.dumps(parts).decode()


@pytest.mark.parametrize(
    "text",
    [
        '{"userinfo": {"name": {"value": "' + "x" * 1_000_000 + '"}}}',
        '{"userinfo": ' + '{"a": ' * 1000 + "null" + "}" * 1000 + "}",
        "{",
        "[]",
        '"x"',
        '{"userinfo": []}',
        '{"userinfo": {"name": true}}',
        '{"id_token": {"acr": {"essential": true, "values": "urn:gapura:aal2"}}}',
        '{"id_token": {"acr": {"essential": true, "values": [1]}}}',
    ],
    ids=["1 MB", "1,000 levels", "cut", "list", "text", "part is a list", "claim is true", "values is a text", "values holds a number"],
)
def test_az_33_a_claims_parameter_that_cannot_be_read(text: str) -> None:
    assert judged(claims=claims(userinfo={"name": {"essential": True}, "unheard_of": None}, id_token={"acr": None})) == ""
    assert judged(claims=text) == "invalid_request claims"


def test_az_21_an_essential_acr_that_nobody_can_reach_is_refused_at_once() -> None:
    def essential(*values: str) -> str:
        return claims(id_token={"acr": {"essential": True, "values": list(values)}})

    assert judged(claims=essential("urn:gapura:aal2")) == judged(claims=essential("unknown", "urn:gapura:aal1")) == ""
    assert judged(claims=essential("unknown")) == "access_denied"
    assert judged(claims=claims(id_token={"acr": {"value": "unknown"}})) == "", "a voluntary one is ignored"


def test_tk_20_a_resource_is_the_audience_the_client_is_registered_with() -> None:
    assert judged(resource="rp-a") == judged(a_client(audience="https://api.example"), resource="https://api.example") == ""
    assert judged(resource="https://api.example") == "invalid_target resource"


def test_resources_beside_its_own_audience_are_those_it_registered() -> None:
    several = a_client(resources=frozenset({"https://api.example/a", "https://api.example/b"}))
    assert judged(several, resource="https://api.example/a https://api.example/b rp-a") == ""
    assert judged(several, resource="https://api.example/a https://api.example/c") == "invalid_target resource"


FAPI = {"auth_method": "private_key_jwt", "secrets": (), "profile": "fapi2_security"}
SIGNS = {**FAPI, "profile": "fapi2_message_signing"}


@pytest.mark.parametrize("changes", [FAPI, {"require_par": True}], ids=["FAPI", "require_par"])
def test_a_client_that_must_push_its_requests_does(changes: dict[str, Any]) -> None:
    client = a_client(**changes)
    assert judged(client, origin="pushed") == judged(client, origin="pushed_object") == ""
    assert judged(client) == judged(client, origin="object") == "invalid_request request_uri"


@pytest.mark.parametrize("changes", [SIGNS, {"request_object_alg": "ES256"}], ids=["FAPI message signing", "request_object_alg"])
def test_a_client_that_must_sign_its_requests_does(changes: dict[str, Any]) -> None:
    client = a_client(**changes)
    assert judged(client, origin="pushed_object") == ""
    assert judged(client, origin="pushed") == "invalid_request request"


def test_a_fapi_client_is_answered_over_https_only() -> None:
    local = "http://127.0.0.1/cb"
    assert judged(a_client(redirect_uris=(local,)), redirect_uri=local) == ""
    assert judged(a_client(redirect_uris=(local,), **FAPI), redirect_uri=local, origin="pushed") == "page: invalid_request redirect_uri"
    assert judged(a_client(**FAPI), origin="pushed") == ""


def test_az_22_only_a_confidential_baseline_client_may_be_exempt_from_pkce() -> None:
    none = {"code_challenge": "", "code_challenge_method": ""}
    exempt = a_client(pkce_optional=True)
    assert judged(exempt, **none) == judged(exempt) == ""
    assert judged(a_client(), **none) == "invalid_request code_challenge"
    assert judged(a_client(pkce_optional=True, auth_method="none"), **none) == "invalid_request code_challenge"
    assert judged(a_client(pkce_optional=True, **FAPI), origin="pushed", **none) == "invalid_request code_challenge"


def test_az_23_whoever_is_exempt_from_pkce_but_uses_it_is_held_to_it() -> None:
    exempt = a_client(pkce_optional=True)
    assert judged(exempt, code_challenge_method="plain") == "invalid_request code_challenge_method"
    assert judged(exempt, code_challenge_method="") == "invalid_request code_challenge_method"
    assert judged(exempt, code_challenge="", code_challenge_method="plain") == "invalid_request code_challenge_method"
    assert judged(exempt, code_challenge="x" * 10) == "invalid_request code_challenge"


def test_az_15_signed_answers_are_for_those_who_registered_them_or_follow_fapi() -> None:
    for mode in ("jwt", "query.jwt", "form_post.jwt"):
        assert judged(a_client(response_modes=frozenset({mode})), response_mode=mode) == ""
        assert judged(a_client(**FAPI), response_mode=mode, origin="pushed") == ""
        assert judged(response_mode=mode) == "invalid_request response_mode"
    for mode in ("fragment", "fragment.jwt", "web_message"):
        assert judged(a_client(**FAPI), response_mode=mode, origin="pushed") == "invalid_request response_mode"


def test_a_key_that_the_code_shall_be_bound_to_is_a_thumbprint() -> None:
    assert judged(dpop_jkt=CHALLENGE) == ""
    assert judged(dpop_jkt=CHALLENGE[:-1]) == judged(dpop_jkt=CHALLENGE + "=") == "invalid_request dpop_jkt"


def test_details_are_of_the_types_that_the_client_registered() -> None:
    asked = orjson.dumps([{"type": "izin_usaha", "actions": ["read"]}]).decode()
    client = a_client(authorization_details_types=frozenset({"izin_usaha"}))
    assert judged(client, authorization_details=asked) == ""
    assert judged(authorization_details=asked) == "invalid_authorization_details authorization_details"
