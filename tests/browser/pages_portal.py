"""The portal's pages: the public ones, and the citizen's own."""

from __future__ import annotations

from typing import Any

import httpx

from idp.applications.models import ConnectorRow
from portal.pages.receipts import check_url
from tests.browser import lives
from tests.browser.lives import BAYU, SITI, WAGIYEM
from tests.browser.pages_protection import told
from tests.browser.stage import Page, Stage, Walk
from tests.forms import forms_of
from tests.idp.directory.town import CONNECTOR, SETTINGS

IN_FORCE, OPTIONAL, REQUIRED = "antrean-puskesmas.bpjs", "pendampingan-usaha.jenis", "pendampingan-usaha.dampingi"
WITHDRAWN, LATE, INFORMED = "rawat-jalan-rsud.kabar", "imunisasi-anak.kabar", "sktm.surat"
HELD, SETTLED = "rawat-jalan-rsud.bpjs", "akta-kelahiran.kabar"


def _public(path: str) -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        return await (await stage.browser()).go(path)

    return walk


def _citizen(path: str, account: str = SITI) -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        return await (await stage.citizen(account)).go(path)

    return walk


def _record(purpose: str, rest: str = "") -> Walk:
    async def walk(stage: Stage) -> httpx.Response:
        record = await lives.record(await stage.site(), "demo-siti", purpose)
        return await (await stage.citizen()).go(f"/izin/{record}{rest}")

    return walk


def _scanned(purpose: str) -> Walk:
    """Scan the code of the receipt, as somebody without an account does."""

    async def walk(stage: Stage) -> httpx.Response:
        site = await stage.site()
        record = await lives.record(site, "demo-siti", purpose)
        state = await site.resources.stores.consent.state(record)
        assert state is not None
        row = (await site.resources.stores.consent.history(state.person, record_id=record, limit=1))[0]
        return await (await stage.browser()).go(check_url("", row))

    return walk


async def _handed_in(stage: Stage) -> httpx.Response:
    """Paste what is no receipt."""
    browser = await stage.browser()
    csrf = forms_of((await browser.go("/periksa")).text)[1].fields["csrf"]
    return await browser.http.post("/periksa", files={"csrf": (None, csrf.encode()), "tanda": (None, b"TT-1")})


def _directory(path: str, press: str = "", times: int = 1, enabled: bool = True, **settings: Any) -> Walk:
    """Go there while an older system asks the directory, and press a button so often."""

    async def walk(stage: Stage) -> httpx.Response:
        site = await stage.site()
        row = ConnectorRow(CONNECTOR, "usaha-kecil", "ldap", {**SETTINGS, **settings}, enabled)
        await site.resources.stores.registry.save_connector(row)
        await site.house.reload()
        browser = await stage.citizen()
        page = await browser.go(path)
        for _ in range(times if press else 0):
            page = await browser.go(path)
            page = await browser.submit(form=[form.action for form in forms_of(page.text)].index(press))
        return page

    return walk


async def _wrong_request(stage: Stage) -> httpx.Response:
    await (await stage.citizen()).go("/izin/permintaan")
    return await (await stage.citizen()).submit(form=-1, izin="", kata="Alamat saya salah.")


PORTAL: tuple[Page, ...] = (
    Page(
        "portal/catalogue.html",
        "B",
        {
            "usual": _public("/"),
            "by-name": _public("/?urut=abjad"),
            "by-agency": _public("/?urut=instansi"),
            "hits": _public("/?q=bpjs"),
            "no-hits": _public("/?q=zzzz"),
        },
    ),
    Page(
        "portal/service.html",
        "B",
        {
            "usual": _public("/layanan/pendampingan-usaha"),
            "gate": _public("/layanan/rawat-jalan-rsud"),
            "counter": _public("/layanan/ktp-el-pertama"),
            "soon": _public("/layanan/sktm"),
            "link": _public("/layanan/cek-bpjs"),
        },
    ),
    Page(
        "portal/notice.html",
        "B",
        {
            "usual": _public("/layanan/antrean-puskesmas/pemberitahuan"),
            "composed": _public("/layanan/uji-kir/pemberitahuan"),
        },
    ),
    Page("portal/help.html", "B", {"usual": _public("/bantuan")}),
    Page("portal/data-protection.html", "B", {"usual": _public("/pelindungan-data")}),
    Page("portal/accessibility.html", "B", {"usual": _public("/aksesibilitas")}),
    Page(
        "portal/home.html",
        "B",
        {"usual": _citizen("/beranda"), "not-verified": _citizen("/beranda", BAYU), "incident": told("/beranda")},
    ),
    Page(
        "portal/data.html",
        "B",
        {"usual": _citizen("/data-saya"), "revealed": _citizen("/data-saya?tampil=nik"), "basic": _citizen("/data-saya", BAYU)},
    ),
    Page(
        "portal/consents.html",
        "B",
        {
            "usual": _citizen("/izin"),
            "filtered": _citizen("/izin?instansi=DINKES&status=berlaku"),
            "no-fit": _citizen("/izin?status=berakhir"),
            "none": _citizen("/izin", WAGIYEM),
        },
    ),
    Page(
        "portal/consent.html",
        "B",
        {
            "usual": _record(REQUIRED),
            "optional": _record(IN_FORCE),
            "withdrawn": _record(WITHDRAWN),
            "late": _record(LATE),
            "informed": _record(INFORMED),
            "objected": _record(INFORMED, "?keberatan=diterima"),
            "declined": _record(OPTIONAL),
            "held": _record(HELD),
            "settled": _record(SETTLED),
        },
    ),
    Page(
        "portal/requests.html",
        "B",
        {"usual": _citizen("/izin/permintaan"), "none": _citizen("/izin/permintaan", WAGIYEM), "wrong": _wrong_request},
    ),
    Page(
        "portal/withdraw.html",
        "B",
        {
            "usual": _record(REQUIRED, "/tarik"),
            "optional": _record(IN_FORCE, "/tarik"),
            "confirm": _record(REQUIRED, "/tarik?langkah=2"),
            "confirm-optional": _record(IN_FORCE, "/tarik?langkah=2"),
        },
    ),
    Page(
        "portal/receipt.html",
        "B",
        {
            "usual": _record(REQUIRED, "/tanda-terima"),
            "informed": _record(INFORMED, "/tanda-terima"),
            "withdrawn": _record(WITHDRAWN, "/tanda-terima"),
            "declined": _record(OPTIONAL, "/tanda-terima"),
        },
    ),
    Page(
        "portal/check.html",
        "B",
        {
            "usual": _public("/periksa"),
            "genuine": _scanned(REQUIRED),
            "withdrawn": _scanned(WITHDRAWN),
            "not-found": _public("/periksa?nomor=TT-7-ABCDEF&sidik=" + "0" * 32),
            "not-genuine": _handed_in,
        },
    ),
    Page(
        "portal/history.html",
        "B",
        {
            "usual": _citizen("/riwayat"),
            "consents": _citizen("/riwayat?jenis=izin"),
            "last": _citizen("/riwayat?hal=99"),
            "incident": told("/riwayat"),
            "none": _citizen("/riwayat?jenis=izin", WAGIYEM),
        },
    ),
    Page("portal/security.html", "B", {"usual": _citizen("/keamanan")}),
    Page(
        "portal/password.html",
        "B",
        {
            "usual": _directory(f"/sandi-aplikasi/{CONNECTOR}"),
            "made": _directory(f"/sandi-aplikasi/{CONNECTOR}", f"/sandi-aplikasi/{CONNECTOR}"),
            "not-checked": _directory(f"/sandi-aplikasi/{CONNECTOR}", uid="nip"),
        },
    ),
    Page(
        "portal/passwords.html",
        "B",
        {
            "usual": _directory("/sandi-aplikasi"),
            "stopped": _directory("/sandi-aplikasi", enabled=False),
        },
    ),
    Page("portal/sign-out.html", "B", {"usual": _citizen("/keluar")}),
)
