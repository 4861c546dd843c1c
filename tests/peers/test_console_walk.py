"""One operator and one citizen in Chromium without script: two applications are registered, seen beforehand, opened, and one is stopped."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Page

from connectors.apps.forward_auth.kind import ForwardAuth
from tests.peers.chromium_walk import Walk, browser_page
from tests.peers.conftest import Town
from tests.peers.programs import nginx, node
from tests.peers.walker import received
from tests.servers import free_port
from tests.site import CODE, PASSWORD

DEWI = "3503135001819012"  # regency super-admin
CITIZEN = "3503066406959008"
QUEUE = "Antrean Uji Coba"
BEDS = "Kamar Uji Coba"
PURPOSE = "notice.purposes.0"


class Console:
    """What an operator does, by forms alone."""

    def __init__(self, page: Page, issuer: str) -> None:
        self.page, self.at = page, f"{issuer}/admin"

    def enter(self) -> None:
        self.page.goto(self.at)
        self.page.fill('input[name="akun"]', DEWI)
        self.page.fill('input[name="sandi"]', PASSWORD)
        self._press(self.page.locator("form", has=self.page.locator('input[name="sandi"]')).locator("button").last.click)
        self.page.fill('input[name="kode"]', CODE)
        self._press(self.page.locator("form", has=self.page.locator('input[name="kode"]')).locator("button").first.click)
        self.page.wait_for_url(re.compile(r"/admin$"))

    def register(self, name: str, identifier: str, **more: str) -> None:
        """Fill the form that is open and send it."""
        page = self.page
        values = {"name.id": name, "name.en": name, "id": identifier, f"{PURPOSE}.title.id": f"Menguji {name}", **more}
        for field, value in values.items():
            page.fill(f'[name="{field}"]', value)
        page.select_option('select[name="agency"]', "DINKES")
        page.select_option(f'select[name="{PURPOSE}.basis"]', "consent")
        page.check(f'input[name="{PURPOSE}.claims"][value="name"]')
        page.check(f'input[name="{PURPOSE}.required"]')
        self._press(page.locator("main form button[type=submit]").last.click)

    def put_behind_the_gate(self, name: str, identifier: str, home: str, header: str) -> None:
        """Walk the seven steps of the wizard; the last asks for nothing more than the reason."""
        page, told, row = self.page, f"register.{PURPOSE}", "settings.headers.0"
        page.goto(f"{self.at}/konektor/katalog")
        heading = page.get_by_role("heading", name=ForwardAuth.title["id"], exact=True)
        self._press(page.locator(".k-kinds > li", has=heading).get_by_role("button").click)
        self._next(id=identifier)
        page.select_option('select[name="classification"]', "restricted")
        page.select_option('select[name="agency"]', "DINKES")
        page.select_option(f'select[name="{told}.basis"]', "consent")
        page.check(f'input[name="{told}.claims"][value="name"]')
        page.check(f'input[name="{told}.required"]')
        why = {"purpose.id": f"Menguji {name}.", "contact": "Bidang TI, (0355) 791 000", f"{told}.title.id": f"Menguji {name}"}
        self._next(**why, **{"register.name.id": name, "register.name.en": name})
        self._next(**{"settings.base_url": home})
        page.select_option(f'select[name="{row}.claim"]', "name")
        self._next(**{f"{row}.field": header})
        for _ in ("tried", "reviewed"):
            self._press(page.locator("main").get_by_role("link", name="Lanjut").click)
        page.fill('[name="reason"]', "Pemasangan pertama")
        self._press(page.get_by_role("button", name="Terbitkan").click)

    def _next(self, **values: str) -> None:
        for field, value in values.items():
            self.page.fill(f'[name="{field}"]', value)
        self._press(self.page.get_by_role("button", name="Simpan dan lanjut").click)

    def stop(self, identifier: str, name: str) -> None:
        page = self.page
        page.goto(f"{self.at}/aplikasi/{identifier}/henti")
        page.fill('input[name="name"]', name)
        page.fill('[name="reason"]', "Perbaikan mendadak")
        self._press(page.get_by_role("button", name="Hentikan aplikasi").click)

    def _press(self, click: object) -> None:
        before = self.page.url
        click()  # type: ignore[operator] # a method of a locator
        self.page.wait_for_url(lambda now: now != before)


@contextmanager
def two_people() -> Iterator[tuple[Page, Page]]:
    """Yield the pages of two browsers without script: the operator's and the citizen's."""
    with browser_page(False) as one:
        browser = one.context.browser
        assert browser is not None
        other = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}, locale="id-ID")
        try:
            yield one, other.new_page()
        finally:
            other.close()


def test_an_operator_connects_two_applications_and_stops_one_with_effect(town: Town, tmp_path: Path) -> None:
    queue, beds = free_port(), free_port()
    with two_people() as (desk, phone), ExitStack() as stack:
        console = Console(desk, town.issuer)
        console.enter()

        desk.goto(f"{console.at}/aplikasi/baru")
        home = f"http://localhost:{queue}/"
        console.register(QUEUE, "antrean-coba", **{"home_url": home, "client.redirect_uris": f"{home}kembali"})
        secret = desk.locator("#rahasia").input_value()
        desk.reload()
        assert desk.locator("#rahasia").count() == 0, "shown once"

        console.put_behind_the_gate(BEDS, "kamar-coba", f"http://localhost:{beds}", "X-Kamar-Nama")

        gate = {"base_url": f"http://localhost:{beds}", "headers": [{"claim": "name", "field": "X-Kamar-Nama"}]}
        for identifier, sign in (("antrean-coba", "name"), ("kamar-coba", "X-Kamar-Nama")):
            desk.goto(f"{console.at}/aplikasi/{identifier}/coba?warga=siti")
            said = desk.locator("main").inner_text()
            assert sign in said and "Siti Peragawati" in said, "what it will receive, before anybody opens it"

        desk.goto(f"{console.at}/konektor/kamar-coba")
        assert f"proxy_set_header X-Gapura-Host localhost:{beds};" in desk.locator("main").inner_text(), "what to put into nginx"
        stack.enter_context(node(tmp_path / "node", queue, town.issuer, "antrean-coba", secret, "openid name"))
        stack.enter_context(nginx(tmp_path / "nginx", beds, town.issuer, gate, town.older))
        walk = Walk(phone, CITIZEN)
        opened = walk.open(home)
        assert "Laras" in opened
        kept = received(walk.open(f"http://localhost:{beds}/"))["headers"]
        assert kept["x-kamar-nama"][0].startswith("Laras")
        assert (walk.passwords, walk.notices) == (1, 2)

        console.stop("kamar-coba", BEDS)
        since = time.monotonic()
        phone.goto(f"http://localhost:{beds}/")
        assert time.monotonic() - since < 1
        assert "<pre>" not in phone.content() and "x-kamar-nama" not in phone.content()
        assert BEDS in phone.locator("main").inner_text(), "the page says which application is stopped"
        assert "Laras" in walk.open(home), "the other one goes on"

        desk.goto(f"{console.at}/audit")
        desk.get_by_role("button", name="Periksa rantai sekarang").click()
        for summary in desk.locator("main details > summary").all():
            summary.click()
        rows = desk.locator("main").inner_text()
        for said in (QUEUE, BEDS, "Perbaikan mendadak", "Dewi Gapurasari", "Rantai utuh"):
            assert said in rows, said
