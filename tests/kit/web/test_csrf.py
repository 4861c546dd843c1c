"""A form post is ours only when the browser says so and the token fits this browser."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from kit.web.csrf import Csrf

CSRF = Csrf(b"k" * 32, "https://gapura.example")
BROWSER = "b" * 22


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw, "query_string": b""})


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),  # an old browser that says nothing: the token decides
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": ""}, False),
        ({"origin": "https://gapura.example"}, True),
        ({"origin": "http://gapura.example"}, False),
        ({"origin": "https://gapura.example:8443"}, False),
        ({"origin": "https://gapura.example.evil"}, False),
        ({"origin": "null"}, True),  # our own pages ask for no referrer, so this says nothing: the token decides
        ({"sec_fetch_site": "cross-site", "origin": "null"}, False),
        ({"sec_fetch_site": "same-origin", "origin": "https://evil.example"}, False),
    ],
)
def test_lg_11_the_browsers_own_word_is_needed(headers: dict[str, str], ours: bool) -> None:
    assert CSRF.holds(request(**headers), BROWSER, CSRF.token(BROWSER)) is ours


@pytest.mark.parametrize("token", ["", "x", CSRF.token("c" * 22), Csrf(b"x" * 32, "").token(BROWSER), CSRF.token(BROWSER) + "x", "é"])
def test_lg_11_the_token_is_of_this_browser_and_this_house(token: str) -> None:
    assert not CSRF.holds(request(), BROWSER, token)


def test_lg_11_without_a_browser_cookie_no_token_fits() -> None:
    assert not CSRF.holds(request(), "", CSRF.token(""))
