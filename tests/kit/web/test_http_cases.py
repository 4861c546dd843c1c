"""What comes before any meaning: sizes, encodings, odd paths, addresses that must not exist, failures that tell nothing."""

from __future__ import annotations

import re
import resource
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.site import Live, Site, live_site, new_party

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Live]:
    with live_site(tmp_path_factory.mktemp("http"), template_folder) as running:
        yield running


def talk(live: Live, raw: bytes, seconds: float = 3) -> bytes:
    """Send bytes as they are and return everything that comes back until the server closes or falls silent."""
    parts = urlsplit(live.issuer)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=seconds) as link:
        link.sendall(raw)
        said = b""
        try:
            while chunk := link.recv(65536):
                said += chunk
        except TimeoutError:
            said += b"<silent>"
        return said


HEAD = b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        HEAD + b"Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + SMUGGLED,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n" + SMUGGLED,
        HEAD + b"Content-Length: -5\r\n\r\nabcde" + SMUGGLED,
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef" + SMUGGLED,
    ],
    ids=["both", "unknown-coding", "bad-chunk", "negative", "two-lengths"],
)
def test_wb_02_wb_04_a_request_with_two_readings_ends_the_connection(live: Live, raw: bytes) -> None:
    said = talk(live, raw)
    assert said.startswith(b"HTTP/1.1 400"), said[:200]
    assert said.count(b"HTTP/1.1 ") == 1, "what followed was never answered"
    assert not said.endswith(b"<silent>"), "the connection is closed"


def test_wb_02_the_same_request_with_one_reading_is_answered(live: Live) -> None:
    said = talk(live, HEAD + b"Content-Length: 5\r\nConnection: close\r\n\r\na=b&c")
    assert b"HTTP/1.1 401" in said, "read, and refused for its missing client"
    assert b'"invalid_client"' in said


async def test_wb_03_too_much_is_not_read(site: Site) -> None:
    party = await new_party(site)
    http = site.http()
    started = time.process_time()
    for content in (b"a=" + b"x" * 50_000_000, b"&".join(b"a%d=1" % n for n in range(100_000)), b"a;" * 500_000):
        for path in ("/token", "/introspect", "/revoke"):
            response = await http.post(path, content=content, headers=FORM, auth=party.auth)
            assert (response.status_code, response.json()["error"]) == (413, "invalid_request")
        assert (await http.post("/authorize", content=content, headers=FORM)).status_code in (400, 413)
        assert (await http.post("/logout", content=content, headers=FORM)).status_code == 413
    assert time.process_time() - started < 3
    few = await http.post("/token", content=b"&".join(b"a%d=1" % n for n in range(500)), headers=FORM, auth=party.auth)
    assert (few.status_code, few.json()["error"]) == (400, "invalid_request")
    fine = await http.post("/token", content="grant_type=client_credentials&x=" + "y" * 50_000, headers=FORM, auth=party.auth)
    assert fine.status_code == 200


async def test_wb_03_a_body_that_does_not_say_its_length_is_cut(site: Site) -> None:
    party = await new_party(site)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(2000):
            sent += 1
            yield b"x" * 8192

    response = await site.http().post("/token", content=endless(), headers=FORM, auth=party.auth)
    assert (response.status_code, response.json()["error"]) == (413, "invalid_request")
    assert sent < 20, "read no further than the limit"


async def test_wb_04_multipart_is_not_parsed(site: Site) -> None:
    party = await new_party(site)
    http = site.http()
    kind = {"content-type": "multipart/form-data; boundary=x"}
    for path in ("/token", "/introspect", "/revoke"):
        response = await http.post(path, content=b"x" * 1000 + b"\r\n--x\r\n", headers=kind, auth=party.auth)
        assert (response.status_code, response.json()["error"]) == (415, "invalid_request")
    assert (await http.post("/token", data={"grant_type": "client_credentials"}, auth=party.auth)).status_code == 200


async def test_wb_05_ten_thousand_ranges_cost_nothing(site: Site) -> None:
    page = await site.http().get("/")
    asset = next(part for part in page.text.split('"') if part.startswith("/aset/") and part.endswith(".css"))
    whole = await site.http().get(asset)
    started = time.process_time()
    response = await site.http().get(asset, headers={"range": "bytes=" + ",".join(f"{n}-{n + 1}" for n in range(10_000))})
    assert time.process_time() - started < 0.5
    assert (response.status_code, response.content) == (200, whole.content)


@pytest.mark.parametrize(
    "path", ["/beranda", "/izin", "/riwayat", "/data-saya", "/keamanan", "/admin/aplikasi", "/admin/api/v1/applications", "/userinfo"]
)
async def test_wb_08_no_other_spelling_of_a_protected_path_opens_it(site: Site, path: str) -> None:
    http = site.http()
    plain = await http.get(path)
    assert plain.status_code in (303, 401, 403)
    spellings = [
        "/" + path,
        path + "/",
        "/." + path,
        path.replace("/", "//"),
        "/x/.." + path,
        path.upper(),
        path + ";x",
        path + "%00",
        path + "%2f",
    ]
    spellings += ["/%2e" + path, path[:1] + f"%{ord(path[1]):02x}" + path[2:], path + "#x", "/\\" + path[1:]]
    for spelling in spellings:
        response = await http.get(site.issuer + spelling)
        assert response.status_code in (plain.status_code, 404, 405), spelling


async def test_wb_09_nothing_of_the_works_is_published(site: Site) -> None:
    http = site.http()
    for path in (
        "/docs",
        "/redoc",
        "/openapi.json",
        "/metrics",
        "/debug",
        "/.git/config",
        "/.env",
        "/aset/gapura.css.map",
        "/aset/../settings.py",
    ):
        assert (await http.get(path)).status_code == 404, path
    assert (await http.get("/healthz")).status_code == 200


async def test_wb_09_methods_that_nobody_needs(site: Site) -> None:
    http = site.http()
    for path in ("/token", "/authorize", "/userinfo", "/"):
        for method in ("TRACE", "PUT", "DELETE", "PATCH"):
            assert (await http.request(method, path)).status_code == 405, (method, path)
    assert (await http.get("/authorize")).status_code == 400


async def test_wb_10_a_failure_tells_nothing_of_the_inside(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    party = await new_party(site)
    tokens = await party.tokens()

    async def broken(*_: object, **__: object) -> bytes:
        raise RuntimeError("secret-of-the-inside")

    monkeypatch.setattr(site.resources.expiring, "get", broken)
    head = {"authorization": f"Bearer {tokens['access_token']}"}
    for response in (await site.http().get("/userinfo", headers=head), await party.redeem("x" * 43), await site.http().get("/masuk/abc")):
        assert response.status_code == 500
        assert "secret-of-the-inside" not in response.text
        assert "Traceback" not in response.text
        assert "x-reference" in response.headers or re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", response.text), "something to tell the help desk"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    monkeypatch.undo()
    assert (await party.userinfo(tokens["access_token"])).status_code == 200


def test_wb_12_two_thousand_slow_connections_hold_nobody_up(live: Live) -> None:
    parts = urlsplit(live.issuer)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    links = [socket.create_connection((parts.hostname or "", parts.port or 0), timeout=3) for _ in range(2000)]
    try:
        for link in links:
            link.sendall(HEAD + b"Content-Length: 1000\r\n\r\n" + b"a")
        times = []
        for _ in range(20):
            began = time.monotonic()
            assert httpx.get(live.issuer + "/healthz", timeout=5).status_code == 200
            times.append(time.monotonic() - began)
        assert sorted(times)[-2] < 1
    finally:
        for link in links:
            link.close()
