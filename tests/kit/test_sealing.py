"""Sealed values open only where they belong, unchanged, and with their key."""

from __future__ import annotations

import pytest

from kit.sealing import CannotOpen, KeyRing

RING = KeyRing({1: b"a" * 32, 2: b"b" * 32}, 2, b"i" * 32)


@pytest.mark.parametrize("value", [b"", b"3503115203889001", b"x" * 10_000], ids=["empty", "nik", "long"])
def test_a_value_opens_in_its_context(value: bytes) -> None:
    sealed = RING.seal(value, "people:a")
    assert RING.open(sealed, "people:a") == value
    assert RING.key_id(sealed) == 2
    assert value == b"" or value not in sealed


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert len({RING.seal(b"v", "c") for _ in range(100)}) == 100


def test_a_value_moved_to_another_context_does_not_open() -> None:
    sealed = RING.seal(b"v", "people:a")
    with pytest.raises(CannotOpen):
        RING.open(sealed, "people:b")


def test_a_value_changed_in_any_byte_does_not_open() -> None:
    sealed = RING.seal(b"value", "c")
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(CannotOpen):
            RING.open(bytes(changed), "c")
    assert RING.open(sealed, "c") == b"value"


@pytest.mark.parametrize("raw", [b"", b"\x01", b"\x01\x00\x00\x00\x02", b"plain text that was never sealed, long enough"])
def test_what_was_never_sealed_does_not_open(raw: bytes) -> None:
    with pytest.raises(CannotOpen):
        RING.open(raw, "c")


def test_older_keys_open_and_the_active_one_seals() -> None:
    older = KeyRing({1: b"a" * 32}, 1, b"i" * 32)
    assert RING.open(older.seal(b"v", "c"), "c") == b"v"
    with pytest.raises(CannotOpen):
        older.open(RING.seal(b"v", "c"), "c")


def test_a_ring_adopts_new_keys_and_keeps_the_old() -> None:
    ring = KeyRing({1: b"a" * 32}, 1, b"i" * 32)
    old = ring.seal(b"old", "c")
    ring.adopt({2: b"b" * 32}, 2)
    assert ring.open(old, "c") == b"old"
    assert ring.key_id(ring.seal(b"new", "c")) == 2


def test_the_blind_index_depends_on_kind_value_and_key_and_survives_rotation() -> None:
    blind = RING.blind("nik", "3503115203889001")
    others = {
        RING.blind("nip", "3503115203889001"),
        RING.blind("nik", "3503115203889002"),
        KeyRing(RING.keys, 2, b"j" * 32).blind("nik", "3503115203889001"),
    }
    assert blind not in others
    assert len(others) == 3
    assert KeyRing({7: b"z" * 32}, 7, b"i" * 32).blind("nik", "3503115203889001") == blind


def test_a_ring_does_not_print_its_keys() -> None:
    assert "aaaa" not in repr(RING)
    assert "iiii" not in repr(RING)
