"""How a ticket is written: nothing can be read in two ways, and importing the kind loads no heavy library."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from jose import jwe, jwt
from jose.exceptions import JWEError, JWTError

from connectors.apps.ticket.formats import aes_wrapped, canonical, hmac_query, jwt_hs256, jwt_rs256, key_id, make_signing_key, public_pem

KEY = "k" * 43
CLAIMS: dict[str, str | int] = {"iss": "https://masuk.example.id", "aud": "simpeg", "exp": 2_000_000_000, "nama": "Siti & Ani = 2 é/%~"}
WORDS = st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3)


@given(WORDS, WORDS)
def test_no_two_sets_of_pairs_have_the_same_text(one: dict[str, str], other: dict[str, str]) -> None:
    try:
        assert (canonical(one) == canonical(other)) == (one == other)
    except UnicodeEncodeError:
        return  # half a surrogate pair has no UTF-8: nothing is signed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": "bc"}, {"ab": "c"}),
        ({"a": "b&c=d"}, {"a": "b", "c": "d"}),
        ({"a": ""}, {}),
        ({"a": "%2F"}, {"a": "/"}),
        ({"a": "b c"}, {"a": "b+c"}),
        ({"a": "1"}, {"a": "1", "a ": ""}),
    ],
)
def test_pairs_that_look_alike_are_told_apart(one: dict[str, str | int], other: dict[str, str | int]) -> None:
    assert canonical(one) != canonical(other)
    assert hmac_query(one, KEY) != hmac_query(other, KEY)


def test_the_hmac_format_is_as_the_page_says() -> None:
    kid, pairs, mac = hmac_query(CLAIMS, KEY).split(".")
    text = urlsafe_b64decode(pairs + "=" * (-len(pairs) % 4)).decode()
    assert text == "aud=simpeg&exp=2000000000&iss=https%3A%2F%2Fmasuk.example.id&nama=Siti%20%26%20Ani%20%3D%202%20%C3%A9%2F%25~"
    assert kid == hmac.new(KEY.encode(), b"gapura-ticket-kid", hashlib.sha256).hexdigest()[:16]
    assert mac == hmac.new(KEY.encode(), f"gapura-ticket-v1\n{kid}\n{text}".encode(), hashlib.sha256).hexdigest()


def test_a_jwt_names_its_type_and_key_and_is_read_in_one_family_only() -> None:
    written = jwt_hs256(CLAIMS, KEY)
    assert jwt.get_unverified_header(written) == {"alg": "HS256", "typ": "ticket+jwt", "kid": key_id(KEY)}
    assert jwt.decode(written, KEY, algorithms=["HS256"], audience="simpeg") == CLAIMS
    with pytest.raises(JWTError):
        jwt.decode(written, KEY, algorithms=["RS256"], audience="simpeg")
    private = make_signing_key()
    signed = jwt_rs256(CLAIMS, private)
    assert jwt.decode(signed, public_pem(private), algorithms=["RS256"], audience="simpeg") == CLAIMS
    with pytest.raises(JWTError):
        jwt.decode(signed, KEY, algorithms=["HS256"], audience="simpeg")


def test_a_shared_key_cannot_sign_rs256() -> None:
    with pytest.raises(ValueError, match="PEM"):
        jwt_rs256(CLAIMS, KEY)


def test_what_is_wrapped_cannot_be_read_or_changed_without_the_key() -> None:
    written = aes_wrapped(CLAIMS, KEY)
    key = hmac.new(KEY.encode(), b"gapura-ticket-aes256gcm", hashlib.sha256).digest()
    plain: Any = jwe.decrypt(written, key)
    assert b'"aud":"simpeg"' in plain
    assert jwe.get_unverified_header(written) == {"alg": "dir", "enc": "A256GCM", "kid": key_id(KEY)}
    assert aes_wrapped(CLAIMS, KEY).split(".")[2] != written.split(".")[2], "a fresh nonce each time"
    head, empty, nonce, text, tag = written.split(".")
    changed = "A" if text[0] != "A" else "B"
    for forged in (f"{head}.{empty}.{nonce}.{changed}{text[1:]}.{tag}", f"{head}.{empty}.{nonce}.{text}.{'A' * len(tag)}"):
        with pytest.raises(JWEError):
            jwe.decrypt(forged, key)


def test_reading_the_kind_loads_no_heavy_library() -> None:
    asked = "import sys, connectors.apps.ticket.kind; print([m for m in ('jose', 'cryptography', 'lxml', 'signxml') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("weak", [rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256R1())], ids=["RSA 1024", "EC"])
def test_a_key_that_is_not_rsa_of_2048_bits_signs_nothing(weak: Any) -> None:
    text = weak.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="2048"):
        jwt_rs256(CLAIMS, text)
