"""LZString against texts that the original library (lz-string 1.5.0) compressed, and against what never came from one."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.apis.hmac_headers.lzstring import ALPHABET, BadCompression, decompress
from hub.demo.fakes.lzstring import compress


@pytest.mark.parametrize(
    ("compressed", "text"),
    [
        ("Q", ""),
        ("IZA", "a"),
        ("IY1lA", "aaaaaaaaaaaa"),
        ("HIQQsiAEDjBrwBUAbAJSgUAkoU9NA05kA", "NAMA ÇÖNTØH — 日本"),
        ("rwbgA90AgZwSwF2oA", "😀😀 siti"),
        ("B4AAnkA", "x\0y"),
        ("N4IghiBc4EYMZnohTUvczase33BORaIAvkA", '{"a":"' + "abc" * 30 + '"}'),
        (
            "N4IgDgpgzhBOAuBDEAuUA7RBbZKQGEB5AOQBVCAJEAGhHQHsBpRBAV1RAAZufeeQAvgKA",
            '{"peserta":{"nama":"CONTOH","noKartu":"0000000000000"}}',
        ),
    ],
)
def test_it_reads_what_the_original_wrote(compressed: str, text: str) -> None:
    assert decompress(compressed) == text


def test_a_plus_that_became_a_space_on_the_way_is_a_plus() -> None:
    text = next(found for found in (compress(f"Siti {number**5} di Trenggalek") for number in range(2000)) if "+" in found)
    assert decompress(text.replace("+", " ")) == decompress(text)


@given(st.text(max_size=400))
def test_it_reads_back_whatever_was_compressed(text: str) -> None:
    assert decompress(compress(text)) == text


@pytest.mark.parametrize("text", ["", "A", "!!!!", "N4IgDgpgzhBOAuBDEAuUA7RBbZ", "$$$$", "rwbg"])
def test_what_is_cut_off_or_never_was_one_is_refused(text: str) -> None:
    with pytest.raises(BadCompression):
        decompress(text)


@given(st.text(ALPHABET, max_size=200))
def test_any_letters_are_read_or_refused(text: str) -> None:
    with contextlib.suppress(BadCompression):
        assert len(decompress(text, 10_000)) <= 10_000


def test_a_small_text_cannot_become_a_huge_one() -> None:
    bomb = compress("a" * 3_000_000)
    assert len(bomb) < 8000
    begun = time.process_time()
    with pytest.raises(BadCompression):
        decompress(bomb, 100_000)
    assert time.process_time() - begun < 1
