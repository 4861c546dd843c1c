"""A technician connects an older PHP application by the wizard, in Chromium without script: a wrong host is found with its fix, test people
are tried, it is published and used; a broken mapping is brought back. Clicks and time are counted (CW-5)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from tests.connectors.ticket.page import CONFIG, snippets
from tests.peers.chromium_walk import browser_page
from tests.peers.older_php import php
from tests.peers.test_console_walk import Console
from tests.peers.walker import LARAS, Walker
from tests.servers import free_port
from tests.site import CODE, PASSWORD, Live, live_site

PAGE = """<?php require __DIR__ . '/periksa.php';
header('Content-Type: application/json');
echo json_encode($_SESSION);
"""
PURPOSE = "register.notice.purposes.0"


@dataclass
class Technician:
    """What a person does: each press of a button or a link is counted, and what is typed or chosen is not."""

    page: Page
    at: str
    clicks: int = 0

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press the one button or link of this name, and wait for the page it leads to."""
        scope = within if within is not None else self.page.locator("main")
        pattern = re.compile(f"^{re.escape(name)}")
        buttons = scope.get_by_role("button", name=pattern)
        found = buttons if buttons.count() else scope.get_by_role("link", name=pattern)
        assert found.count(), f"no {name} at {self.page.url}: {self.said[-900:]}"
        with self.page.expect_navigation():
            found.first.click()
        self.clicks += 1
        if "/admin/konfirmasi/" in self.page.url:
            self.page.fill('[name="password"]', PASSWORD)
            self.page.fill('[name="code"]', CODE)
            with self.page.expect_navigation():
                self.page.locator("main form button").first.click()
            self.clicks += 1

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.fill(f'[name="{name}"]', value)

    def choose(self, **values: str) -> None:
        for name, value in values.items():
            self.page.select_option(f'select[name="{name}"]', value)

    @property
    def said(self) -> str:
        return self.page.locator("main").inner_text()


@pytest.fixture
def gapura(tmp_path: Path, template_folder: Path) -> Iterator[tuple[Live, int]]:
    port = free_port()
    with live_site(tmp_path / "site", template_folder, **{"outbound.allow": [f"localhost:{port}"]}) as live:
        yield live, port


def install(folder: Path) -> None:
    """Put the files of the documentation into the application; what is particular to it stands in its configuration alone."""
    (folder / "gapura").mkdir(parents=True)
    for name, text in snippets().items():
        target = "konfigurasi.php" if name == CONFIG else name.rpartition("/")[2]
        (folder / target).write_text(text.replace(CONFIG, str(folder / "konfigurasi.php")))
    (folder / "index.php").write_text(PAGE)


def configure(folder: Path, configuration: str, key: str) -> None:
    """Write what the console shows as the application's configuration, with the key in its place and a folder that exists."""
    ready = configuration.replace("GANTI-DENGAN-KUNCI-DARI-GAPURA", key)
    (folder / "konfigurasi.php").write_text(re.sub(r"('folder' *=> )'[^']*'", rf"\g<1>'{folder / 'gapura'}'", ready))


def entered(home: str) -> dict[str, Any]:
    """Return what the older application knows of a person who has just come through Gapura."""
    with Walker(LARAS) as laras:
        page = laras.go(f"{home}/index.php")
        arrived: dict[str, Any] = laras.send(page, "Lanjutkan").json()
        return arrived


def address(technician: Technician, home: str) -> None:
    technician.fill(
        **{
            "settings.base_url": home,
            "settings.arrive_url": f"{home}/masuk.php",
            "settings.begin_url": f"{home}/mulai.php",
            "settings.sign_out_url": f"{home}/keluar.php",
        }
    )


def connect(technician: Technician, home: str) -> str:
    """Walk the seven steps; return the key of the application."""
    one, page = technician, technician.page
    page.goto(f"{one.at}/konektor")
    one.press("Pasang aplikasi lama")
    one.press("Pilih", within=page.locator(".k-kinds > li", has=page.get_by_role("heading", name="Tiket bertanda tangan")))
    one.fill(id="antrean-lama")
    one.press("Simpan dan lanjut")

    contact = "Bidang TI Dinas Kesehatan, (0355) 791 000"
    one.fill(**{"purpose.id": "Petugas melihat antrean rawat jalan.", "contact": contact, "register.name.id": "Antrean Lama"})
    one.fill(**{f"{PURPOSE}.title.id": "Mengambil nomor antrean"})
    one.choose(classification="restricted", agency="DINKES", **{f"{PURPOSE}.basis": "consent"})
    page.check(f'input[name="{PURPOSE}.claims"][value="name"]')
    page.check(f'input[name="{PURPOSE}.claims"][value="birthdate"]')
    page.check(f'input[name="{PURPOSE}.required"]')
    one.press("Simpan dan lanjut")

    address(one, "https://antrean.salah.invalid")
    one.press("Simpan draf")
    one.press("Uji sambungan")
    assert "Berhenti di langkah 1" in one.said and "Perbaiki." in one.said, one.said[-800:]
    assert "antrean.salah.invalid" in one.said and "Periksa ejaan alamat" in one.said
    address(one, home)
    one.press("Simpan draf")
    one.press("Uji sambungan")
    assert "Berhenti di langkah" not in one.said, one.said[-1200:]
    one.press("Buat sekarang Kunci bersama tiket", within=page.locator("main table"))
    one.press("Buat rahasia")
    key = page.locator("#rahasia").input_value()
    one.press("Sudah saya simpan")
    assert key not in page.content()
    one.press("Simpan dan lanjut")

    rows = "settings.fields"
    one.choose(**{f"{rows}.0.claim": "name", f"{rows}.0.transform": "upper_ascii"})
    one.choose(**{f"{rows}.1.claim": "birthdate", f"{rows}.1.transform": "date_dmy"})
    one.fill(**{f"{rows}.0.field": "nama", f"{rows}.1.field": "lahir"})
    one.press("Simpan dan lanjut")

    assert page.locator("section[aria-labelledby^='w-']").count() == 3, "three test people"
    assert "SITI PERAGAWATI" in one.said and "Mengambil nomor antrean" in one.said
    one.press("Lanjut")
    assert "Aplikasi ini akan menerima Nama lengkap" in one.said
    one.press("Lanjut")
    one.fill(reason="Antrean memakai Gapura")
    one.press("Terbitkan")
    assert "Revisi 1 terbit dan berlaku" in one.said
    return key


def change(technician: Technician, act: Callable[[], None], reason: str) -> None:
    one = technician
    one.page.goto(f"{one.at}/konektor/antrean-lama/pemetaan")
    one.press("Ubah pemetaan")
    act()
    one.press("Simpan dan lanjut")
    one.press("Lanjut")
    one.press("Lanjut")
    one.fill(reason=reason)
    one.press("Terbitkan")


@pytest.mark.case("CW-3")
def test_a_technician_connects_breaks_and_brings_back_an_older_application(gapura: tuple[Live, int], tmp_path: Path) -> None:
    live, port = gapura
    home = f"http://localhost:{port}"
    with browser_page(False) as page, ExitStack() as stack:
        console = Console(page, live.issuer)
        console.enter()
        install(tmp_path / "antrean")
        stack.enter_context(php(tmp_path / "antrean", port))
        technician = Technician(page, console.at)
        since = time.monotonic()
        key = connect(technician, home)
        connected_after, clicks = time.monotonic() - since, technician.clicks

        configuration = page.locator("pre", has_text="return array(").inner_text()
        configure(tmp_path / "antrean", configuration, key)
        first = entered(home)
        assert first["nama"] == "LARAS TANDASARI", first

        change(technician, lambda: technician.fill(**{"settings.fields.0.field": "nama_lengkap"}), "Salah nama isian")
        broken = entered(home)
        assert not broken.get("nama"), "the application no longer knows what she is called"

        page.goto(f"{technician.at}/konektor/antrean-lama/riwayat")
        technician.press("Kembalikan v1")
        assert "Isinya menjadi versi 3" in technician.said and "settings.fields.nama" in technician.said
        technician.fill(reason="Isian nama diperlukan")
        technician.press("Kembalikan ke versi 1")
        assert "Revisi 3 terbit dan berlaku" in technician.said
        assert entered(home)["nama"] == "LARAS TANDASARI"

        page.goto(f"{technician.at}/konektor/antrean-lama/riwayat")
        assert re.findall(r"Revisi \d", technician.said) == ["Revisi 3", "Revisi 2", "Revisi 1"]
        all_after = time.monotonic() - since
        print(f"\nconnected: {clicks} clicks, {connected_after:.1f} s")
        print(f"with a mistake and its repair: {technician.clicks} clicks, {all_after:.1f} s")
        assert clicks <= 30 and all_after < 600
