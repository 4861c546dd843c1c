"""`/sandi-aplikasi`: a password for an older system is made after a fresh sign-in and a notice, shown once, revoked by its owner alone."""

from __future__ import annotations

import re

import pytest

from hub.directory.house import build_directory
from idp.directory.service import MOST
from tests.forms import forms_of, words_of
from tests.idp.directory.town import CONNECTOR, agree, directory_site
from tests.portal.walks import WAGIYEM, citizen, person_id
from tests.site import PASSWORD, Site

PATH = f"/sandi-aplikasi/{CONNECTOR}"
TEXT = re.compile(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){6}")


@pytest.fixture
async def town(site: Site) -> Site:
    return await directory_site(site)


async def test_a_person_agrees_makes_one_and_sees_it_once(town: Site) -> None:
    browser = await citizen(town, to="/sandi-aplikasi")
    assert "Belum ada kata sandi" in words_of(browser.page.text if browser.page else "")
    page = await browser.go(PATH)
    assert "/persetujuan/" in page.request.url.path, "the notice comes first"
    page = await browser.submit(button="lanjutkan")
    assert page.request.url.path == PATH
    assert "+6286000009001" in page.text and not TEXT.search(page.text)
    page = await browser.submit(button="Buat kata sandi")
    made = TEXT.search(page.text)
    assert page.status_code == 200 and made is not None
    assert page.headers["cache-control"] == "no-store"
    for path in ("/sandi-aplikasi", PATH):
        assert made[0] not in (await browser.go(path)).text
    desk = (await build_directory(town.resources)).desk("ldap")
    assert await desk.with_password(desk.registry.now.connectors[CONNECTOR], "+6286000009001", made[0]) is not None


async def test_its_owner_revokes_it_and_nobody_else_can(town: Site) -> None:
    await agree(town)
    own, stranger = await citizen(town), await citizen(town, WAGIYEM)
    await own.go(PATH)
    await own.submit(button="Buat kata sandi")
    page = await own.go("/sandi-aplikasi")
    (wanted,) = [value for form in forms_of(page.text) for name, value, _ in form.buttons if name == "cabut"]
    page = await stranger.go("/keamanan")
    csrf = forms_of(page.text)[0].fields["csrf"]
    assert (await stranger.http.post("/sandi-aplikasi", data={"csrf": csrf, "cabut": wanted})).status_code == 404
    assert len(await town.resources.stores.directory_passwords.of_person(await person_id(town))) == 1
    await own.go("/sandi-aplikasi")
    page = await own.submit(button="Cabut kata sandi ini")
    assert "Belum ada kata sandi" in words_of(page.text)
    assert await town.resources.stores.directory_passwords.of_person(await person_id(town)) == []


async def test_a_session_that_somebody_left_open_makes_none(town: Site) -> None:
    await agree(town)
    browser = await citizen(town)
    page = await browser.go(PATH)
    csrf = next(form.fields["csrf"] for form in forms_of(page.text) if form.action == PATH)
    town.clock.advance(900)
    refused = await browser.http.post(PATH, data={"csrf": csrf})
    assert (refused.status_code, refused.headers["location"]) == (303, PATH)
    assert await town.resources.stores.directory_passwords.of_person(await person_id(town)) == []
    page = await browser.go(PATH)
    assert 'name="sandi"' in page.text, "sign in again first"
    page = await browser.sign_in("3503115203889001", PASSWORD)
    assert page.request.url.path == PATH


async def test_no_other_page_makes_one(town: Site) -> None:
    await agree(town)
    browser = await citizen(town)
    form = next(one for one in forms_of((await browser.go(PATH)).text) if one.action == PATH)
    assert (await browser.http.post(PATH, data={"csrf": "x"})).status_code == 403
    assert (await browser.http.post(PATH, data=form.fields, headers={"origin": "https://evil.example"})).status_code == 403
    assert (await browser.http.post("/sandi-aplikasi/tidak-ada", data=form.fields)).status_code == 404
    assert (await browser.http.post("/sandi-aplikasi/rsud-daftar", data=form.fields)).status_code == 404
    assert await town.resources.stores.directory_passwords.of_person(await person_id(town)) == []


async def test_there_are_so_many_and_no_more(town: Site) -> None:
    await agree(town)
    browser = await citizen(town)
    for _ in range(MOST):
        await browser.go(PATH)
        await browser.submit(button="Buat kata sandi")
    page = await browser.go(PATH)
    assert "Cabut salah satu dulu" in words_of(page.text)
    assert [form for form in forms_of(page.text) if form.action == PATH] == []


async def test_what_was_not_checked_names_nobody(site: Site) -> None:
    await directory_site(site, uid="nip")
    await agree(site)
    browser = await citizen(site)
    page = await browser.go(PATH)
    if "/persetujuan/" in page.request.url.path:
        page = await browser.submit(button="lanjutkan")
    assert "Buat kata sandi" in words_of(page.text)
    assert [form for form in forms_of(page.text) if form.action == PATH] == []


async def test_without_such_a_system_the_page_says_so(site: Site) -> None:
    browser = await citizen(site, to="/sandi-aplikasi")
    assert "Belum ada aplikasi lama" in words_of(browser.page.text if browser.page else "")
