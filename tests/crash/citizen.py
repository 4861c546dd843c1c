"""A citizen who agrees and withdraws, again and again, and notes outside the server what the server has acknowledged."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import httpx

from consent.models import LedgerEvent
from tests.crash.deployment import nik_of
from tests.forms import Browser
from tests.site import CALLBACK, PASSWORD, authorize_query

SCOPE = "openid name nik kecamatan phone_number"


@dataclass
class Citizen:
    """`acknowledged`: what the server said is done to this person's one record. `asked`: what was sent and not answered."""

    number: int
    issuer: str
    acknowledged: list[LedgerEvent] = field(default_factory=list)
    asked: LedgerEvent | None = None
    record: str = ""
    http: httpx.AsyncClient = field(init=False)
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        hooks = {"request": [self._sent], "response": [self._answered]}
        self.http = httpx.AsyncClient(base_url=self.issuer, timeout=30, event_hooks=hooks)
        self.browser = Browser(self.http)

    @property
    def person(self) -> str:
        return f"warga-{self.number:04d}"

    @staticmethod
    def _meaning(request: httpx.Request) -> LedgerEvent | None:
        path = request.url.path
        if request.method == "POST" and path.startswith("/persetujuan/"):
            return LedgerEvent.GIVEN
        if request.method == "POST" and path.startswith("/izin/") and path.endswith("/tarik"):
            return LedgerEvent.WITHDRAWN
        return None

    async def _sent(self, request: httpx.Request) -> None:
        self.asked = self._meaning(request) or self.asked

    async def _answered(self, response: httpx.Response) -> None:
        meaning = self._meaning(response.request)
        if meaning is None:
            return
        assert response.status_code in (200, 303), f"{response.request.url.path} answered {response.status_code}"
        self.acknowledged.append(meaning)
        self.asked = None

    async def sign_in(self) -> None:
        page = await self.browser.go("/authorize?" + authorize_query("rp-test", CALLBACK, SCOPE))
        assert 'name="sandi"' in page.text, page.text[:300]
        await self.browser.sign_in(nik_of(self.number), PASSWORD)

    async def is_signed_in(self) -> bool:
        """True when the person's own page opens without a password."""
        page = await self.browser.go("/beranda")
        return page.status_code == 200 and 'name="sandi"' not in page.text

    async def act(self) -> None:
        """Agree when there is nothing in force, withdraw when there is."""
        if self.acknowledged and self.acknowledged[-1] is LedgerEvent.GIVEN and self.record:
            page = await self.browser.go(f"/izin/{self.record}/tarik")
            assert page.status_code == 200, f"withdraw page: {page.status_code}"
            await self.browser.submit(button="Lanjut")
            await self.browser.submit(button="Tarik izin sekarang")
            return
        page = await self.browser.go("/authorize?" + authorize_query("rp-test", CALLBACK, SCOPE))
        if page.headers.get("location", "").startswith(CALLBACK):
            return
        assert page.status_code == 200, f"consent page: {page.status_code}"
        await self.browser.submit(button="lanjutkan")

    async def act_until(self, stop: asyncio.Event) -> None:
        """Go on until the server is gone. Anything but a broken connection is an error of the run."""
        while not stop.is_set():
            try:
                await self.act()
            except httpx.TransportError:
                if stop.is_set():
                    return
                raise
