"""The kind `forward_auth`, without a server: facts in, an answer out."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import pytest

from connectors.apps.forward_auth.kind import ForwardAuth, header_value
from connectors.contract import Identity, RequestFacts
from connectors.mapping import MAX_VALUE
from connectors.registry import build

KIND = ForwardAuth()
SETTINGS = build(
    kind="forward_auth",
    connector_id="lama",
    application="lama",
    settings={
        "base_url": "https://lama.example.id",
        "headers": [{"claim": "nik", "field": "X-Nik"}, {"claim": "name", "field": "X-Nama"}, {"claim": "bpjs_number", "field": "X-Bpjs"}],
        "subject_header": "X-Orang",
        "strip": ["Remote-User", "X-Auth-User"],
        "open_paths": ["/terbuka", "/gambar/"],
        "start_path": "/mulai",
    },
).settings
BEHIND_TRAEFIK = SETTINGS.model_copy(update={"proxy": "traefik"})
SITI = Identity("pairwise", "lama", "lama", {"nik": "3503115203889001", "name": "Siti"}, "urn:gapura:aal1", ("pwd",), 1, 2)
FROM_PROXY = RequestFacts(
    "GET", "/gerbang/periksa", {"x-gapura-host": "lama.example.id", "x-gapura-method": "get", "x-gapura-uri": "/a?b=c"}, "192.0.2.1", True
)


def test_what_leaves_is_what_the_preview_shows() -> None:
    answer = KIND.allow(SETTINGS, SITI)
    shown = {emission.name: emission.value for emission in KIND.emissions(SETTINGS, SITI)}
    assert answer.status == 200
    assert {name: value for name, value in answer.headers.items() if value} == shown
    assert shown == {"X-Nik": "3503115203889001", "X-Nama": "Siti", "X-Orang": "pairwise"}


def test_fa_01_every_header_of_the_application_is_set_or_blanked_on_every_answer() -> None:
    names = {"X-Nik", "X-Nama", "X-Bpjs", "X-Orang", "Remote-User", "X-Auth-User"}
    assert set(KIND.allow(SETTINGS, SITI).headers) == names
    assert KIND.allow(SETTINGS, SITI).headers["Remote-User"] == ""
    assert KIND.blank(SETTINGS) == dict.fromkeys(names, ""), "on open paths too"
    assert set(KIND.challenge(SETTINGS, FROM_PROXY, "https://gapura.example.id/gerbang/masuk").headers) == {*names, "X-Gapura-Start"}


def test_fa_05_only_the_proxys_own_words_count() -> None:
    assert KIND.target(FROM_PROXY) == "lama.example.id"
    assert KIND.original(SETTINGS, FROM_PROXY) == ("GET", "/a?b=c")
    stranger = replace(FROM_PROXY, trusted_proxy=False)
    assert KIND.target(stranger) is None
    assert KIND.original(SETTINGS, stranger) is None
    lying = replace(
        FROM_PROXY, headers={**FROM_PROXY.headers, "x-forwarded-uri": "/terbuka", "x-forwarded-host": "b", "x-original-url": "/c"}
    )
    assert KIND.original(SETTINGS, lying) == ("GET", "/a?b=c")
    assert KIND.target(lying) == "lama.example.id"


def test_fa_05_with_traefik_its_words_count_and_no_others() -> None:
    words = {"x-forwarded-method": "POST", "x-forwarded-uri": "/b"}
    facts = replace(FROM_PROXY, headers={**FROM_PROXY.headers, **words})
    assert KIND.original(BEHIND_TRAEFIK, facts) == ("POST", "/b")
    assert KIND.original(SETTINGS, facts) == ("GET", "/a?b=c")
    assert KIND.original(BEHIND_TRAEFIK, FROM_PROXY) is None
    assert KIND.original(BEHIND_TRAEFIK, replace(facts, trusted_proxy=False)) is None


@pytest.mark.parametrize(
    ("proxy", "status", "name"),
    [("nginx", 401, "X-Gapura-Start"), ("apache", 302, "Location"), ("caddy", 302, "Location"), ("traefik", 302, "Location")],
)
def test_each_proxy_is_told_where_to_sign_in_as_it_understands(proxy: str, status: int, name: str) -> None:
    answer = KIND.challenge(SETTINGS.model_copy(update={"proxy": proxy}), FROM_PROXY, "https://gapura.example.id/gerbang/masuk?app=lama")
    assert (answer.status, answer.headers[name]) == (status, "https://gapura.example.id/gerbang/masuk?app=lama")


def test_an_absent_value_is_absent_behind_traefik_too() -> None:
    """It deletes every header it is told to copy, and copies an empty one."""
    assert KIND.allow(BEHIND_TRAEFIK, SITI).headers == {"X-Nik": "3503115203889001", "X-Nama": "Siti", "X-Orang": "pairwise"}


@pytest.mark.parametrize("missing", ["x-gapura-method", "x-gapura-uri"])
def test_fa_05_a_proxy_that_says_half_is_not_understood(missing: str) -> None:
    half = {name: value for name, value in FROM_PROXY.headers.items() if name != missing}
    assert KIND.original(SETTINGS, replace(FROM_PROXY, headers=half)) is None


@pytest.mark.parametrize("method", ["TRACE", "track", "CONNECT"])
def test_fa_11_trace_and_connect_never_pass(method: str) -> None:
    assert KIND.original(SETTINGS, replace(FROM_PROXY, headers={**FROM_PROXY.headers, "x-gapura-method": method})) is None


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "PUT", "DELETE", "PROPFIND"])
def test_fa_11_an_open_path_is_open_for_reading_only(method: str) -> None:
    assert KIND.original(SETTINGS, replace(FROM_PROXY, headers={**FROM_PROXY.headers, "x-gapura-method": method})) == (method, "/a?b=c")
    assert not KIND.open_path(SETTINGS, method, "/terbuka")
    assert KIND.open_path(SETTINGS, "GET", "/terbuka")
    assert KIND.open_path(SETTINGS, "HEAD", "/terbuka")


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("Siti Peragawati", "Siti Peragawati"),
        ("R. Ng. Sri, S.Pd. (alm.)", "R. Ng. Sri, S.Pd. (alm.)"),
        ("a\r\nX-Nik: 1", "a%0D%0AX-Nik: 1"),
        ("a\x00b", "a%00b"),
        ("Né", "N%C3%A9"),
        ("50% Né", "50%25 N%C3%A9"),
        ("50%20", "50%2520"),
        (" Siti ", "Siti"),
        ("\ud800", "%3F"),
    ],
)
def test_fa_09_a_value_cannot_split_a_header(name: str, due: str) -> None:
    assert header_value(name) == due
    assert header_value(name).isascii() and header_value(name).isprintable()


@pytest.mark.parametrize("name", ["a" * 8000, "é" * 8000, "\U0001f600" * 3000, "%" * 5000])
def test_fa_09_a_long_value_ends_between_two_characters(name: str) -> None:
    value = header_value(name)
    assert MAX_VALUE - 12 < len(value) <= MAX_VALUE
    assert name.startswith(unquote(value, errors="strict"))


def test_fa_09_what_encodes_to_nothing_is_absent() -> None:
    blank = replace(SITI, claims={"nik": "3503", "name": " \t"})
    assert [emission.name for emission in KIND.emissions(SETTINGS, blank)] == ["X-Nik", "X-Orang"]


@pytest.mark.parametrize(
    "path", ["", "x", "//evil.example", "/\\evil", "/a/../b", "/a%0d%0ab", "/a\r\nb", "/a?b#c", "https://evil.example/", "/a?b\u00e9"]
)
def test_an_entry_leads_to_the_applications_own_host(path: str) -> None:
    assert KIND.entry_url(SETTINGS, path) == "https://lama.example.id/mulai"
    assert KIND.entry_url(SETTINGS, "/jadwal?hari=senin") == "https://lama.example.id/jadwal?hari=senin"


def test_a_connector_stands_for_exactly_its_host() -> None:
    assert KIND.host(SETTINGS) == "lama.example.id"
    with_port = build(
        kind="forward_auth", connector_id="lama", application="lama", settings={"base_url": "http://localhost:8080", "headers": []}
    )
    assert KIND.host(with_port.settings) == "localhost:8080"
