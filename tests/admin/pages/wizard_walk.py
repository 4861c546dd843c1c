"""What the tests of the wizard share: an operator at the console, and a connector filled in step by step through its forms."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from idp.people.models import Role
from tests.admin.operators import account, at_console, csrf
from tests.forms import Browser
from tests.site import ISSUER, Site

SAME_SITE = {"origin": ISSUER, "sec-fetch-site": "same-origin"}
DRAFTS = "/admin/konektor/draf"
PURPOSE = "register.notice.purposes.0"
TARGET = {
    "purpose.id": "Petugas melihat antrean rawat jalan.",
    "legal_basis": "Perbup 12/2024 Pasal 4",
    "contact": "Bidang TI Dinas Kesehatan, (0355) 791 000",
    "classification": "restricted",
    "_where": "new",
    "agency": "DINKES",
    "register.name.id": "Antrean Lama",
    "register.audience": "citizen",
    "register.service.group": "kesehatan",
    "register.service.authentication_level": "aal1",
    f"{PURPOSE}.title.id": "Mengambil nomor antrean",
    f"{PURPOSE}.basis": "consent",
    f"{PURPOSE}.claims": "name",
    f"{PURPOSE}.required": "on",
}
PLACE = {"settings.base_url": "https://antrean.example.id", "settings.arrive_url": "https://antrean.example.id/sso/masuk"}
ROWS = {"settings.fields.0.claim": "name", "settings.fields.0.field": "nama", "settings.fields.0.transform": "upper_ascii"}


@dataclass
class Technician:
    """One operator with a browser; `draft` is the one at work."""

    site: Site
    browser: Browser
    draft: str = ""

    @property
    def at(self) -> str:
        return f"{DRAFTS}/{self.draft}"

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """Post a form and follow nowhere. `do` is the button."""
        data = {"csrf": csrf(self.site), **{("_do" if name == "do" else name): value for name, value in fields.items()}}
        return await self.browser.http.post(path, data=data, headers=SAME_SITE)

    async def step(self, path: str, values: dict[str, str], *, do: str = "next") -> httpx.Response:
        version = (await self.lifecycle_draft()).version
        return await self.post(f"{self.at}/{path}", do=do, _version=str(version), **values)

    async def lifecycle_draft(self) -> object:
        from admin.operator import LOCAL

        return await self.site.house.admin.actions.lifecycle.draft(LOCAL, self.draft)

    async def begin(self, kind: str = "ticket", name: str = "antrean-lama") -> None:
        answer = await self.post("/admin/konektor/katalog", kind=kind)
        assert answer.status_code == 303, answer.status_code
        self.draft = answer.headers["location"].split("/")[4]
        assert (await self.step("pilih", {"kind": kind, "id": name})).headers["location"] == f"{self.at}/tujuan"

    async def fill(self, kind: str = "ticket", name: str = "antrean-lama") -> None:
        """Everything up to the trial, with a secret that Gapura makes."""
        await self.begin(kind, name)
        assert (await self.step("tujuan", TARGET)).headers["location"] == f"{self.at}/sambungan"
        assert (await self.post(f"{self.at}/rahasia/key", do="make", overlap="0")).status_code == 303
        assert (await self.step("sambungan", PLACE)).headers["location"] == f"{self.at}/pemetaan"
        assert (await self.step("pemetaan", ROWS)).headers["location"] == f"{self.at}/coba"

    async def publish(self, reason: str = "Pemasangan pertama") -> httpx.Response:
        return await self.step("terbitkan", {"reason": reason})


async def technician(site: Site, *roles: Role, email: str = "ratna@example.id", name: str = "Ratna Ujiwati") -> Technician:
    person = await account(site, *(roles or (Role.OPERATOR,)), email=email, name=name)
    return Technician(site, await at_console(site, person))
