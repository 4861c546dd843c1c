"""What we sign is a JWS as others read it, and what we believe is only what we signed for this purpose."""

from __future__ import annotations

import warnings
from typing import Any

import orjson
import pytest
from jose import jws as python_jose
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey

from idp.keys.algorithms import SIGNING, generate
from idp.keys.signer import BadToken, Signer, header_of
from kit.secrets import b64url

KEYS = {alg: generate(alg) for alg in SIGNING}
EC, RSA = KEYS["ES256"], KEYS["RS256"]
NEXT = generate("ES256")
SIGNER = Signer(
    {alg: (alg.lower(), key) for alg, key in KEYS.items()},
    {**{alg.lower(): (alg, key) for alg, key in KEYS.items()}, "ec": ("ES256", EC), "next": ("ES256", NEXT)},
)
CLAIMS = {"iss": "https://gapura.example", "sub": "é", "n": 1}


@pytest.mark.parametrize("alg", SIGNING)
def test_other_libraries_read_what_we_sign(alg: str) -> None:
    key = KEYS[alg]
    for _ in range(20):
        token = SIGNER.sign(CLAIMS, alg, "at+jwt")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # the library would rather have EdDSA called Ed25519
            read = jws.deserialize_compact(token, key, algorithms=[alg])
        assert orjson.loads(read.payload) == CLAIMS
        assert read.headers() == {"alg": alg, "kid": alg.lower(), "typ": "at+jwt"}
        public = key.as_dict(private=False)
        if alg in ("ES256", "RS256", "ES512"):  # what python-jose knows
            assert orjson.loads(python_jose.verify(token, public, algorithms=[alg])) == CLAIMS


@pytest.mark.parametrize("alg", SIGNING)
def test_jw_01_a_key_signs_with_its_own_algorithm_only(alg: str) -> None:
    """An RSA key that would do for two algorithms lets an attacker choose the weaker one."""
    for other in SIGNING:
        header = {"alg": other, "kid": alg.lower(), "typ": "JWT"}
        if other == alg or type(KEYS[other]) is not type(KEYS[alg]):
            continue
        if KEYS[alg].as_dict(private=False).get("crv") != KEYS[other].as_dict(private=False).get("crv"):
            continue
        token = jws.serialize_compact(header, orjson.dumps(CLAIMS), KEYS[alg], algorithms=[other])
        with pytest.raises(BadToken, match="algorithm"):
            SIGNER.verify(token)


@pytest.mark.parametrize("alg", SIGNING)
def test_we_read_what_we_sign(alg: str) -> None:
    assert SIGNER.verify(SIGNER.sign(CLAIMS, alg)) == CLAIMS
    assert SIGNER.verify(SIGNER.sign(CLAIMS, alg, "at+jwt"), "at+jwt") == CLAIMS


@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "jwt", ""])
def test_jw_07_a_token_of_another_kind_is_not_believed(typ: str) -> None:
    with pytest.raises(BadToken, match="type"):
        SIGNER.verify(SIGNER.sign(CLAIMS, "ES256", typ))


def by_hand(header: dict[str, Any], signature: bytes = b"") -> str:
    return ".".join(b64url(part) for part in (orjson.dumps(header), orjson.dumps(CLAIMS), signature))


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "HS256", "RS256", "ES512", "", 1, None])
def test_jw_01_the_algorithm_is_that_of_the_key(alg: Any) -> None:
    with pytest.raises(BadToken):
        SIGNER.verify(by_hand({"alg": alg, "kid": "ec", "typ": "JWT"}))
    with pytest.raises(BadToken):
        SIGNER.verify(by_hand({"alg": alg, "kid": "ec", "typ": "JWT"}, b"x" * 64))


@pytest.mark.parametrize(
    "extra",
    [
        {"jwk": NEXT.as_dict(private=False)},
        {"jku": "http://127.0.0.1:9/"},
        {"x5u": "http://127.0.0.1:9/"},
        {"x5c": ["MIIB"]},
        {"crit": ["x"]},
        {"zip": "DEF"},
    ],
    ids=lambda extra: next(iter(extra)),
)
def test_jw_03_jw_04_jw_06_a_header_brings_no_key_and_no_rule(extra: dict[str, Any]) -> None:
    with pytest.raises(BadToken, match="members"):
        header_of(by_hand({"alg": "ES256", "kid": "ec", "typ": "JWT", **extra}))


def test_jw_03_a_stranger_with_our_kid_is_not_believed() -> None:
    stranger = Signer({"ES256": ("ec", generate("ES256"))}, {})
    with pytest.raises(BadToken, match="signature"):
        SIGNER.verify(stranger.sign(CLAIMS, "ES256"))
    with pytest.raises(BadToken, match="unknown key"):
        SIGNER.verify(Signer({"ES256": ("other", EC)}, {}).sign(CLAIMS, "ES256"))


def test_jw_11_nothing_encrypted_and_nothing_large_is_opened() -> None:
    for text in ("a.b.c.d.e", "x" * 20_000 + "..", "", "..", "a.b"):
        with pytest.raises(BadToken):
            SIGNER.verify(text)


@pytest.mark.parametrize("signature", [bytes(64), bytes(63), bytes(65), b"", b"\xff" * 64])
def test_jw_14_a_signature_of_zeros_or_of_another_length(signature: bytes) -> None:
    head = SIGNER.sign(CLAIMS, "ES256").rpartition(".")[0]
    with pytest.raises(BadToken, match="signature"):
        SIGNER.verify(f"{head}.{b64url(signature)}")


@pytest.mark.parametrize("payload", [b"[]", b"x", b"", b'"x"', b"1e400"])
def test_claims_are_an_object(payload: bytes) -> None:
    token = jws.serialize_compact({"alg": "ES256", "kid": "ec", "typ": "JWT"}, payload, EC, algorithms=["ES256"])
    with pytest.raises(BadToken):
        SIGNER.verify(token)


def test_keys_are_of_the_size_we_promise() -> None:
    assert isinstance(EC, ECKey)
    assert EC.curve_name == "P-256"
    assert isinstance(RSA, RSAKey)
    assert RSA.public_key.key_size == 2048
    assert KEYS["ES512"].as_dict()["crv"] == "P-521"
    assert KEYS["EdDSA"].as_dict()["crv"] == "Ed25519"
    assert "BEGIN" not in repr(SIGNER)
