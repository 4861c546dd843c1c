"""The gate behind Apache, Caddy and Traefik, as the console writes them out: the checks that nginx passes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.demo.seed import seed
from hub.resources import Resources
from hub.wiring import build_house
from idp.applications.models import ConnectorRow
from tests.peers.gates import GATES
from tests.peers.programs import older_application
from tests.peers.test_gate_behind_nginx import cookies_of, raw
from tests.peers.walker import LARAS, Walker, received
from tests.servers import free_port
from tests.site import Live, live_site, wait_ready

HEADERS = [{"claim": "name", "field": "X-Usaha-Nama"}, {"claim": "nik", "field": "X-Usaha-Nik"}, {"claim": "nib", "field": "X-Usaha-Nib"}]
PROXIES = pytest.mark.parametrize("proxy", list(GATES))


@dataclass
class Street:
    """One Gapura, one older application, and the proxies before it, each with a connector of its own."""

    live: Live
    ports: dict[str, int]

    def url(self, proxy: str) -> str:
        return f"http://localhost:{self.ports[proxy]}/"


def settings_of(proxy: str, port: int) -> dict[str, object]:
    base = f"http://localhost:{port}"
    return {"base_url": base, "proxy": proxy, "headers": HEADERS, "strip": ["X-Usaha-Id"], "open_paths": ["/terbuka/"]}


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("gates")
    ports = {proxy: free_port() for proxy in GATES}

    async def fill(resources: Resources) -> None:
        await seed(resources, await build_house(resources))
        for proxy, port in ports.items():
            row = ConnectorRow(f"lama-{proxy}", "usaha-kecil", "forward_auth", settings_of(proxy, port))
            await resources.stores.registry.save_connector(row)

    trusted: dict[str, Any] = {"gate.trusted_proxies": ["127.0.0.1/32"]}
    with ExitStack() as stack:
        live = stack.enter_context(live_site(folder, template_folder, fill=fill, **trusted))
        older = stack.enter_context(older_application())
        for proxy, gate in GATES.items():
            stack.enter_context(gate(folder / proxy, ports[proxy], live.issuer, settings_of(proxy, ports[proxy]), older))
        yield Street(live, ports)


@pytest.fixture(scope="module")
def signed_in() -> Iterator[Walker]:
    """Laras, who types her password once: the limit of sign-ins holds here too."""
    with Walker() as walker:
        yield walker


@pytest.fixture
def laras(street: Street, signed_in: Walker, proxy: str) -> Walker:
    """Laras, inside the application behind this proxy."""
    signed_in.go(street.url(proxy))
    return signed_in


@PROXIES
def test_a_person_arrives_where_she_wanted_to_go(street: Street, signed_in: Walker, proxy: str) -> None:
    page = signed_in.go(street.url(proxy) + "jadwal?hari=senin&poli=gigi")
    assert str(page.url) == street.url(proxy) + "jadwal?hari=senin&poli=gigi"
    got = received(page.text)
    assert got["path"] == "/jadwal?hari=senin&poli=gigi"
    assert got["headers"]["x-usaha-nik"] == [LARAS]
    assert got["headers"]["x-usaha-nama"] == ["Laras Tandasari"]
    assert "x-usaha-nib" not in got["headers"], "what is not shared is absent, not empty"


@PROXIES
def test_fa_01_headers_of_the_client_are_stripped(street: Street, laras: Walker, proxy: str) -> None:
    forged = [f"{spelled}: {number}" for number, spelled in enumerate(("X-Usaha-Nib", "X_Usaha_Nib", "X-Usaha_Nib", "x_usaha-nib"))]
    forged += [
        "x-usaha-nik: 4",
        "X_Usaha_Nik: 5",
        "X-USAHA-NIK: 6",
        "X-Usaha-Id: 7",
        "X_Usaha_Id: 8",
        "X-Gapura-Host: 9",
        "X-Gapura-Uri: /",
    ]
    told = ("GET / HTTP/1.1", f"Host: localhost:{street.ports[proxy]}", f"Cookie: {cookies_of(laras)}")
    status, body = raw(street.ports[proxy], *told, *forged, "X-Lain: 8")
    assert status == 200
    names = received(body)["headers"]
    assert names["x-lain"] == ["8"], "other headers pass"
    assert names["x-usaha-nik"] == [LARAS]
    spelled = {name.replace("_", "-") for name in names if name not in ("x-usaha-nik", "x-usaha-nama")}
    assert not [name for name in spelled if name.startswith(("x-usaha-", "x-gapura-"))]


@PROXIES
def test_fa_01_nobody_enters_by_headers_alone_or_by_what_a_client_says_of_itself(street: Street, proxy: str) -> None:
    lies = (
        "X-Gapura-Uri: /terbuka/",
        "X-Gapura-Method: GET",
        "X-Forwarded-Uri: /terbuka/",
        "X-Forwarded-Method: GET",
        "X-Original-URL: /terbuka/",
    )
    told = ("GET /dalam HTTP/1.1", f"Host: localhost:{street.ports[proxy]}", f"X-Usaha-Nik: {LARAS}")
    status, body = raw(street.ports[proxy], *told, *lies)
    assert status == 302
    assert f"{street.live.issuer}/gerbang/masuk?app=lama-{proxy}" in body
    assert raw(street.ports[proxy], "GET /terbuka/a HTTP/1.1", told[1])[0] == 200, "the open path is one"


@PROXIES
@pytest.mark.parametrize(
    "path",
    [
        "/terbuka/..%2fadmin",
        "/terbuka/%2e%2e/admin",
        "/terbuka/../admin",
        "/terbuka/./../admin",
        "/terbuka/..%5cadmin",
        "//terbuka/a",
        "/terbuka//a",
        "/terbuka/..;/admin",
        "/terbuka/a%00",
        "/_gapura/../admin",
        "/_gapura/kembali/../../admin",
        "/_gapura/%6bembali/../../admin",
    ],
)
def test_fa_06_a_path_that_can_be_read_in_two_ways_lets_nobody_in(street: Street, laras: Walker, proxy: str, path: str) -> None:
    """Traefik tidies some of them before it asks: then what was decided on is what the application sees, and sign-in is asked for."""
    told = (f"GET {path} HTTP/1.1", f"Host: localhost:{street.ports[proxy]}")
    status, body = raw(street.ports[proxy], *told)
    assert status in (302, 400, 403, 404) if proxy != "traefik" or "//" not in path else status != 500
    assert status != 200 or received(body)["path"] == "/terbuka/a", "tidied, and open"
    status, body = raw(street.ports[proxy], *told, f"Cookie: {cookies_of(laras)}")
    assert status != 200 or received(body)["path"] in ("/admin", "/terbuka/a"), "in her name too, only a path of one meaning"


@PROXIES
def test_fa_08_the_cookie_of_one_application_opens_no_other(street: Street, laras: Walker, proxy: str) -> None:
    value = laras.http.cookies.get(f"gapura-g-lama-{proxy}")
    assert value
    other = next(one for one in GATES if one != proxy)
    host = {one: f"Host: localhost:{street.ports[one]}" for one in (proxy, other)}
    assert raw(street.ports[proxy], "GET / HTTP/1.1", host[proxy], f"Cookie: gapura-g-lama-{proxy}={value}")[0] == 200
    for name in (f"gapura-g-lama-{proxy}", f"gapura-g-lama-{other}"):
        assert raw(street.ports[other], "GET / HTTP/1.1", host[other], f"Cookie: {name}={value}")[0] == 302


@PROXIES
def test_fa_12_a_ticket_opens_once_and_in_the_browser_that_began_only(street: Street, laras: Walker, proxy: str) -> None:
    asked = httpx.get(street.url(proxy), trust_env=False)
    start, mark = asked.headers["location"], dict(asked.cookies)
    assert [name for name in mark if name.startswith(f"gapura-m-lama-{proxy}-")]
    for other in ({}, dict(httpx.get(street.url(proxy), trust_env=False).cookies)):
        ticket = laras.http.get(start, follow_redirects=False).headers["location"]
        refused = httpx.get(ticket, cookies=other, trust_env=False, follow_redirects=True)
        assert refused.status_code == 403 and str(refused.url).startswith(street.live.issuer)
        assert f"gapura-g-lama-{proxy}" not in refused.cookies
    ticket = laras.http.get(start, follow_redirects=False).headers["location"]
    arrived = httpx.get(ticket, cookies=mark, trust_env=False)
    assert arrived.status_code == 303 and f"gapura-g-lama-{proxy}" in arrived.cookies
    assert httpx.get(ticket, cookies=mark, trust_env=False, follow_redirects=True).status_code == 410


@PROXIES
def test_consent_withdrawn_closes_the_gate_within_a_second(street: Street, laras: Walker, proxy: str) -> None:
    laras.withdraw(street.live.issuer, "pendamping")
    since = time.monotonic()
    refused = laras.http.get(street.url(proxy), follow_redirects=False)
    assert time.monotonic() - since < 1
    assert refused.status_code == 302
    assert refused.headers["location"].startswith(f"{street.live.issuer}/gerbang/masuk?app=lama-{proxy}")


@PROXIES
def test_leaving_closes_the_gate(street: Street, laras: Walker, proxy: str) -> None:
    left = laras.http.get(street.url(proxy) + "_gapura/keluar")
    assert str(left.url) == f"{street.live.issuer}/keluar"
    assert laras.http.get(street.url(proxy), follow_redirects=False).status_code == 302


@PROXIES
def test_without_gapura_everybody_is_refused(street: Street, laras: Walker, proxy: str) -> None:
    """Its port stays open here and nobody answers: the worst of the ways to be gone. Traefik waits 30 s, which cannot be set."""
    with httpx.Client(cookies=laras.http.cookies, timeout=40, trust_env=False) as http:
        assert http.get(street.url(proxy)).status_code == 200
        street.live.stop()
        try:
            for path in ("", "terbuka/a") if proxy != "traefik" else ("terbuka/a",):
                refused = http.get(street.url(proxy) + path)
                assert refused.status_code in (500, 502, 503, 504)
                assert "X-Usaha" not in refused.text and "<pre>" not in refused.text
        finally:
            street.live.start()
            wait_ready(street.live.issuer)
        assert http.get(street.url(proxy)).status_code == 200, "the session outlives the restart"
