"""Addresses that others hand us: what is a path of our own, what differs in its port only, and how an answer is added."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from kit.urls import is_local_path, same_but_for_port, with_query


@pytest.mark.parametrize("path", ["/", "/izin", "/izin?x=1&y=https://evil", "/a//b"])
def test_lg_12_a_path_of_our_own(path: str) -> None:
    assert is_local_path(path)


@pytest.mark.parametrize(
    "path",
    ["", "https://evil", "//evil", "/\\evil", "\\\\evil", "\\/evil", " /izin", "/a b", "/a\r\nSet-Cookie: x=1", "/é", "javascript:x"],
)
def test_lg_12_what_would_lead_elsewhere(path: str) -> None:
    assert not is_local_path(path)


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:51004/cb"),
        ("http://localhost/cb?a=1", "http://localhost:3000/cb?a=1"),
        ("http://[::1]/cb", "http://[::1]:3000/cb"),
    ],
)
def test_az_07_the_port_is_free(registered: str, asked: str) -> None:
    assert same_but_for_port(registered, asked)


@pytest.mark.parametrize(
    "asked",
    [
        "http://127.0.0.1:51004/other",
        "http://127.0.0.1:51004/cb?x",
        "http://127.0.0.1:51004/cb#x",
        "https://127.0.0.1:51004/cb",
        "http://127.0.0.1.evil.test:51004/cb",
        "http://localhost:51004/cb",
        "http://127.0.0.1:51004@evil.test/cb",
        "http://user@127.0.0.1:51004/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:051004/cb",
        "http://127.0.0.1:99999/cb",
        "http://127.0.0.1:x/cb",
        "http://127.1:51004/cb",
        "HTTP://127.0.0.1:51004/cb",
    ],
)
def test_az_06_nothing_but_the_port(asked: str) -> None:
    assert not same_but_for_port("http://127.0.0.1/cb", asked)


def test_az_07_only_for_a_loopback_address() -> None:
    assert not same_but_for_port("http://192.0.2.1/cb", "http://192.0.2.1:51004/cb")
    assert not same_but_for_port("https://127.0.0.1/cb", "https://127.0.0.1:51004/cb")


@pytest.mark.parametrize("value", ["a b+c", "é", "&x=1", "#", "\r\nSet-Cookie: x=1", '"><script>'])
def test_an_answer_is_added_and_nothing_more(value: str) -> None:
    made = with_query("https://rp.example/cb?kept=1", {"code": value, "iss": "https://gapura.example"})
    assert made.startswith("https://rp.example/cb?kept=1&code=")
    assert parse_qs(urlsplit(made).query) == {"kept": ["1"], "code": [value], "iss": ["https://gapura.example"]}
    assert with_query("https://rp.example/cb", {"a": "1"}) == "https://rp.example/cb?a=1"
