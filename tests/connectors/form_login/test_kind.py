"""The kind `form_login`, without a server: facts in, an answer out."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from connectors.apps.form_login.kind import FIELDS_HEADER, FormLogin, is_static, may, told_fields
from connectors.contract import Identity, RequestFacts
from tests.connectors.form_login.samples import SETTINGS, settings

KIND = FormLogin()
WITH_FIELDS = settings(
    fields=[{"claim": "name", "field": "nama"}, {"claim": "phone_number", "field": "no_hp", "transform": "phone_national"}]
)
SITI = Identity(
    "pairwise", "aduan", "aduan", {"name": "Siti\r\n&x=1 —", "phone_number": "+6286000009001"}, "urn:gapura:aal1", ("pwd",), 1, 2
)
ASKED = RequestFacts(
    "GET", "/gerbang/periksa", {"x-gapura-host": "aduan.example.id", "x-gapura-method": "GET", "x-gapura-uri": "/a?b=c"}, "127.0.0.1", True
)


def test_what_leaves_is_what_the_preview_shows() -> None:
    answer = KIND.allow(WITH_FIELDS, SITI)
    shown = tuple((one.name, one.value) for one in KIND.emissions(WITH_FIELDS, SITI))
    assert answer.status == 200
    assert told_fields(answer.headers[FIELDS_HEADER]) == shown == (("nama", "Siti\r\n&x=1 —"), ("no_hp", "086000009001"))
    assert KIND.emits(WITH_FIELDS) == {"name", "phone_number"}
    assert answer.headers[FIELDS_HEADER].isascii() and "\n" not in answer.headers[FIELDS_HEADER]
    assert told_fields(KIND.allow(SETTINGS, SITI).headers[FIELDS_HEADER]) == ()


@pytest.mark.parametrize("wrong", ["", "e30=", "$$$", "bm9u", "W10=x", "WzFd", "WyJhYiJd"])
def test_a_header_that_is_none_of_ours_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        told_fields(wrong)


def test_fa_05_only_the_proxys_own_words_count() -> None:
    assert KIND.target(ASKED) == KIND.host(SETTINGS) == "aduan.example.id"
    assert KIND.original(SETTINGS, ASKED) == ("GET", "/a?b=c")
    stranger = replace(ASKED, trusted_proxy=False)
    assert KIND.target(stranger) is None
    assert KIND.original(SETTINGS, stranger) is None


@pytest.mark.parametrize("path", ["/a/../b", "/a%2fb", "//a", "/a;b", "/a\\b", "a", "", "/a%00"])
def test_fa_06_a_path_that_can_be_read_in_two_ways_is_refused(path: str) -> None:
    assert KIND.original(SETTINGS, replace(ASKED, headers={**ASKED.headers, "x-gapura-uri": path})) is None


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "PUT", "get", ""])
def test_fa_11_only_the_methods_of_the_settings_pass(method: str) -> None:
    assert KIND.original(SETTINGS, replace(ASKED, headers={**ASKED.headers, "x-gapura-method": method})) is None


def test_only_the_paths_of_the_settings_pass() -> None:
    narrow = settings(paths=["/warga/", "/beranda.php"], start_path="/beranda.php")
    assert may(narrow, "GET", "/warga/1?a=/x") and may(narrow, "GET", "/beranda.php?x")
    assert not may(narrow, "GET", "/admin/") and not may(narrow, "GET", "/beranda.php/x") and not may(narrow, "GET", "/")
    shown = settings(static_paths=["/img/"])
    assert is_static(shown, "GET", "/img/a.png") and not is_static(shown, "POST", "/img/a.png") and not is_static(shown, "GET", "/img.php")


def test_nobody_without_a_session_passes_anywhere() -> None:
    assert KIND.challenge(SETTINGS, ASKED, "https://gapura.example.id/gerbang/masuk").status == 401
    assert not KIND.open_path(settings(static_paths=["/img/"]), "GET", "/img/a.png")
    assert KIND.entry_url(SETTINGS, "/a?b") == "https://aduan.example.id/a?b"
    assert KIND.entry_url(SETTINGS, "//jahat.example") == "https://aduan.example.id/"


def test_a_worker_of_the_hub_loads_no_reader_of_pages() -> None:
    program = "import sys, connectors.builtin; sys.exit(any(name.split('.')[0] in ('lxml', 'signxml', 'jose') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
