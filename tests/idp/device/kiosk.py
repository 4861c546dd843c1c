"""A kiosk of the Mall Pelayanan Publik for tests: it asks for a code, shows it, and asks again and again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from idp.grants.device_code import NAME
from tests.forms import Browser
from tests.site import PASSWORD, SITI, Site, register, test_client

SCOPE = "openid name nik kecamatan phone_number"


@dataclass
class Kiosk:
    site: Site
    client_id: str = "anjungan"
    shown: dict[str, Any] = field(default_factory=dict)

    async def ask(self, scope: str = SCOPE, **more: str) -> httpx.Response:
        """Ask for a code and show it."""
        data = {"client_id": self.client_id, "scope": scope, **more}
        response = await self.site.http().post("/device_authorization", data={k: v for k, v in data.items() if v})
        if response.status_code == 200:
            self.shown = response.json()
        return response

    async def poll(self, *, wait: int = 5, **more: str) -> httpx.Response:
        """Wait and ask for the tokens."""
        self.site.clock.advance(wait)
        data = {"grant_type": NAME, "client_id": self.client_id, "device_code": self.shown.get("device_code", ""), **more}
        return await self.site.http().post("/token", data=data)

    async def approve(self, browser: Browser | None = None, account: str = SITI) -> httpx.Response:
        """Let a person type the code on their phone and walk through whatever is asked."""
        browser = browser or self.site.browser()
        await browser.go("/perangkat")
        page = await browser.submit(kode=self.shown["user_code"])
        assert self.shown["user_code"] in page.text
        page = await browser.submit(button="kodenya sama")
        for _ in range(4):
            if 'name="sandi"' in page.text:
                page = await browser.sign_in(account, PASSWORD)
            elif "/persetujuan/" in str(page.url):
                page = await browser.submit(button="lanjutkan")
        return page


async def a_kiosk(site: Site, **changes: Any) -> Kiosk:
    """Register a public client of the device grant and return its kiosk."""
    values = {
        "client_id": "anjungan",
        "auth_method": "none",
        "secrets": (),
        "redirect_uris": (),
        "grant_types": frozenset({NAME, "refresh_token"}),
        **changes,
    }
    client = await register(site, test_client(**values))
    return Kiosk(site, client.client_id)
