"""A regency with two older applications behind a proxy, and somebody who walks up to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from idp.applications.models import ConnectorRow
from tests.forms import Browser
from tests.site import ISSUER, PASSWORD, SITI, Site, open_site

PROXY = "192.0.2.7"
HOSTS = {"rsud-daftar": "daftar-rsud.example.id", "usaha-lama": "usaha-lama.example.id"}
PATIENT = [
    {"claim": "nik", "field": "X-Pasien-Nik", "transform": "none"},
    {"claim": "name", "field": "X-Pasien-Nama", "transform": "upper_ascii"},
    {"claim": "bpjs_number", "field": "X-Pasien-Bpjs", "transform": "none"},
]
BUSINESS = [{"claim": "name", "field": "X-Usaha-Nama", "transform": "trim"}, {"claim": "nik", "field": "X-Usaha-Nik", "transform": "none"}]


@dataclass
class Gate:
    """What the proxy of one application asks, and the browser of one person before it. `jar` holds the cookies of that host."""

    site: Site
    app: str = "rsud-daftar"
    browser: Browser = field(init=False)
    proxy: httpx.AsyncClient = field(init=False)
    jar: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.browser = self.site.browser()
        self.proxy = self.site.http(PROXY)

    async def ask(
        self,
        uri: str = "/",
        method: str = "GET",
        *,
        host: str = "",
        jar: Mapping[str, str] | None = None,
        sent: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Ask as the proxy does about one request; `sent` are headers of the client, which it passes on."""
        cookie = "; ".join(f"{name}={value}" for name, value in (self.jar if jar is None else jar).items())
        facts = {"X-Gapura-Host": host or HOSTS[self.app], "X-Gapura-Method": method, "X-Gapura-Uri": uri, "Cookie": cookie}
        response = await self.proxy.get("/gerbang/periksa", headers={**(sent or {}), **facts})
        if jar is None:
            self.jar |= dict(response.cookies)
        self.proxy.cookies.clear()
        return await self.told(response)

    async def told(self, response: httpx.Response) -> httpx.Response:
        """Follow to the page of our own host that says why the application was not entered."""
        location = response.headers.get("location", "")
        if not location.startswith(f"{ISSUER}/gerbang/gagal?"):
            return response
        return await self.browser.http.get(location.removeprefix(ISSUER))

    async def begin(self) -> str:
        """Come to the application's host without a session; return the digest of the mark that it gives this browser."""
        (began,) = parse_qs(urlsplit((await self.ask()).headers["x-gapura-start"]).query)["tanda"]
        return began

    async def ticket(self, *, path: str = "/jadwal?hari=senin", tick: tuple[str, ...] = (), began: str = "") -> str:
        """Walk from the gate through sign-in and notice, as far as they come; return the address at the application's host."""
        wanted = {"app": self.app, "tanda": began or await self.begin(), "kembali": path}
        page = await self.browser.go(f"/gerbang/masuk?{urlencode(wanted)}")
        for _ in range(4):
            location = page.headers.get("location", "")
            if page.status_code == 303 and location.startswith(f"https://{HOSTS[self.app]}/_gapura/kembali?tiket="):
                return str(location)
            assert page.status_code == 200, (page.status_code, page.text[:300])
            if 'name="sandi"' in page.text:
                page = await self.browser.sign_in(SITI, PASSWORD)
            else:
                page = await self.browser.submit(button="lanjutkan", tick=tuple(box for box in tick if f'name="{box}"' in page.text))
        raise AssertionError(self.browser.trail)

    async def arrive(self, address: str, *, host: str = "") -> httpx.Response:
        """Open the address at the application's host: its proxy passes `/_gapura/` on to the hub."""
        parts = urlsplit(address)
        cookie = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        facts = {"X-Gapura-Host": host or HOSTS[self.app], "Cookie": cookie}
        response = await self.proxy.get(f"{parts.path}?{parts.query}", headers=facts)
        self.jar |= dict(response.cookies)
        self.proxy.cookies.clear()
        return await self.told(response)

    async def enter(self, **more: Any) -> httpx.Response:
        return await self.arrive(await self.ticket(**more))


@pytest.fixture
async def town(tmp_path: Path, template_folder: Path) -> AsyncIterator[Site]:
    """The site with both connectors, and one proxy that may ask."""
    async with open_site(tmp_path, template_folder, **{"gate.trusted_proxies": [f"{PROXY}/32"]}) as site:
        await connect(
            site, "rsud-daftar", "rsud-daftar", headers=PATIENT, strip=["X-Pasien-Id"], open_paths=["/terbuka"], start_path="/mulai"
        )
        await connect(site, "usaha-lama", "usaha-kecil", headers=BUSINESS)
        yield site


@pytest.fixture
def gate(town: Site) -> Gate:
    return Gate(town)


async def connect(site: Site, connector: str, application: str, **settings: Any) -> None:
    row = ConnectorRow(connector, application, "forward_auth", {"base_url": f"https://{HOSTS[connector]}", **settings})
    await site.resources.stores.registry.save_connector(row)
    await site.house.reload()
