"""A person's walk in Chromium: signs in and agrees where that is asked, and counts it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tests.servers import missing
from tests.site import PASSWORD

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
        asked = False
        for _ in range(5):
            address = self.page.url
            if "/masuk/" in address:
                self.passwords += 1
                self.page.fill('input[name="akun"]', self.account)
                self.page.fill('input[name="sandi"]', PASSWORD)
                self.page.locator("form", has=self.page.locator('input[name="sandi"]')).locator("button").last.click()
            elif "/persetujuan/" in address:
                self.notices += not asked  # specific data have a page of their own at the same address
                asked = True
                if tick and self.page.locator(f'input[name="{tick}"]').count():
                    self.page.check(f'input[name="{tick}"]')
                with self.page.expect_navigation():
                    self.page.locator('button[name="jawab"][value="setuju"]').click()
                continue
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
                self.page.get_by_role("button", name="Lanjut").click()
                self.page.get_by_role("button", name="Tarik izin sekarang").click()
                self.page.wait_for_url(lambda now: "/tarik" not in now)
                return
        raise AssertionError(f"no record of {purpose}")
