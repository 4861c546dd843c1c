"""The older system's addresses in pages and headers, called by their public name, and nobody else's touched."""

from __future__ import annotations

from time import process_time

import pytest

from hub.bridge.headers import to_browser, to_older
from hub.bridge.rewrite import body
from tests.connectors.form_login.samples import SETTINGS, settings

PUBLIC = "https://aduan.example.id"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<a href="http://aduan.lama:8081/a">', f'<a href="{PUBLIC}/a">'),
        ('<a href="http://10.0.4.9/a">', f'<a href="{PUBLIC}/a">'),
        ('<a href="http://10.0.4.9">', f'<a href="{PUBLIC}">'),
        ('<a href="http://aduan.example.id/a">', f'<a href="{PUBLIC}/a">'),
        ('<a href="HTTP://ADUAN.LAMA:8081/a">', f'<a href="{PUBLIC}/a">'),
        ('<img src="//aduan.lama:8081/a.png">', '<img src="//aduan.example.id/a.png">'),
        (r'{"url":"http:\/\/aduan.lama:8081\/a"}', r'{"url":"https:\/\/aduan.example.id\/a"}'),
        ("url(http://aduan.lama:8081/a.png)", f"url({PUBLIC}/a.png)"),
        (f'<a href="{PUBLIC}/a">', f'<a href="{PUBLIC}/a">'),
        *(
            (text, text)
            for text in (
                '<a href="/a">',
                '<a href="http://aduan.lama:8081.jahat.example/a">',
                '<a href="http://aduan.lama:80811/a">',
                '<a href="http://aduan.lama:8081@jahat.example/a">',
                '<a href="http://x.aduan.lama:8081/a">',
                '<a href="http://10.0.4.99/a">',
                '<a href="http://10.0.4.9:81/a">',
                '<a href="ftp://aduan.lama:8081/a">',
                '<a href="https://jahat.example/http/aduan.lama">',
                "aduan.lama:8081",
            )
        ),
    ],
)
def test_addresses_in_a_page(text: str, expected: str) -> None:
    assert body(SETTINGS, "text/html; charset=iso-8859-1", text.encode()) == expected.encode()


def test_what_is_no_text_stays_as_it_is() -> None:
    raw = b"\x89PNG http://aduan.lama:8081/"
    for kind in ("image/png", "application/octet-stream", "", "text/htmlx"):
        assert body(SETTINGS, kind, raw) == raw


@pytest.mark.parametrize("part", [b"http://", b"//", b"//10.0.4.9", b"http://aduan.lama:8081.", b"a@"])
def test_a_hostile_page_takes_little_time(part: bytes) -> None:
    raw = part * (2_000_000 // len(part))
    started = process_time()
    body(SETTINGS, "text/html", raw)
    assert process_time() - started < 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0; url=http://aduan.lama:8081/a", f"0; url={PUBLIC}/a"),
        ("3;URL='/a'", f"3; url={PUBLIC}/a"),
        ("5", "5"),
        ("0; url=javascript:alert(1)", ""),
        ("x; url=/a", ""),
        ("0; /a", ""),
    ],
)
def test_a_refresh_leads_where_a_location_would(value: str, expected: str) -> None:
    assert dict(to_browser(SETTINGS, 200, [("refresh", value)], "/b", static=False)).get("refresh", "") == expected


def test_a_location_that_is_no_web_address_is_left_out() -> None:
    got = dict(to_browser(SETTINGS, 302, [("location", "javascript:alert(1)")], "/", static=False))
    assert "location" not in got
    assert got["cache-control"] == "no-store"


def test_the_older_system_is_called_as_the_settings_say() -> None:
    browser = [(b"referer", f"{PUBLIC}/a".encode()), (b"origin", PUBLIC.encode()), (b"x-csrf-token", b"t"), (b"x-lain", b"u")]
    own = settings(host_header="upstream", pass_headers=["x-csrf-token"])
    sent = dict(to_older(own, browser, "a=b"))
    assert (sent["Host"], sent["referer"], sent["origin"]) == ("aduan.lama:8081", "http://aduan.lama:8081/a", "http://aduan.lama:8081")
    assert (sent["x-csrf-token"], sent["Cookie"], "x-lain" in sent) == ("t", "a=b", False)
    foreign = [(b"referer", b"https://aduan.example.id.jahat.example/a"), (b"origin", b"null"), (b"accept", b"1"), (b"accept", b"2")]
    sent = dict(to_older(SETTINGS, foreign, ""))
    assert not {"referer", "origin", "Cookie"} & set(sent)
    assert (sent["Host"], sent["accept"]) == ("aduan.example.id", "1")
