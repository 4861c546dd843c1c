"""Two languages, one clock: Indonesian unless asked otherwise, times in WIB."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from kit.web.language import day, language_of, moment_text, pick, sayer, time_of_day
from kit.web.pages import other_language_url

MOMENT = 1_795_485_120  # 24 November 2026, 01:52 UTC


def request(query: str = "", cookie: str = "") -> Request:
    headers = [(b"cookie", f"gapura_lang={cookie}".encode())] if cookie else []
    return Request({"type": "http", "method": "GET", "path": "/x", "headers": headers, "query_string": query.encode()})


@pytest.mark.parametrize(
    ("query", "cookie", "preferred", "language"),
    [
        ("", "", "", "id"),
        ("lang=en", "id", "id", "en"),
        ("lang=fr", "en", "", "en"),
        ("", "en", "id", "en"),
        ("", "xx", "fr en-GB id", "en"),
        ("", "", "fr de", "id"),
    ],
)
def test_ux_c_12_the_language_is_asked_kept_preferred_or_indonesian(query: str, cookie: str, preferred: str, language: str) -> None:
    assert language_of(request(query, cookie), preferred) == language


@pytest.mark.parametrize(
    ("query", "url"),
    [
        ("", "?lang=en"),
        ("tab=2&lang=id", "?tab=2&lang=en"),
        ("q=a%26b&lang=x", "?q=a%26b&lang=en"),
        ("next=//evil", "?next=%2F%2Fevil&lang=en"),
    ],
)
def test_ux_c_12_the_other_language_is_this_very_page(query: str, url: str) -> None:
    assert other_language_url(request(query), "id") == url


def test_a_text_is_one_language_with_its_values() -> None:
    assert sayer("id")("Halo {name}", "Hello {name}", name="{x}") == "Halo {x}"
    assert sayer("en")("Satu {", "One {") == "One {", "a text without values is not a pattern"
    assert (pick({"id": "a", "en": "b"}, "en"), pick({"id": "a"}, "en"), pick(None, "en"), pick("c", "en")) == ("b", "a", "", "c")


def test_moments_are_told_in_wib() -> None:
    assert (day(MOMENT), day(MOMENT, "en"), time_of_day(MOMENT)) == ("24 November 2026", "24 November 2026", "08.52 WIB")
    assert moment_text(MOMENT) == "24 November 2026 pukul 08.52 WIB"
    assert day(1_796_059_800) == "1 Desember 2026", "a day begins at midnight in Trenggalek, not in Greenwich"
