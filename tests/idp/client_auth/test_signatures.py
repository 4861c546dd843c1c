"""A client's key set, key by key: one that nobody here can read spoils no other. RFC 7517 §5."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import ECKey

from idp.client_auth.signatures import NoKeyFits, claims_signed_by, imported
from idp.keys.signer import header_of
from kit.secrets import b64url
from tests.idp.client_auth.assertions import EC, claims, signed

STRANGER = ECKey.generate_key("P-256", auto_kid=False).as_dict(private=False)
GOOD = EC.as_dict(private=False)
OTHERS: dict[str, Any] = {
    "an unknown curve": {"kty": "EC", "crv": "BP-256", "x": "AA", "y": "AA", "kid": "z"},
    "an unknown curve of OKP": {"kty": "OKP", "crv": "Ed25519ph", "x": "AA", "kid": "z"},
    "an unknown kind": {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "kid": "z"},
    "an unknown use": {**GOOD, "kid": "z", "use": "telepathy"},
    "unknown operations": {**GOOD, "kid": "z", "key_ops": ["telepathy"]},
    "operations that are none": {**GOOD, "kid": "z", "key_ops": 5},
    "a short RSA key": {"kty": "RSA", "n": b64url(b"\xff" * 128), "e": "AQAB", "kid": "z"},
    "a point that is none": {**GOOD, "kid": "z", "x": b64url(b"a" * 32)},
    "a kid that is no text": {**STRANGER, "kid": ["z"]},
    "no object": "z",
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("kid", ["ec-1", None])
def test_a_key_that_cannot_be_read_spoils_no_other(other: Any, kid: str | None) -> None:
    token = signed(claims(), EC, kid=kid)
    for keys in ([GOOD, other], [other, GOOD]):
        assert claims_signed_by({"keys": keys}, header_of(token), token)["iss"] == "rp-a"
    with pytest.raises(NoKeyFits):
        claims_signed_by({"keys": [other]}, header_of(token), token)


def test_jw_07_a_kid_picks_the_key_and_another_key_is_not_tried() -> None:
    token = signed(claims(), EC)
    with pytest.raises(NoKeyFits):
        claims_signed_by({"keys": [{**GOOD, "kid": "another"}]}, header_of(token), token)
    nameless = {name: value for name, value in GOOD.items() if name != "kid"}
    assert claims_signed_by({"keys": [nameless]}, header_of(token), token)["iss"] == "rp-a"
    with pytest.raises(NoKeyFits):
        claims_signed_by({"keys": [STRANGER]}, header_of(token), token)


@pytest.mark.parametrize("keys", [None, "x", 5, {}, {"a": 1}])
def test_what_is_no_key_set_verifies_nothing(keys: Any) -> None:
    token = signed(claims(), EC)
    with pytest.raises(NoKeyFits):
        claims_signed_by({"keys": keys}, header_of(token), token)


def test_a_shared_secret_is_no_key_of_a_client() -> None:
    assert imported({"kty": "oct", "k": b64url(b"k" * 32)}) is None
