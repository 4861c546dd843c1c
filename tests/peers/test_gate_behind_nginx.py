"""The gate as a regency runs it: nginx in front, an application behind that believes every header."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.peers.conftest import Town
from tests.peers.walker import LARAS, Walker, received
from tests.site import wait_ready

HENDRA = "3503083005769013"


def raw(port: int, *lines: str) -> tuple[int, str]:
    """Send exactly these lines; return status and body."""
    with socket.create_connection(("127.0.0.1", port), 5) as wire:
        wire.sendall(("\r\n".join([*lines, "Connection: close", "", ""])).encode("latin-1"))
        answer = b""
        while part := wire.recv(65536):
            answer += part
    return int(answer.split()[1]), answer.decode("latin-1")


def cookies_of(walker: Walker) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in walker.http.cookies.jar)


@pytest.fixture(scope="module")
def laras(town: Town) -> Iterator[Walker]:
    """Laras, who is inside the older registration."""
    with Walker() as walker:
        walker.go(town.url("rsud-daftar"))
        yield walker


def test_a_person_arrives_where_she_wanted_to_go(town: Town) -> None:
    with Walker() as laras:
        page = laras.go(town.url("rsud-daftar") + "jadwal?hari=senin&poli=gigi")
        assert str(page.url) == town.url("rsud-daftar") + "jadwal?hari=senin&poli=gigi"
        got = received(page.text)
        assert got["headers"]["x-pasien-nik"] == [LARAS]
        assert got["headers"]["x-pasien-nama"] == ["LARAS TANDASARI"]
        assert "x-pasien-bpjs" not in got["headers"], "what is not shared is absent, not empty"
        assert laras.passwords == 1


def test_fa_01_headers_of_the_client_are_stripped_by_nginx(town: Town, laras: Walker) -> None:
    forged = (
        "X-Pasien-Bpjs: 1",
        "X_Pasien_Bpjs: 2",
        "X-Pasien_Bpjs: 3",
        "x-pasien-nik: 4",
        "X_Pasien_Nik: 5",
        "X-Pasien-Id: 6",
        "X-Gapura-Host: 7",
    )
    status, body = raw(town.ports["rsud-daftar"], "GET / HTTP/1.1", "Host: localhost", f"Cookie: {cookies_of(laras)}", *forged, "X-Lain: 8")
    assert status == 200
    names = received(body)["headers"]
    assert names["x-lain"] == ["8"], "other headers pass"
    assert names["x-pasien-nik"] == [LARAS]
    spelled = {name.replace("_", "-") for name in names}
    assert not spelled & {"x-pasien-bpjs", "x-pasien-id", "x-gapura-host"}
    assert not [name for name in names if "_" in name]


def test_fa_01_nobody_enters_by_headers_alone(town: Town) -> None:
    status, body = raw(town.ports["rsud-daftar"], "GET / HTTP/1.1", "Host: localhost", f"X-Pasien-Nik: {LARAS}")
    assert status == 302
    assert f"Location: {town.issuer}/gerbang/masuk?app=rsud-daftar" in body


def test_fa_05_the_words_of_the_proxy_count_and_only_from_the_proxy(town: Town, laras: Walker) -> None:
    facts = {"X-Gapura-Method": "GET", "X-Gapura-Uri": "/"}
    host = town.url("rsud-daftar").removeprefix("http://").rstrip("/")
    asked = laras.http.get(f"{town.issuer}/gerbang/periksa", headers={**facts, "X-Gapura-Host": host})
    assert asked.status_code == 200, "127.0.0.1 is a listed proxy here"
    lies = (
        "X-Gapura-Uri: /terbuka",
        "X-Gapura-Host: other.example",
        "X-Gapura-Method: OPTIONS",
        "X-Forwarded-Uri: /terbuka",
        "X-Forwarded-Host: b",
    )
    status, _ = raw(town.ports["rsud-daftar"], "GET / HTTP/1.1", "Host: localhost", *lies)
    assert status == 302, "nobody is signed in, whatever a client says about itself"
    status, body = raw(town.ports["rsud-daftar"], "GET / HTTP/1.1", "Host: localhost", f"Cookie: {cookies_of(laras)}", *lies)
    assert (status, received(body)["path"]) == (200, "/")
    outside = httpx.get(f"{town.issuer.replace('localhost', '127.0.0.1')}/gerbang/periksa", headers=facts, trust_env=False)
    assert outside.status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/a%2fb",
        "/a%2Fb",
        "/a/..%2fadmin",
        "/a%5cb",
        "//admin",
        "/a//b",
        "/a;x=1",
        "/a/../admin",
        "/a/./b",
        "/a/%2e%2e/admin",
        "/_gapura/../admin",
    ],
)
def test_fa_06_a_path_that_can_be_read_in_two_ways_is_refused(town: Town, laras: Walker, path: str) -> None:
    cookie = f"Cookie: {cookies_of(laras)}"
    assert raw(town.ports["rsud-daftar"], "GET /admin HTTP/1.1", "Host: localhost", cookie)[0] == 200
    assert raw(town.ports["rsud-daftar"], f"GET {path} HTTP/1.1", "Host: localhost", cookie)[0] == 403


def test_fa_08_the_cookie_of_one_application_opens_no_other(town: Town, laras: Walker) -> None:
    value = laras.http.cookies.get("gapura-g-rsud-daftar")
    assert value
    own = f"Cookie: gapura-g-rsud-daftar={value}"
    assert raw(town.ports["rsud-daftar"], "GET / HTTP/1.1", "Host: localhost", own)[0] == 200
    for name in ("gapura-g-rsud-daftar", "gapura-g-usaha-lama"):
        foreign = raw(town.ports["usaha-lama"], "GET / HTTP/1.1", "Host: localhost", f"Cookie: {name}={value}")
        assert foreign[0] == 302


def begin(town: Town) -> tuple[str, dict[str, str]]:
    """Come to nginx as a new browser; return where it is sent to sign in, and the cookies it got."""
    asked = httpx.get(town.url("rsud-daftar"), trust_env=False)
    assert asked.status_code == 302
    return asked.headers["location"], dict(asked.cookies)


def test_a_ticket_opens_once_and_at_its_own_host_only(town: Town, laras: Walker) -> None:
    start, mark = begin(town)
    ticket = laras.http.get(start, follow_redirects=False).headers["location"]
    query = ticket.partition("?")[2]
    elsewhere = httpx.get(f"{town.url('usaha-lama')}_gapura/kembali?{query}", cookies=mark, trust_env=False, follow_redirects=True)
    assert elsewhere.status_code == 410
    spent = httpx.get(ticket, cookies=mark, trust_env=False, follow_redirects=True)
    assert spent.status_code == 410
    fresh = laras.http.get(start, follow_redirects=False).headers["location"]
    assert httpx.get(fresh, cookies=mark, trust_env=False).status_code == 303
    assert httpx.get(fresh, cookies=mark, trust_env=False, follow_redirects=True).status_code == 410


def test_fa_12_a_ticket_opens_in_the_browser_that_began_only(town: Town, laras: Walker) -> None:
    start, mark = begin(town)
    for other in ({}, begin(town)[1]):
        ticket = laras.http.get(start, follow_redirects=False).headers["location"]
        refused = httpx.get(ticket, cookies=other, trust_env=False, follow_redirects=True)
        assert str(refused.url).startswith(town.issuer), "our own page, with its styles and links"
        assert refused.status_code == 403
        assert "gapura-g-rsud-daftar" not in refused.cookies
        assert f'href="{town.url("rsud-daftar")}' in refused.text, "the way to start again"
    arrived = httpx.get(laras.http.get(start, follow_redirects=False).headers["location"], cookies=mark, trust_env=False)
    assert arrived.status_code == 303
    assert "gapura-g-rsud-daftar" in arrived.cookies


def test_an_optional_consent_withdrawn_takes_its_header_away_within_a_second(town: Town) -> None:
    with Walker(HENDRA) as hendra:
        page = hendra.go(town.url("rsud-daftar"), tick=("rawat-jalan-rsud.bpjs",))
        assert received(page.text)["headers"]["x-pasien-bpjs"] == ["0000000009013"]
        hendra.withdraw(town.issuer, "BPJS")
        since = time.monotonic()
        got = received(hendra.http.get(town.url("rsud-daftar")).text)["headers"]
        assert time.monotonic() - since < 1
        assert "x-pasien-bpjs" not in got
        assert got["x-pasien-nik"] == [HENDRA], "the visit itself rests on a public task"


def test_consent_withdrawn_closes_the_gate_within_a_second(town: Town) -> None:
    with Walker() as laras:
        assert received(laras.go(town.url("usaha-lama")).text)["headers"]["x-usaha-nik"] == [LARAS]
        laras.withdraw(town.issuer, "pendamping")
        since = time.monotonic()
        refused = laras.http.get(town.url("usaha-lama"), follow_redirects=False)
        assert time.monotonic() - since < 1
        assert refused.status_code == 302
        assert refused.headers["location"].startswith(f"{town.issuer}/gerbang/masuk?app=usaha-lama")


def test_leaving_closes_the_gate(town: Town) -> None:
    with Walker() as laras:
        laras.go(town.url("rsud-daftar"))
        left = laras.http.get(town.url("rsud-daftar") + "_gapura/keluar")
        assert str(left.url) == f"{town.issuer}/keluar"
        assert laras.http.get(town.url("rsud-daftar"), follow_redirects=False).status_code == 302


def test_without_gapura_nginx_refuses_everybody(town: Town, laras: Walker) -> None:
    address = town.url("rsud-daftar")
    with httpx.Client(cookies=laras.http.cookies, timeout=10, trust_env=False) as http:
        laras.go(address)
        http.cookies.update(laras.http.cookies)
        assert http.get(address).status_code == 200
        town.live.stop()
        try:
            refused = http.get(address)
            assert refused.status_code == 500
            assert "X-Pasien" not in refused.text
        finally:
            town.live.start()
            wait_ready(town.issuer)
        assert http.get(address).status_code == 200, "the session outlives the restart"
