"""The console by forms alone: register, preview, put behind the gate, disable; secrets once; nothing that was typed runs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from admin import pages
from admin.permissions import Permission
from admin.routes import API_ROUTES, PAGES, api_call
from connectors.builtin import KINDS
from idp.people.models import Role
from kit.secrets import digest
from tests.admin.operators import account, at_console, csrf
from tests.admin.pages.wizard_walk import TARGET, Technician, technician
from tests.forms import words_of
from tests.site import ISSUER, SITI, Site

SAME_SITE = {"origin": ISSUER, "sec-fetch-site": "same-origin"}
NEW = {
    "name.id": "Antrean Uji",
    "name.en": "Test Queue",
    "id": "antrean-uji",
    "agency": "DINKES",
    "service.group": "kesehatan",
    "audience": "citizen",
    "service.identity_level": "basic",
    "service.authentication_level": "aal1",
    "home_url": "https://antrean.example.id/",
    "client.redirect_uris": "https://antrean.example.id/cb\r\nhttps://antrean.example.id/m/cb",
    "client.auth_method": "client_secret_basic",
    "client.access_token_format": "opaque",
    "client.id_token_alg": "ES256",
    "notice.purposes.0.title.id": "Mengambil nomor antrean",
    "notice.purposes.0.basis": "consent",
    "notice.purposes.0.claims": "name",
    "notice.purposes.0.required": "on",
}
GATE = {"settings.base_url": "https://lama.example.id", "settings.start_path": "/", "settings.proxy": "nginx"}
PUBLIC = {"register.name.id": "Lama Uji", "register.service.line.id": "Ambil nomor.", "register.service.line.en": "Take a number."}
PUBLIC["register.service.identity_level"] = "verified"
HEADERS = {"settings.headers.0.claim": "name", "settings.headers.0.field": "X-Nama", "settings.headers.0.transform": "none"}


async def behind_the_gate(one: Technician) -> None:
    """Put `lama-uji` behind the gate, by the steps of the wizard."""
    await one.begin("forward_auth", "lama-uji")
    for path, values in (("tujuan", {**TARGET, **PUBLIC}), ("sambungan", GATE), ("pemetaan", HEADERS)):
        answer = await one.step(path, values)
        assert answer.status_code == 303, words_of(answer.text)[:400]
    answer = await one.publish()
    assert answer.headers.get("location") == "/admin/konektor/lama-uji?terbit=1", words_of(answer.text)[:400]


async def test_an_application_is_registered_by_form_and_its_secret_is_shown_once(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    await browser.go("/admin/aplikasi/baru")
    answer = await browser.http.post("/admin/aplikasi/baru", data={**NEW, "csrf": csrf(site)}, headers=SAME_SITE)
    assert answer.status_code == 303, words_of(answer.text)[:400]
    page = await browser.go(answer.headers["location"])
    shown = re.search(r"gapura_sk_[A-Za-z0-9_-]{43}", page.text)
    assert shown is not None
    client = site.house.registry.now.clients["antrean-uji"]
    assert client.secrets[0].digest == digest(shown[0]) and len(client.redirect_uris) == 2
    assert client.scopes == frozenset({"openid", "name"})
    again = await browser.go(answer.headers["location"])
    assert shown[0] not in again.text and client.secrets[0].prefix in again.text


async def test_an_older_application_is_put_behind_the_gate_by_form_and_stopped_again(site: Site) -> None:
    one = await technician(site)
    await behind_the_gate(one)
    browser, service = one.browser, site.house.registry.now.services["lama-uji"]
    assert (service.line["en"], service.identity_level, service.authentication_level) == ("Take a number.", "verified", "aal1")
    preview = await browser.go("/admin/aplikasi/lama-uji/coba?warga=siti")
    assert "X-Nama" in preview.text and "Siti Peragawati" in preview.text
    form = await browser.go("/admin/konektor/lama-uji/ubah")
    assert "https://lama.example.id" in form.text and "X-Nama" in form.text
    await browser.go("/admin/konektor/lama-uji/henti")
    page = await browser.submit(button="Hentikan", name="Lama Uji", reason="Perbaikan mendadak")
    assert page.url.path == "/admin/konektor/lama-uji"
    assert not site.house.registry.now.connectors["lama-uji"].enabled


@pytest.mark.parametrize("language", ["id", "en"])
async def test_c_10_a_form_with_errors_names_them_first_and_keeps_what_was_typed(site: Site, language: str) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    bad = {**NEW, "id": "Antrean Uji", "client.redirect_uris": "http://antrean.example.id/cb", "csrf": csrf(site)}
    page = await browser.http.post(f"/admin/aplikasi/baru?lang={language}", data=bad, headers=SAME_SITE)
    assert page.status_code == 422
    assert ("<title>Error: " if language == "en" else "<title>Galat: ") in page.text
    assert 'href="#id"' in page.text and 'href="#client.redirect_uris"' in page.text
    assert 'id="id-msg"' in page.text and 'value="Antrean Uji"' in page.text and "http://antrean.example.id/cb" in page.text
    assert page.text.index('class="errors"') < page.text.index("<form", page.text.index("<main"))


async def test_ad_08_what_operators_typed_is_inert_on_every_page(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.SUPER_ADMIN, name="<script>alert(1)</script>"))
    evil = "<img src=x onerror=alert(2)>{{7*7}}"
    data = {**NEW, "name.id": evil, "service.line.id": evil, "notice.purposes.0.title.id": evil, "csrf": csrf(site)}
    assert (await browser.http.post("/admin/aplikasi/baru", data=data, headers=SAME_SITE)).status_code == 303
    for path in ("", "/pengaturan", "/data", "/kunci", "/coba?warga=siti", "/riwayat", "/henti"):
        page = await browser.go(f"/admin/aplikasi/antrean-uji{path}")
        assert page.status_code == 200
        assert "<img src=x" not in page.text and "<script>alert" not in page.text and "49" not in words_of(page.text.split("<h1>")[1][:80])
    assert "&lt;img src=x" in page.text
    portal = await site.browser().go("/layanan/antrean-uji")
    assert portal.status_code == 200 and "<img src=x" not in portal.text


async def test_ro_2_the_menu_hides_what_the_routes_deny(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.AUDITOR))
    page = await browser.go("/admin")
    assert 'href="/admin/warga"' not in page.text and 'href="/admin/audit"' in page.text
    listed = await browser.go("/admin/aplikasi")
    assert "/admin/aplikasi/baru" not in listed.text
    rights = words_of((await browser.go("/admin/hak")).text)
    assert "Mencari warga" in rights and "Admin utama kabupaten" in rights
    assert PAGES[("GET", "/admin/hak")] is Permission.CONSOLE


async def test_a_new_older_application_begins_at_the_catalogue_and_nowhere_else(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    for path in ("/admin/konektor", "/admin/aplikasi/baru"):
        assert 'href="/admin/konektor/katalog"' in (await browser.go(path)).text
    assert (await browser.http.get("/admin/konektor/baru")).status_code == 404
    catalogue = words_of((await browser.go("/admin/konektor/katalog")).text)
    for kind in KINDS.values():
        assert kind.title["id"] in catalogue and kind.about.does["id"] in catalogue and f"docs/{kind.docs}" in catalogue


async def test_ad_7_an_empty_list_says_what_to_do(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    page = await browser.go("/admin/aplikasi?q=tidak-ada-sama-sekali")
    assert "Tidak ada aplikasi yang cocok" in page.text and 'href="/admin/aplikasi"' in page.text


async def test_a_search_for_a_person_never_puts_the_key_into_an_address(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    await browser.go("/admin/warga")
    page = await browser.submit(button="Cari", form=_form_of(browser, "value"), value=SITI, reason="counter")
    assert page.url.path.startswith("/admin/warga/") and SITI not in str(page.url)
    assert SITI not in page.text and "3503••••••••9001" in page.text


async def test_ad_10_the_download_is_text_for_a_spreadsheet_and_needs_a_proof(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.AUDITOR))
    name = site.house.registry.now.applications["usaha-kecil"].name["id"]
    worker = await at_console(site, await account(site, Role.OPERATOR, email="kerja@example.id"))
    data = {"csrf": csrf(site), "name": name, "reason": "=HYPERLINK(1)"}
    assert (await worker.http.post("/admin/aplikasi/usaha-kecil/henti", data=data, headers=SAME_SITE)).status_code == 303
    answer = await browser.http.post("/admin/audit/unduh", data={"csrf": csrf(site)}, headers=SAME_SITE)
    assert answer.headers["content-type"].startswith("text/csv") and "attachment" in answer.headers["content-disposition"]
    assert "'=HYPERLINK(1)" in answer.text and ",=HYPERLINK" not in answer.text
    site.clock.advance(301)
    late = await browser.http.post("/admin/audit/unduh", data={"csrf": csrf(site)}, headers=SAME_SITE)
    assert late.headers["location"].startswith("/admin/konfirmasi/")


async def test_pages_carry_no_inline_code_and_stay_light(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.SUPER_ADMIN))
    for method, path in PAGES:
        if method == "GET" and "{" not in path:
            page = await browser.http.get(path)
            assert page.status_code == 200, path
            assert "<style" not in page.text and " style=" not in page.text and not re.search(r"\son[a-z]+=", page.text), path
            assert "<script src=" in page.text and page.text.count("<script") == 1, path
            assert page.headers["cache-control"] == "no-store", path


def _form_of(browser: object, name: str) -> int:
    from tests.forms import forms_of

    found = forms_of(browser.page.text)  # type: ignore[attr-defined] # a Browser
    return next(n for n, form in enumerate(found) if name in form.fields)


async def test_the_call_that_does_the_same_is_named_with_its_method(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    for path, call in (("/admin/warga", "POST /admin/api/v1/people/search"), ("/admin/instansi", "GET /admin/api/v1/agencies")):
        assert f"<code>{call}</code>" in (await browser.go(path)).text


def test_every_call_that_a_page_names_exists() -> None:
    found = []
    for file in sorted(Path(pages.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "api_call":
                found.append(tuple(one.value for one in node.args if isinstance(one, ast.Constant)))
    assert len(found) >= 12 and set(found) <= set(API_ROUTES)
    with pytest.raises(LookupError):
        api_call("GET", "/people/search")
    assert api_call("GET", "/agencies/{code}", code="DINKES") == "GET /admin/api/v1/agencies/DINKES"


async def test_the_audit_calls_nobody_unknown_in_english_and_a_connector_says_its_data_in_words(site: Site) -> None:
    one = await technician(site)
    browser, visitor = one.browser, site.browser()
    await visitor.go("/masuk")
    await visitor.sign_in("tidak-ada@example.id", "bukan sandi siapa pun")
    page = await browser.go("/admin/audit?kejadian=person.sign_in_failed")
    assert "Tidak dikenal gagal masuk" in " ".join(words_of(page.text).split())
    assert "<b>unknown</b>" not in page.text
    await behind_the_gate(one)
    assert re.search(r"<li>\w[^<]+<code>name</code></li>", (await browser.go("/admin/konektor/lama-uji")).text)
