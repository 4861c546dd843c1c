"""Opaque secrets: enough randomness, one spelling, compared in constant time."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.secrets import b64url, b64url_decode, digest, keyed, new_id, new_secret, same


def test_secrets_and_ids_have_their_length_and_do_not_repeat() -> None:
    assert {len(new_secret()) for _ in range(200)} == {43}
    assert {len(new_id()) for _ in range(200)} == {22}
    assert len({new_secret() for _ in range(200)} | {new_id() for _ in range(200)}) == 400
    assert len(b64url_decode(new_secret())) == 32
    assert len(b64url_decode(new_id())) == 16


@given(st.binary(max_size=100))
def test_base64url_comes_back(raw: bytes) -> None:
    assert b64url_decode(b64url(raw)) == raw


@pytest.mark.parametrize("text", ["AA==", "A", "AAAAA", "AB", "A+AA", "A/AA", "A AA", "AAA\n", "é"], ids=repr)
def test_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        b64url_decode(text)


def test_the_kept_form_is_the_digest() -> None:
    assert digest("secret") == b64url(hashlib.sha256(b"secret").digest())
    assert len(digest("")) == 43


def test_comparison_is_by_value() -> None:
    assert same("Kunci–é", "Kunci–é")
    assert not same("a", "b")
    assert not same("a", "a ")


def test_a_keyed_digest_depends_on_key_purpose_and_value() -> None:
    made = {keyed(b"k", "p", "v"), keyed(b"l", "p", "v"), keyed(b"k", "q", "v"), keyed(b"k", "p", "w"), keyed(b"k", "pv", "")}
    assert len(made) == 5
    assert keyed(b"k", "p", "v") in made
