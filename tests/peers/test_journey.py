"""The acceptance journey in a real browser, with script and without: one password, one page per service, withdrawal with effect."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from tests.peers.conftest import Town
from tests.peers.test_relying_parties import secret_of
from tests.peers.walker import received
from tests.servers import missing
from tests.site import PASSWORD, SITI

WAGIYEM = "3503024507519003"
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@contextmanager
def browser_page(script: bool) -> Iterator[Page]:
    """A page of a fresh Chromium, as small as a phone."""
    program = shutil.which("chromium")
    if program is None:
        missing("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        context = browser.new_context(java_script_enabled=script, viewport={"width": 360, "height": 740}, locale="id-ID")
        context.set_default_timeout(15_000)
        try:
            yield context.new_page()
        finally:
            context.close()
            browser.close()


class Walk:
    """What was asked on the way is counted."""

    def __init__(self, page: Page, account: str) -> None:
        self.page, self.account = page, account
        self.passwords = self.notices = 0

    def open(self, url: str, *, tick: str = "") -> str:
        self.page.goto(url)
        for _ in range(4):
            address = self.page.url
            if "/masuk/" in address:
                self.passwords += 1
                self.page.fill('input[name="akun"]', self.account)
                self.page.fill('input[name="sandi"]', PASSWORD)
                self.page.locator("form", has=self.page.locator('input[name="sandi"]')).locator("button").last.click()
            elif "/persetujuan/" in address:
                self.notices += 1
                if tick:
                    self.page.check(f'input[name="{tick}"]')
                self.page.locator('button[name="jawab"][value="setuju"]').click()
            else:
                assert address.startswith(url), address
                return self.page.content()
            self.page.wait_for_url(lambda now, before=address: now != before)
        raise AssertionError(f"asked again and again: {self.page.url}")

    def withdraw(self, issuer: str, purpose: str) -> None:
        """The person's own way: "Izin saya", the record, two screens."""
        self.page.goto(f"{issuer}/izin")
        links = self.page.locator('main a[href^="/izin/"]')
        addresses = dict.fromkeys(str(links.nth(index).get_attribute("href")) for index in range(links.count()))
        for address in addresses:
            self.page.goto(issuer + address)
            if purpose in self.page.locator("main").inner_text() and self.page.locator(f'a[href="{address}/tarik"]').count():
                self.page.locator(f'a[href="{address}/tarik"]').click()
                self.page.get_by_role("button", name="Tarik izin sekarang").click()
                self.page.wait_for_url(lambda now: not now.endswith("/tarik"))
                return
        raise AssertionError(f"no record of {purpose}")


@pytest.mark.parametrize(
    ("script", "account", "name", "bpjs"),
    [
        pytest.param(True, SITI, "Siti Peragawati", "0000000009001", id="script"),
        pytest.param(False, WAGIYEM, "Wagiyem Contowati", "0000000009003", id="no-script"),
    ],
)
def test_one_password_three_services_and_withdrawal_with_effect(town: Town, script: bool, account: str, name: str, bpjs: str) -> None:
    with browser_page(script) as page:
        walk = Walk(page, account)
        got = received(walk.open(town.url("usaha-kecil")))["headers"]
        assert got["oidc_claim_name"] == [name]
        assert walk.notices == 1
        assert name in walk.open(town.url("e-link"))
        assert walk.notices == 2
        patient = received(walk.open(town.url("rsud-daftar"), tick="rawat-jalan-rsud.bpjs"))["headers"]
        assert patient["x-pasien-bpjs"] == [bpjs]
        assert (walk.passwords, walk.notices) == (1, 3), "the password once, a page once per service"

        for service in ("usaha-kecil", "e-link", "rsud-daftar"):
            walk.open(town.url(service))
        assert (walk.passwords, walk.notices) == (1, 3), "and never again"

        walk.withdraw(town.issuer, "pendamping")
        since = time.monotonic()
        _holds_nothing(town, got["oidc_access_token"][0], got["oidc_refresh_token"][0])
        assert time.monotonic() - since < 1

        walk.withdraw(town.issuer, "BPJS")
        since = time.monotonic()
        page.goto(town.url("rsud-daftar"))
        left = received(page.content())["headers"]
        assert time.monotonic() - since < 1
        assert "x-pasien-bpjs" not in left
        assert left["x-pasien-nik"] == [account]
        assert _open_records(page, town) == 0, "what rests on a public task cannot be withdrawn"
        assert walk.passwords == 1


def _holds_nothing(town: Town, access: str, refresh: str) -> None:
    auth = ("usaha-kecil", secret_of(town, "usaha-kecil"))
    with httpx.Client(base_url=town.issuer, trust_env=False) as http:
        assert http.get("/userinfo", headers={"Authorization": f"Bearer {access}"}).status_code == 401
        assert http.post("/introspect", data={"token": access}, auth=auth).json() == {"active": False}
        refused = http.post("/token", data={"grant_type": "refresh_token", "refresh_token": refresh}, auth=auth)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


def _open_records(page: Page, town: Town) -> int:
    """Return how many records of the registration offer to be withdrawn."""
    page.goto(f"{town.issuer}/izin")
    links = page.locator('main a[href^="/izin/"]')
    found = 0
    for address in dict.fromkeys(str(links.nth(index).get_attribute("href")) for index in range(links.count())):
        page.goto(town.issuer + address)
        if "Rawat jalan" in page.locator("main").inner_text():
            found += page.get_by_text(re.compile("Tarik izin")).count()
    return found
