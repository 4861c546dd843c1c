"""FA-06: the decision is about the path that the application will see; whatever could be read in two ways is protected or refused."""

from __future__ import annotations

import pytest

from connectors.apps.forward_auth.paths import is_ambiguous, is_open, is_plain

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
        "/gambar/%61",
        "/gambar/a%3bx",
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
