"""A whole Gapura, a bridge on the same stores, an older system on a real socket, and people with browsers between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import httpx
import pytest

from hub.bridge.app import Bridge
from hub.bridge.credentials import keep
from hub.bridge.run import build
from idp.applications.models import ConnectorRow
from idp.people.models import IdentifierKind
from tests.connectors.form_login.samples import FORM
from tests.forms import forms_of
from tests.hub.bridge.older import Older, running
from tests.servers import free_port
from tests.site import PASSWORD, SITI, Site, open_site

HOST = "http://aduan.localhost"
BUSINESS = "http://usaha.localhost"
OLD_PASSWORD = "kenari-kuning-7731"
CONNECTOR = "aduan-warga"


@dataclass
class Person:
    """One browser: follows redirects between the two hosts, signs in and goes past the notice when asked."""

    http: httpx.AsyncClient
    account: str = SITI
    trail: list[str] = field(default_factory=list)

    async def go(self, url: str, **options: Any) -> httpx.Response:
        return await self.onward(await self.http.get(url, **options))

    async def onward(self, page: httpx.Response) -> httpx.Response:
        for _ in range(20):
            self.trail.append(f"{page.status_code} {page.request.url}")
            if page.status_code in (302, 303) and "location" in page.headers:
                page = await self.http.get(urljoin(str(page.url), page.headers["location"]))
            elif 'name="akun"' in page.text:
                page = await self.send(page, akun=self.account, sandi=PASSWORD)
            elif "/persetujuan/" in page.url.path:
                page = await self.send(page, button="lanjutkan")
            else:
                return page
        raise AssertionError(f"round and round: {self.trail[-6:]}")

    async def send(self, page: httpx.Response, *, button: str = "", **values: str) -> httpx.Response:
        """Fill in and send the form of the page; no redirect is followed."""
        form = next(
            one
            for one in forms_of(page.text)
            if set(values) <= set(one.fields) and (not button or any(button in f"{n} {v} {w}".lower() for n, v, w in one.buttons))
        )
        data = {**form.fields, **values, **{name: value for name, value, words in form.buttons if name and (button in words.lower())}}
        origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": origin, "sec-fetch-site": "same-origin"}
        return await self.http.post(urljoin(str(page.url), form.action), content=urlencode(data), headers=headers)

    async def link(self, page: httpx.Response, username: str, password: str) -> httpx.Response:
        return await self.onward(await self.send(page, button="hubungkan", pengguna=username, sandi=password))


@dataclass
class Town:
    site: Site
    bridge: Bridge
    older: Older
    settings: dict[str, Any]

    def http(self, **options: Any) -> httpx.AsyncClient:
        mounts = {host: httpx.ASGITransport(app=self.bridge, client=("127.0.0.1", 40000)) for host in (HOST, BUSINESS)}
        hub = httpx.ASGITransport(app=self.site.app, client=("127.0.0.1", 40000))
        client = httpx.AsyncClient(
            transport=hub, mounts={f"all://{host.partition('//')[2]}": one for host, one in mounts.items()}, **options
        )
        self.site.clients.append(client)
        return client

    def person(self, account: str = SITI) -> Person:
        return Person(self.http(), account)

    async def configure(self, **changes: Any) -> None:
        """Change the connector's settings, as an operator would, and let everybody see it at once."""
        self.settings |= changes
        await self.site.resources.stores.registry.save_connector(ConnectorRow(CONNECTOR, CONNECTOR, "form_login", dict(self.settings)))
        await self.reload()

    async def reload(self) -> None:
        await self.site.house.reload()
        self.bridge.registry.replace(self.site.house.registry.now, self.site.house.registry.version)

    async def id_of(self, account: str) -> str:
        (person, _), *_ = await self.site.resources.stores.people.find(IdentifierKind.NIK, account)
        return person.id

    async def hold(self, username: str, password: str, account: str = SITI) -> None:
        assert await keep(self.site.resources, CONNECTOR, await self.id_of(account), username, password)

    async def inside(self, account: str = SITI, username: str = "siti") -> Person:
        """Return somebody who is in the older system."""
        self.older.users.setdefault(username, OLD_PASSWORD)
        await self.hold(username, OLD_PASSWORD, account)
        person = self.person(account)
        page = await person.go(f"{HOST}/")
        assert f"orang={username}" in page.text, page.text[:400]
        return person


@pytest.fixture
async def town(tmp_path: Path, template_folder: Path) -> AsyncIterator[Town]:
    async with running(siti=OLD_PASSWORD) as older:
        address = f"127.0.0.1:{older.port}"
        overrides = {"gate.trusted_proxies": ["127.0.0.1/32"], "outbound.allow": [address]}
        async with open_site(tmp_path, template_folder, **overrides) as site:
            bridge, _ = await build(site.resources)
            to_hub = httpx.ASGITransport(app=site.app, client=("127.0.0.1", 1))
            forgets = CookieJar(DefaultCookiePolicy(allowed_domains=()))  # as the outbound client does
            bridge.gate = replace(bridge.gate, http=httpx.AsyncClient(transport=to_hub, cookies=forgets))
            settings = {
                "base_url": HOST,
                "upstream": f"http://{address}",
                "form": FORM,
                "session_cookie": "PHPSESSID",
                "sign_out_path": "/logout.php",
                "fields": [{"claim": "name", "field": "nama"}],
                "static_paths": ["/img/"],
                "seconds": 2,
            }
            business = {**settings, "base_url": BUSINESS, "credential": "service"}
            await site.resources.stores.registry.save_connector(ConnectorRow("usaha-lama", "usaha-kecil", "form_login", business))
            opened = Town(site, bridge, older, settings)
            await opened.configure()
            yield opened
            await bridge.aclose()
            await bridge.gate.http.aclose()


@pytest.fixture
def unused_port() -> int:
    return free_port()
