"""The HTTP layer under hostile input (security.md §3.14), against the whole house and, where bytes matter, a real server."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.site import ISSUER, TEST_SECRET, Live, Site, live_site, new_party, test_client

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Live]:
    with live_site(tmp_path_factory.mktemp("http"), template_folder, clients=(test_client(),)) as running:
        yield running


def exchange(live: Live, raw: bytes) -> bytes:
    """Send bytes as they are; return what came until the server closed or fell silent."""
    parts = urlsplit(live.issuer)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as connection:
        connection.sendall(raw)
        connection.settimeout(2)
        found = b""
        try:
            while chunk := connection.recv(65536):
                found += chunk
        except TimeoutError:
            pass
        return found


HEAD = b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: localhost\r\n\r\n",
        HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        HEAD + b"Content-Length: -1\r\n\r\n",
    ],
    ids=["length and chunked", "unknown coding", "bad chunk", "two lengths", "negative length"],
)
def test_wb_02_a_request_whose_end_is_unclear_is_refused_and_the_connection_closed(live: Live, raw: bytes) -> None:
    answer = exchange(live, raw)
    assert answer.startswith(b"HTTP/1.1 400"), answer[:100]
    assert answer.count(b"HTTP/1.1 ") == 1, "nothing that was smuggled along is answered"


def test_wb_02_a_plain_request_on_the_same_path_is_answered(live: Live) -> None:
    body = b"grant_type=x"
    raw = HEAD + b"Connection: close\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    assert exchange(live, raw).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize(
    "body", [b"a=" + b"x" * 50_000_000, b"&".join(b"a%d=1" % n for n in range(100_000))], ids=["50 MB", "100,000 fields"]
)
async def test_wb_03_a_huge_form_is_refused_before_it_is_parsed(site: Site, body: bytes) -> None:
    started = time.process_time()
    response = await site.http().post("/token", content=body, headers=FORM)
    assert response.status_code == 413
    assert time.process_time() - started < 2.0  # parsing it would take many times that


async def test_wb_03_a_semicolon_is_data_and_many_fields_are_refused(site: Site) -> None:
    party = await new_party(site)
    semicolons = b"grant_type=client_credentials;scope=openid" + b";a" * 100
    response = await site.http().post("/token", content=semicolons, headers=FORM, auth=party.auth)
    assert response.json()["error"] == "unsupported_grant_type"
    many = b"&".join(b"a%d=1" % n for n in range(200))
    response = await site.http().post("/token", content=many, headers=FORM, auth=party.auth)
    assert (response.status_code, response.json()["error_description"]) == (400, "too many parameters")
    right = await site.http().post("/token", data={"grant_type": "client_credentials"}, auth=party.auth)
    assert right.status_code == 200


async def test_wb_04_multipart_is_not_read_at_all(site: Site) -> None:
    preamble = b"x" * 30_000 + b"\r\n--b\r\nContent-Disposition: form-data; name=grant_type\r\n\r\nclient_credentials\r\n--b--"
    headers = {"content-type": "multipart/form-data; boundary=b"}
    response = await site.http().post("/token", content=preamble, headers=headers, auth=("rp-test", TEST_SECRET))
    assert (response.status_code, response.json()["error"]) == (415, "invalid_request")


async def test_wb_05_ranges_are_not_served(site: Site) -> None:
    url = site.house.pages.assets.url("gapura.css")
    many = "bytes=" + ",".join(f"{n}-{n + 1}" for n in range(0, 20_000, 2))
    response = await site.http().get(url, headers={"range": many})
    assert response.status_code == 200
    assert "accept-ranges" not in response.headers
    assert response.headers["cache-control"].endswith("immutable")


@pytest.mark.parametrize("path", ["//beranda", "/./beranda", "/beranda/", "/Beranda", "/%62eranda", "/beranda%2f", "/beranda%00"])
async def test_wb_08_no_other_spelling_of_a_private_path_opens_it(site: Site, path: str) -> None:
    page = await site.http().get(f"{ISSUER}{path}")
    assert page.status_code in (303, 404)
    assert "Terakhir dipakai" not in page.text
    assert page.headers.get("location", "/masuk/").startswith("/masuk/")


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/metrics", "/debug", "/.git/config", "/aset/gapura.css.map"])
async def test_wb_09_nothing_of_the_machinery_is_open(site: Site, path: str) -> None:
    assert (await site.http().get(path)).status_code == 404


async def test_wb_10_a_broken_request_tells_nothing_of_the_inside(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("secret inside of the house")

    party = await new_party(site)
    await party.start()
    monkeypatch.setattr(site.house.sessions, "current", fail)
    page = await site.http().get("/beranda")
    assert page.status_code == 500
    assert "secret inside" not in page.text
    assert "Traceback" not in page.text
    assert "Kode bantuan" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


async def test_every_answer_carries_the_headers_of_section_4(site: Site) -> None:
    for path in ("/", "/jwks", "/authorize", "/tidak-ada", "/userinfo", "/admin"):
        headers = (await site.http().get(path)).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["cross-origin-opener-policy"] == "same-origin", path
        assert "server" not in headers, path
