"""A posted form counts only when our own page sent it, in the browser that it was made for."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from kit.web.csrf import Csrf

CSRF = Csrf(b"k" * 32, "https://masuk.example.id")
BROWSER = "browser-of-one-person-22"


def posted(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin", "origin": "https://masuk.example.id"},
        {"sec_fetch_site": "same-origin", "origin": "null"},  # what browsers send from a page without referrer
        {"sec_fetch_site": "none"},
        {"origin": "null"},  # the same, from a browser that knows no Sec-Fetch-Site
        {},
    ],
)
def test_our_own_page_may_post(headers: dict[str, str]) -> None:
    assert CSRF.holds(posted(**headers), BROWSER, CSRF.token(BROWSER))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site", "origin": "null"},  # a sandboxed frame
        {"sec_fetch_site": "same-site", "origin": "https://daftar.example.id"},
        {"sec_fetch_site": "same-origin", "origin": "https://evil.example"},
        {"origin": "https://evil.example"},
    ],
)
def test_another_site_may_not_even_with_the_token(headers: dict[str, str]) -> None:
    assert not CSRF.holds(posted(**headers), BROWSER, CSRF.token(BROWSER))


def test_without_the_token_of_this_browser_nothing_counts() -> None:
    request = posted(sec_fetch_site="same-origin")
    assert not CSRF.holds(request, BROWSER, "")
    assert not CSRF.holds(request, BROWSER, CSRF.token("another-browser-of-one-1"))
    assert not CSRF.holds(request, "", CSRF.token(""))
    assert CSRF.holds(request, BROWSER, CSRF.token(BROWSER))
