"""FA-06: the decision is about the path that the application will see; whatever could be read in two ways is protected or refused."""

from __future__ import annotations

import pytest

from connectors.paths import address, is_ambiguous, is_at_or_below, is_open, is_plain, plain_or

OPEN = ("/terbuka", "/gambar/")


@pytest.mark.parametrize("path", ["/terbuka", "/terbuka?x=/../admin", "/gambar/logo.svg", "/gambar/a/b.css?v=1", "/gambar/"])
def test_an_open_path_is_open(path: str) -> None:
    assert is_open(OPEN, path)
    assert not is_ambiguous(path)


@pytest.mark.parametrize(
    "path",
    [
        "/terbuka/../admin",
        "/gambar/../admin",
        "/gambar/./a",
        "/gambar/%2e%2e/admin",
        "/gambar/..%2fadmin",
        "/gambar/a%2Fb",
        "/gambar/a%5cb",
        "/gambar/..\\admin",
        "//admin",
        "/gambar//admin",
        "/gambar/a;x",
        "/terbuka;x",
        "/admin%00",
        "/gambar/a%00",
        "/gambar/a\x00",
        "/terbuka#/admin",
        "/gambar/%61",
        "/gambar/%5a%7E",
        "/gambar/%2D%5f%30",
        "/gambar/a%",
        "/gambar/a%2",
        "/gambar/a%zz",
        "/gambar/a%u0061",
        "",
        "admin",
        "http://lama.example.id/terbuka",
    ],
)
def test_fa_06_a_path_that_can_be_read_in_two_ways_is_refused(path: str) -> None:
    assert is_ambiguous(path)
    assert not is_open(OPEN, path)


@pytest.mark.parametrize(
    "path",
    [
        "/Terbuka",
        "/TERBUKA",
        "/terbuka/",
        "/terbuka/x",
        "/gambar",
        "/Gambar/a",
        "/gambar/a%3bx",
        "/gambar/a%20b",
        "/gambar/%C3%A9",
        "/gambar/a%252fb",
        "/gambar/ b",
        "/",
    ],
)
def test_fa_06_a_path_that_only_resembles_an_open_one_is_protected(path: str) -> None:
    assert not is_open(OPEN, path)
    assert not is_ambiguous(path), "signed in, it passes"


@pytest.mark.parametrize("path", ["/", "/a", "/a/", "/a/b.c~d-e_f/@x:1", "/a/...", "/a/.b"])
def test_plain_paths_are_plain(path: str) -> None:
    assert is_plain(path)


@pytest.mark.parametrize(
    "path", ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a#b", "/a?b=\r\nX: 1", "/a b", "/a%2f..", "/é", "/a?b#c"]
)
def test_a_way_back_that_is_no_plain_path_leads_to_the_start(path: str) -> None:
    assert plain_or("/mulai", path) == "/mulai"
    assert plain_or("/mulai", "/cuti/ajukan?tahun=2026") == "/cuti/ajukan?tahun=2026"


@pytest.mark.parametrize(
    "bad",
    [
        "http://lama.example.id/sso",
        "https://lama.example.id",
        "https://lama.example.id/sso?a=b",
        "https://lama.example.id/sso#",
        "https://lama.example.id/../sso",
        "https://lama.example.id//sso",
        "https://user@lama.example.id/sso",
        "javascript:alert(1)",
        "/sso",
    ],
)
def test_the_address_of_a_page_is_an_origin_and_a_plain_path(bad: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        address(bad)
    for good in ("https://lama.example.id/index.php/sso/masuk", "http://localhost:8080/sso.php"):
        assert address(good) == good


@pytest.mark.parametrize(
    "path",
    ["/masuk.php", "/masuk.php?a=b", "/MASUK.php", "/masuk.php/", "/masuk.php/x", "/masuk.php.", "/masuk.php%20", "/masuk.php::$D"],
)
def test_fa_06_a_page_is_itself_however_it_is_written(path: str) -> None:
    assert is_at_or_below("/masuk.php", path)
    assert is_at_or_below("/Masuk.php", path)


@pytest.mark.parametrize("path", ["/", "/masuk", "/masuk.phpx", "/masuk.php.bak", "/a/masuk.php", "/a?b=/masuk.php"])
def test_fa_06_another_page_is_not_it(path: str) -> None:
    assert not is_at_or_below("/masuk.php", path)
    assert is_at_or_below("/", path) is (path == "/"), "below the root lies everything"
