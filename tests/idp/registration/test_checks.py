"""Each rule of registration, with what it refuses and the nearest thing that it lets pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from idp.registration.checks import CONSISTENT, DEVICE, PERMITTED, judge
from idp.registration.errors import Unfit
from tests.idp.registration.samples import APPLICATION, CALLBACK, FAPI, JWKS, KEY, POLICY, short_rsa, snapshot, state

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
OFF = replace(snapshot(), applications={"antrean": replace(APPLICATION, enabled=False)})
TWO_KIDS = {"keys": [KEY.as_dict(private=False), KEY.as_dict(private=False)]}

Case = tuple[dict[str, Any], dict[str, Any], str]

# rule -> (refused, its twin that passes, the member that is named)
OPERATOR: dict[str, list[Case]] = {
    "auth_method_is_offered": [({"auth_method": "client_secret_jwt"}, {"auth_method": "client_secret_post"}, "token_endpoint_auth_method")],
    "grants_are_offered": [
        ({"grant_types": frozenset({"authorization_code", "password"})}, {"grant_types": frozenset({"authorization_code"})}, "grant_types"),
        ({"grant_types": frozenset(), "redirect_uris": ()}, {"grant_types": frozenset({"client_credentials"})}, "grant_types"),
    ],
    "responses_fit_the_grants": [
        ({"response_types": ("code", "id_token")}, {"response_types": ("code",)}, "response_types"),
        ({"response_types": ()}, {"response_types": (), "grant_types": frozenset({"client_credentials"})}, "response_types"),
        (
            {"response_types": ("code",), "grant_types": frozenset({"client_credentials"})},
            {"response_types": ("code",)},
            "response_types",
        ),
    ],
    "refresh_belongs_to_a_person": [
        (
            {"grant_types": frozenset({"client_credentials", "refresh_token"})},
            {"grant_types": frozenset({"authorization_code", "refresh_token"})},
            "grant_types",
        )
    ],
    "public_clients_act_for_people_alone": [
        (
            {"auth_method": "none", "grant_types": frozenset({"authorization_code", grant})},
            {"auth_method": "client_secret_basic", "grant_types": frozenset({"authorization_code", grant})},
            "grant_types",
        )
        for grant in ("client_credentials", EXCHANGE)
    ],
    "redirect_uris_are_there": [
        ({"redirect_uris": ()}, {"redirect_uris": (), "grant_types": frozenset({"client_credentials"})}, "redirect_uris"),
        ({"redirect_uris": (CALLBACK, CALLBACK)}, {"redirect_uris": (CALLBACK, CALLBACK + "2")}, "redirect_uris"),
        (
            {"redirect_uris": tuple(f"https://rp.example/{n}" for n in range(21))},
            {"redirect_uris": tuple(f"https://rp.example/{n}" for n in range(20))},
            "redirect_uris",
        ),
    ],
    "sign_out_uris_are_safe": [
        (
            {"post_logout_redirect_uris": ("javascript:alert(1)",)},
            {"post_logout_redirect_uris": ("https://rp.example/bye",)},
            "post_logout_redirect_uris",
        )
    ],
    "keys_are_given_one_way": [
        ({"jwks": JWKS, "jwks_uri": "https://rp.example/jwks"}, {"jwks_uri": "https://rp.example/jwks"}, "jwks_uri")
    ],
    "keys_are_public_and_strong": [
        ({"jwks": {"keys": [KEY.as_dict(private=True)]}}, {"jwks": JWKS}, "jwks"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}, {"jwks": JWKS}, "jwks"),
        ({"jwks": {"keys": []}}, {"jwks": JWKS}, "jwks"),
        ({"jwks": TWO_KIDS}, {"jwks": JWKS}, "jwks"),
        ({"jwks": short_rsa()}, {"jwks": JWKS}, "jwks"),
        ({"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}}, {"jwks": JWKS}, "jwks"),
    ],
    "keys_are_there_for_what_needs_them": [
        ({"auth_method": "private_key_jwt"}, {"auth_method": "private_key_jwt", "jwks_uri": "https://rp.example/jwks"}, "jwks"),
        ({"request_object_alg": "RS256"}, {"request_object_alg": "RS256", "jwks": JWKS}, "jwks"),
        (
            {"userinfo_encryption": ("RSA-OAEP-256", "A256GCM")},
            {"userinfo_encryption": ("RSA-OAEP-256", "A256GCM"), "jwks": JWKS},
            "jwks",
        ),
    ],
    "what_we_fetch_or_call_is_outside": [
        (
            {"jwks_uri": "https://rp.example/jwks", "inside": frozenset({"https://rp.example/jwks"})},
            {"jwks_uri": "https://rp.example/jwks"},
            "jwks_uri",
        ),
        ({"request_uris": ("http://rp.example/r",)}, {"request_uris": ("https://rp.example/r#hash",)}, "request_uris"),
        ({"logo_uri": "https://10.0.0.1/logo.png"}, {"logo_uri": "https://rp.example/logo.png"}, "logo_uri"),
        ({"jwks_uri": "https://10.0.0.9/jwks"}, {"jwks_uri": "https://10.0.0.9:8443/jwks"}, "jwks_uri"),
    ],
    "frontchannel_page_is_the_clients_own": [
        (
            {"frontchannel_logout_uri": "https://other.example/out"},
            {"frontchannel_logout_uri": "https://rp.example:443/out"},
            "frontchannel_logout_uri",
        )
    ],
    "links_are_https": [
        ({name: bad}, {name: "https://rp.example/#a"}, name)
        for name in ("client_uri", "policy_uri", "tos_uri")
        for bad in ("javascript:alert(1)", "http://rp.example/", "https://ana@rp.example/")
    ],
    "sector_lists_every_redirect_uri": [
        (
            {"sector_identifier_uri": "https://rp.example/s", "listed": frozenset({"https://rp.example/other"})},
            {"sector_identifier_uri": "https://rp.example/s", "listed": frozenset({CALLBACK, "https://rp.example/other"})},
            "sector_identifier_uri",
        )
    ],
    "what_we_sign_is_offered": [
        ({"id_token_alg": "none"}, {"id_token_alg": "EdDSA"}, "id_token_signed_response_alg"),
        ({"id_token_alg": ""}, {"id_token_alg": "RS256"}, "id_token_signed_response_alg"),
        ({"userinfo_alg": "HS256"}, {"userinfo_alg": ""}, "userinfo_signed_response_alg"),
        ({"introspection_alg": "none"}, {"introspection_alg": "PS256"}, "introspection_signed_response_alg"),
    ],
    "what_the_client_signs_is_accepted": [
        ({"token_auth_alg": "HS256"}, {"token_auth_alg": "ES256"}, "token_endpoint_auth_signing_alg"),
        ({"request_object_alg": "none", "jwks": JWKS}, {"request_object_alg": "RS256", "jwks": JWKS}, "request_object_signing_alg"),
    ],
    "what_we_encrypt_is_offered": [
        (
            {"id_token_encryption": ("RSA1_5", "A128CBC-HS256"), "jwks": JWKS},
            {"id_token_encryption": ("ECDH-ES", "A128CBC-HS256"), "jwks": JWKS},
            "id_token_encrypted_response_alg",
        )
    ],
    "subjects_are_pairwise": [({"subject_type": "public"}, {"subject_type": "pairwise"}, "subject_type")],
    "certificate_is_named": [
        (
            {"auth_method": "tls_client_auth"},
            {"auth_method": "tls_client_auth", "tls_subject": "dns:rp.example"},
            "tls_client_auth_subject_dn",
        ),
        ({"tls_subject": "CN=rp"}, {"tls_subject": ""}, "tls_client_auth_subject_dn"),
    ],
    "profile_is_known": [
        ({"profile": "fapi3"}, {"profile": "baseline"}, "profile"),
        ({"access_token_format": "saml"}, {"access_token_format": "jwt"}, "profile"),
    ],
    "fapi_clients_prove_themselves_with_keys": [({**FAPI, "auth_method": "client_secret_basic"}, FAPI, "token_endpoint_auth_method")],
    "fapi_tokens_are_bound": [
        ({**FAPI, "dpop_bound": False}, {**FAPI, "dpop_bound": False, "tls_bound": True}, "dpop_bound_access_tokens")
    ],
    "fapi_clients_come_by_the_browser": [
        (
            {**FAPI, "grant_types": frozenset({"authorization_code", DEVICE})},
            {"grant_types": frozenset({"authorization_code", DEVICE})},
            "grant_types",
        )
    ],
    "fapi_algorithms_are_strong": [
        ({**FAPI, "id_token_alg": "RS256"}, {**FAPI, "id_token_alg": "PS256"}, "id_token_signed_response_alg"),
        ({**FAPI, "token_auth_alg": "RS256"}, {**FAPI, "token_auth_alg": "Ed25519"}, "id_token_signed_response_alg"),
    ],
    "pkce_is_optional_only_for_the_baseline": [
        ({"pkce_optional": True, "auth_method": "none"}, {"pkce_optional": True}, "pkce_optional"),
        ({**FAPI, "pkce_optional": True}, FAPI, "pkce_optional"),
    ],
    "resources_are_named_whole": [
        ({"resources": frozenset({"https://api.example/#a"})}, {"resources": frozenset({"https://api.example/a"})}, "resources"),
        ({"resources": frozenset({"antrean"})}, {"resources": frozenset({"urn:trenggalek:antrean"})}, "resources"),
    ],
    "exchange_names_known_clients": [
        ({"exchange_from": frozenset({"nobody"})}, {"exchange_from": frozenset({"c2"})}, "exchange_from"),
        ({"exchange_from": frozenset({"c1"})}, {"exchange_from": frozenset({"c2"})}, "exchange_from"),
    ],
    "max_age_is_a_duration": [({"default_max_age": -1}, {"default_max_age": 0}, "default_max_age")],
}

UNDER_POLICY: dict[str, list[Case]] = {
    "application_is_open_and_the_policys": [
        ({"application": "lain"}, {}, "software_id"),
        ({"application": "nothing"}, {}, "software_id"),
        ({"snapshot": OFF}, {}, "software_id"),
    ],
    "scopes_are_permitted": [
        ({"scopes": frozenset({"openid", "nik"})}, {"scopes": frozenset({"openid"})}, "scope"),
        ({"scopes": frozenset()}, {"scopes": frozenset({"name"})}, "scope"),
    ],
    "grants_are_permitted": [
        (
            {"grant_types": frozenset({"authorization_code", "client_credentials"})},
            {"grant_types": frozenset({"authorization_code", "refresh_token"})},
            "grant_types",
        )
    ],
    "auth_method_is_permitted": [({"auth_method": "client_secret_post"}, {"auth_method": "none"}, "token_endpoint_auth_method")],
    "redirect_hosts_are_permitted": [
        ({"redirect_uris": ("https://rp.example:8443/cb",)}, {"redirect_uris": ("https://RP.example/cb",)}, "redirect_uris"),
        ({"redirect_uris": ("https://rp.example.evil.example/cb",)}, {}, "redirect_uris"),
        (
            {"post_logout_redirect_uris": ("https://evil.example/",)},
            {"post_logout_redirect_uris": ("https://rp.example/",)},
            "redirect_uris",
        ),
    ],
    "redirect_hosts_are_one_sector": [
        (
            {"redirect_uris": (CALLBACK, "https://two.example/cb")},
            {
                "redirect_uris": (CALLBACK, "https://two.example/cb"),
                "sector_identifier_uri": "https://rp.example/s",
                "listed": frozenset({CALLBACK, "https://two.example/cb"}),
            },
            "sector_identifier_uri",
        ),
    ],
    "what_only_operators_give_is_the_policys": [
        ({**FAPI}, {}, "profile"),
        ({"pkce_optional": True}, {}, "profile"),
        ({"resources": frozenset({"https://api.example/"})}, {}, "profile"),
        ({"exchange_from": frozenset({"c2"})}, {}, "profile"),
    ],
}


@pytest.mark.parametrize(("rule", "bad", "good", "param"), [(rule, *case) for rule, cases in OPERATOR.items() for case in cases])
def test_dc_09_what_an_operator_registers_is_judged_whole(rule: str, bad: dict[str, Any], good: dict[str, Any], param: str) -> None:
    judge(state(**good))
    with pytest.raises(Unfit) as refused:
        judge(state(**bad))
    assert refused.value.param == param
    assert refused.traceback[-1].name == rule


@pytest.mark.parametrize(("rule", "bad", "good", "param"), [(rule, *case) for rule, cases in UNDER_POLICY.items() for case in cases])
def test_dc_07_what_the_policy_does_not_give_is_refused(rule: str, bad: dict[str, Any], good: dict[str, Any], param: str) -> None:
    judge(state(POLICY, **good))
    with pytest.raises(Unfit) as refused:
        judge(state(POLICY, **bad))
    assert refused.value.param == param
    assert refused.traceback[-1].name == rule


def test_every_rule_has_a_case() -> None:
    own = {"redirect_uris_are_exact_and_safe", "third_party_login_starts_over_https", "name_is_readable"}  # below
    assert {rule.__name__ for rule in CONSISTENT} == set(OPERATOR) | own
    assert {rule.__name__ for rule in PERMITTED} == set(UNDER_POLICY)


@pytest.mark.parametrize(
    "uri",
    ["JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://rp.example/cb#f", "https://rp.example/cb#",
     "https://ana:1@rp.example/cb", "https://*.example/cb", "http://rp.example/cb", "https:///cb", "//rp.example/cb",
     "https://rp.example/c b", "https://rp.exämple/cb", "https://rp.example\\@evil.example/", "https://rp.example:0/",
     "com.example.app:/cb",
     "http://127.0.0.1/cb", ""],
)  # fmt: skip
def test_dc_02_a_redirect_uri_that_is_not_plain_https_is_refused(uri: str) -> None:
    policy = replace(POLICY, redirect_hosts=frozenset({"rp.example"}))
    with pytest.raises(Unfit) as refused:
        judge(state(policy, redirect_uris=(uri,)))
    assert (refused.value.code, refused.value.param) == ("invalid_redirect_uri", "redirect_uris")
    judge(state(policy, redirect_uris=("https://rp.example/cb?a=1",)))


@pytest.mark.parametrize("uri", ["http://127.0.0.1/cb", "http://[::1]:7/cb", "com.example.app:/cb"])
def test_a_program_on_a_device_may_answer_itself(uri: str) -> None:
    judge(state(POLICY, redirect_uris=(uri,), native=True))


@pytest.mark.parametrize(
    "uri", ["http://rp.example/cb", "myapp:/cb", "http://127.0.0.1.example/cb", "javascript:/cb", "com.example://x/cb"]
)
def test_dc_02_a_native_client_gets_no_other_address_either(uri: str) -> None:
    with pytest.raises(Unfit, match="redirect_uris"):
        judge(state(POLICY, redirect_uris=(uri,), native=True))


def test_only_an_operator_may_register_an_address_of_this_machine() -> None:
    judge(state(redirect_uris=("http://localhost:8001/cb",), initiate_login_uri="http://localhost:8001/login"))
    with pytest.raises(Unfit, match="redirect_uris"):
        judge(state(POLICY, redirect_uris=("http://localhost:8001/cb",)))
    with pytest.raises(Unfit, match="backchannel_logout_uri"):
        judge(state(backchannel_logout_uri="http://localhost:8001/out"))
    with pytest.raises(Unfit, match="jwks_uri"):
        judge(state(jwks_uri="http://localhost:8001/jwks"))


INTERNAL = (
    "https://127.0.0.1/", "https://[::1]/", "https://0.0.0.0/", "https://169.254.169.254/latest/", "https://[fd00::1]/",
    "https://[::ffff:10.0.0.1]/", "https://[::10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://2130706433/", "https://0x7f.1/",
    "https://0177.0.0.1/", "https://127.1/", "https://10.0.0.1:8443/", "https://192.168.1.1./", "https://localhost/", "https://hub/",
    "https://db.internal/", "https://x.localhost/", "file:///etc/passwd", "gopher://rp.example/", "ftp://rp.example/", "http://rp.example/",
    "https://ana@rp.example/",
)  # fmt: skip


@pytest.mark.parametrize("uri", INTERNAL)
@pytest.mark.parametrize("name", ["jwks_uri", "sector_identifier_uri", "backchannel_logout_uri"])
def test_dc_03_dc_11_an_address_of_our_own_network_is_refused_however_it_is_written(uri: str, name: str) -> None:
    good = f"https://rp.example/{name}"
    judge(state(POLICY, **{name: good}, listed=frozenset({CALLBACK})))
    with pytest.raises(Unfit) as refused:
        judge(state(POLICY, **{name: uri}, listed=frozenset({CALLBACK})))
    assert refused.value.param == name


def test_oidcc_3rd_party_init_login_nohttps_is_refused() -> None:
    judge(state(POLICY, initiate_login_uri="https://rp.example/login"))
    with pytest.raises(Unfit, match="initiate_login_uri"):
        judge(state(POLICY, initiate_login_uri="http://rp.example/login"))


@pytest.mark.parametrize("name", ["Pajak \u202egpj.exe", "a\x00b", "a\nb", "tersem\u200bbunyi", "x" * 121, "x" * 2048])
def test_dc_06_a_name_that_hides_something_or_is_long_is_refused(name: str) -> None:
    judge(state(POLICY, name="<b>Antrean</b> Puskesmas"))
    with pytest.raises(Unfit, match="client_name"):
        judge(state(POLICY, name=name))
