"""What tokens are made of: claims by scope, PKCE, hashes, rotation, records."""

from __future__ import annotations

import base64
import hashlib

import pytest

from idp.tokens.claims import CLAIMS, OWN_SCOPES, SCOPE_CLAIMS, claims_of_scopes, service_of_scopes
from idp.tokens.id_token import half_hash, id_token_claims
from idp.tokens.models import AccessToken
from idp.tokens.pkce import fits, is_challenge
from idp.tokens.records import decode_token, encode_token
from idp.tokens.rotation import family_of, first, successor
from tests.idp.samples import CHALLENGE, NOW, VERIFIER


def test_a_standard_scope_stands_for_its_claims_and_any_other_for_its_own_name() -> None:
    assert claims_of_scopes(frozenset({"openid", "offline_access", "layanan:x"})) == frozenset()
    assert claims_of_scopes(frozenset({"profile"})) == {"name", "gender", "birthdate"}
    assert claims_of_scopes(frozenset({"nik", "phone", "nonsense"})) == {"nik", "phone_number"}


def test_every_claim_can_be_asked_for_by_a_scope() -> None:
    assert claims_of_scopes(frozenset(SCOPE_CLAIMS) | OWN_SCOPES) == CLAIMS


def test_the_service_is_named_by_its_scope() -> None:
    assert service_of_scopes(frozenset({"openid", "layanan:imunisasi-anak"})) == ["imunisasi-anak"]


def test_pkce_as_in_the_appendix_of_the_rfc() -> None:
    assert is_challenge(CHALLENGE)
    assert fits(VERIFIER, CHALLENGE)
    assert not fits(CHALLENGE, CHALLENGE), "plain"


@pytest.mark.parametrize("verifier", ["", "a" * 42, "a" * 129, "a" * 42 + "+", "a" * 42 + "\n"])
def test_tk_06_a_verifier_has_a_form_too(verifier: str) -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert not fits(verifier, challenge), "even when it fits"


def test_at_hash_as_in_openid_connect_core() -> None:
    assert half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "ES256") == "77QmUPtjPfzWtF2AnpK9RQ"


@pytest.mark.parametrize(("alg", "size"), [("ES256", 16), ("RS256", 16), ("PS256", 16), ("ES512", 32), ("EdDSA", 32)])
def test_at_hash_is_half_of_the_hash_that_the_signature_uses(alg: str, size: int) -> None:
    whole = hashlib.new("sha256" if size == 16 else "sha512", b"token").digest()
    assert half_hash("token", alg) == base64.urlsafe_b64encode(whole[:size]).rstrip(b"=").decode()


def test_nothing_that_was_asked_for_replaces_what_we_say() -> None:
    asked = {"sub": "x", "iss": "x", "aud": "x", "exp": 0, "acr": "x", "name": "Contoh"}
    claims = id_token_claims(
        issuer="https://i", client_id="rp-a", subject="s", sid="sid", auth_time=NOW, acr="urn:gapura:aal1", amr=("pwd",), nonce=None,
        access_token="t", alg="ES256", now=NOW, seconds=300, asked=asked,
    )  # fmt: skip
    assert claims["name"] == "Contoh"
    assert (claims["sub"], claims["iss"], claims["aud"], claims["exp"], claims["acr"]) == (
        "s",
        "https://i",
        "rp-a",
        NOW + 300,
        "urn:gapura:aal1",
    )
    assert "nonce" not in claims


def test_a_refresh_token_names_its_family() -> None:
    token = first("family-0123456789ab")
    assert family_of(token) == "family-0123456789ab"
    for odd in ("", ".", "x", "family-0123456789ab", "family-0123456789ab.", "short." + "x" * 43, "family-0123456789ab." + "x" * 44):
        assert family_of(odd) is None


def test_tk_17_the_successor_is_always_the_same_and_never_another() -> None:
    token = first("family-0123456789ab")
    following = successor(b"k" * 32, "family-0123456789ab", token)
    assert following == successor(b"k" * 32, "family-0123456789ab", token)
    assert family_of(following) == "family-0123456789ab"
    others = {
        successor(b"j" * 32, "family-0123456789ab", token),
        successor(b"k" * 32, "family-0123456789ab", following),
        successor(b"k" * 32, "family-0123456789ab", first("family-0123456789ab")),
    }
    assert following not in others
    assert len(others) == 3


def test_an_access_token_comes_out_of_the_store_as_it_went_in() -> None:
    token = AccessToken("rp-a", "app", "svc", "grant", None, "client:rp-a", frozenset({"x"}), "rp-a", NOW, NOW + 600, "jti", "c2VhbGVk")
    assert decode_token(encode_token(token)) == token
