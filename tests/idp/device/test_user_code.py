"""User codes: what they are made of, and how forgivingly they are read."""

from __future__ import annotations

import pytest

from idp.device.user_code import ALPHABET, LENGTH, new_user_code, normalised, shown


def test_the_alphabet_has_nothing_that_can_be_mistaken_or_make_a_word() -> None:
    assert not set(ALPHABET) & set("AEIOUY0123456789")
    assert len(set(ALPHABET)) == 20


def test_dv_01_codes_are_random_and_have_eight_letters() -> None:
    codes = {new_user_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in codes)


@pytest.mark.parametrize("typed", ["WDJB-MJHT", "wdjb mjht", " wdjbmjht ", "W D J B - M J H T"])
def test_case_spaces_and_dashes_do_not_matter(typed: str) -> None:
    assert normalised(typed) == "WDJBMJHT"
    assert shown(normalised(typed)) == "WDJB-MJHT"


@pytest.mark.parametrize("typed", ["", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJHA", "WDJB-MJH1", "ẆDJB-MJHT", "x" * 1000])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert normalised(typed) == ""
