"""An interaction survives what people do: Back, two tabs, a bookmark, a double press, a restart, a long pause."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from idp.interaction.dispatcher import LEAST_LIFE
from idp.interaction.models import Interaction
from idp.interaction.records import application_of, decode, encode, is_genuine, new_interaction_id
from idp.people.models import IdentifierKind, Status
from kit.expiring import StoreUnavailable
from tests.forms import words_of
from tests.idp.signin.test_sign_in_page import with_home
from tests.site import PASSWORD, SITI, Party, Site, answer_of, new_party, open_site

KEY = b"k" * 32


async def at_form(site: Site, **more: str) -> tuple[Party, str]:
    party = await new_party(site)
    page = await party.start(**more)
    assert 'name="sandi"' in page.text
    return party, page.request.url.path


def lanjut(path: str) -> str:
    return path.replace("/masuk/", "/lanjut/")


async def finish(party: Party) -> str:
    """Sign in, agree, and return the code."""
    await party.browser.sign_in(SITI, PASSWORD)
    page = await party.browser.submit(button="lanjutkan")
    return answer_of(page.headers["location"])["code"]


def test_an_interaction_comes_back_from_the_store_as_it_was() -> None:
    kept = Interaction(
        id="i",
        door="oidc",
        browser="b",
        application="a",
        service="s",
        claims=frozenset({"x", "y"}),
        created_at=1,
        expires_at=2,
        reply={"k": ["v"]},
        acr="acr",
        max_age=3,
        fresh_login=True,
        ask_consent=True,
        choose_account=True,
        signed_in_at=4,
        answered_at=5,
        silent=True,
        login_hint="hint",
        ui_locales="id",
        essential=frozenset({"x"}),
        form_targets=("https://a",),
    )
    assert decode(encode(kept)) == kept


def test_ux_c_16_the_id_itself_knows_the_way_back_and_cannot_be_made_up() -> None:
    one, other = new_interaction_id(KEY, "aplikasi-a"), new_interaction_id(KEY, "aplikasi-a")
    assert one != other and application_of(KEY, one) == "aplikasi-a"
    assert application_of(KEY, new_interaction_id(KEY, None)) is None
    random, _, proof = one.split(".")
    for forged in (f"{random}.bank-palsu.{proof}", f"{random}.aplikasi-a.", f"x{one}", "", ".", "..", "x", f"{random}.aplikasi-a.{proof}x"):
        assert not is_genuine(KEY, forged) and application_of(KEY, forged) is None
    assert not is_genuine(b"x" * 32, one)


async def test_back_to_the_sign_in_page_goes_on_from_where_the_person_is(site: Site) -> None:
    party, path = await at_form(site)
    await party.browser.sign_in(SITI, PASSWORD)
    back = await party.browser.go(path)
    assert back.request.url.path == path.replace("/masuk/", "/persetujuan/")


async def test_ux_c_15_the_whole_way_again_after_the_end_shows_the_outcome(site: Site) -> None:
    await with_home(site)
    party, path = await at_form(site)
    form = await party.browser.go(path)
    await finish(party)
    for again in (path, lanjut(path), path.replace("/masuk/", "/persetujuan/"), path + "/langkah-dua"):
        page = await party.browser.go(again)
        assert page.status_code == 200 and "Langkah ini sudah selesai" in words_of(page.text), again
        assert 'href="https://usaha.example/"' in page.text
    party.browser.page = form
    page = await party.browser.submit(akun=SITI, sandi=PASSWORD)
    assert party.browser.trail[-2:] == [f"303 {path}", f"200 {lanjut(path)}"], "a form sent again is answered by a redirect"
    assert "Langkah ini sudah selesai" in words_of(page.text)
    assert "Tidak ada data yang dikirim" not in words_of(page.text), "data may well have been sent"


async def test_ux_c_15_a_double_press_at_the_end_issues_once(site: Site) -> None:
    party, path = await at_form(site)
    await party.code()
    party, path = await at_form(site)
    await party.browser.http.post(path, data={"csrf": _csrf(party), "akun": SITI, "sandi": PASSWORD})
    pages = await asyncio.gather(*(party.browser.http.get(lanjut(path)) for _ in range(4)))
    codes = [page for page in pages if page.headers.get("location", "").startswith(party.redirect_uri)]
    others = [page for page in pages if page not in codes]
    assert len(codes) == 1 and all("Langkah ini sudah selesai" in words_of(page.text) for page in others)


def _csrf(party: Party) -> str:
    from tests.forms import forms_of

    assert party.browser.page is not None
    return forms_of(party.browser.page.text)[0].fields["csrf"]


async def test_two_tabs_keep_to_themselves(site: Site) -> None:
    party = await new_party(site)
    first = await party.start(state="first")
    second = await party.start(state="second")
    party.browser.page = first
    await party.browser.sign_in(SITI, PASSWORD)
    done = await party.browser.submit(button="lanjutkan")
    assert answer_of(done.headers["location"])["state"] == "first"
    done = await party.browser.go(lanjut(second.request.url.path))
    assert answer_of(done.headers["location"])["state"] == "second", "signed in and agreed already: nothing is asked twice"


async def test_a_bookmark_of_the_sign_in_page_leads_home(site: Site) -> None:
    browser = site.browser()
    await browser.go("/masuk")
    assert (await browser.sign_in(SITI, PASSWORD)).request.url.path == "/beranda"


async def test_a_restart_of_the_server_loses_nothing(tmp_path: Path, template_folder: Path) -> None:
    async with open_site(tmp_path, template_folder, **{"storage.expiring_url": ""}) as before:
        party, path = await at_form(before)
        cookies = party.browser.http.cookies
        from hub.app import create_app
        from hub.resources import open_resources
        from hub.wiring import build_house

        async with open_resources(before.house.settings, before.clock) as resources:
            house = await build_house(resources)
            after = Site(house, resources, before.clock, create_app(house))
            party = Party(after, after.browser())
            party.browser.http.cookies = cookies
            await party.browser.go(path)
            assert await finish(party)
            for client in after.clients:
                await client.aclose()


async def test_az_38_without_its_cookie_the_page_says_so_and_offers_to_start_again(site: Site) -> None:
    await with_home(site)
    _, path = await at_form(site)
    stranger = site.browser()
    for url in (path, lanjut(path), path + "/langkah-dua", path.replace("/masuk/", "/persetujuan/")):
        page = await stranger.go(url)
        assert page.status_code == 403, url
        assert "Mulai lagi masuk ke Usaha Kecil Trenggalek" in words_of(page.text)
        assert 'href="https://usaha.example/"' in page.text and "rp.example" not in page.text, "never into the stored request"


async def test_ux_c_16_a_page_lives_twenty_minutes_from_when_it_is_shown(site: Site) -> None:
    party, path = await at_form(site)
    for _ in range(3):
        site.clock.advance(LEAST_LIFE)
        assert 'name="sandi"' in (await party.browser.go(path)).text
    site.clock.advance(LEAST_LIFE - 1)
    await party.browser.sign_in(SITI, PASSWORD)
    site.clock.advance(LEAST_LIFE - 1)
    page = await party.browser.submit(button="lanjutkan")
    assert "code" in answer_of(page.headers["location"])


async def test_ux_c_16_but_nobody_keeps_one_open_for_ever(site: Site) -> None:
    party, path = await at_form(site)
    for _ in range(80):
        site.clock.advance(1100)
        page = await party.browser.go(path)
    assert page.status_code == 410


async def test_ux_c_16_an_expired_page_still_offers_the_way_back(site: Site) -> None:
    await with_home(site)
    party, path = await at_form(site)
    site.clock.advance(1800)
    page = await party.browser.go(path)
    assert page.status_code == 410 and "Halaman ini sudah kedaluwarsa" in words_of(page.text)
    assert '<a class="btn" href="https://usaha.example/">Mulai lagi masuk ke Usaha Kecil Trenggalek</a>' in page.text
    site.clock.advance(86400)
    assert 'href="https://usaha.example/"' in (await party.browser.go(path)).text


async def test_a_made_up_page_leads_to_the_catalogue_only(site: Site) -> None:
    await with_home(site)
    page = await site.browser().go("/masuk/abc.usaha-kecil.xyz")
    assert page.status_code == 410 and "usaha.example" not in page.text and "Lihat semua layanan" in words_of(page.text)


async def test_az_17_a_silent_request_never_shows_a_page(site: Site) -> None:
    party = await new_party(site)
    nobody = await party.start(prompt="none")
    assert answer_of(nobody.headers["location"])["error"] == "login_required"
    browser = party.browser
    await browser.go("/masuk")
    await browser.sign_in(SITI, PASSWORD)
    unasked = await party.start(prompt="none")
    assert answer_of(unasked.headers["location"])["error"] == "consent_required"
    await party.code()
    assert "code" in answer_of((await party.start(prompt="none")).headers["location"])


async def test_az_17_a_silent_request_for_a_closed_account_says_that_nobody_is_there(site: Site) -> None:
    party = await new_party(site)
    await party.code()
    person = (await site.resources.stores.people.find(IdentifierKind.NIK, SITI))[0][0]
    await site.house.people.set_status(person.id, Status.LOCKED, actor="operator:o")
    assert answer_of((await party.start(prompt="none")).headers["location"])["error"] == "login_required"


async def test_a_disabled_application_shows_its_own_page(site: Site) -> None:
    party, path = await at_form(site)
    application = site.house.registry.now.applications["usaha-kecil"]
    await site.resources.stores.registry.save_application(replace(application, enabled=False), based_on=application.revision)
    await site.house.reload()
    page = await party.browser.go(lanjut(path))
    assert page.status_code == 403 and "Usaha Kecil Trenggalek sedang ditutup" in words_of(page.text)


async def test_a_permission_that_keeps_changing_ends_in_503_and_may_be_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    party, path = await at_form(site)
    await party.code()
    party, path = await at_form(site)
    door = site.house.dispatcher.doors["oidc"]
    tries = []

    async def moved(*_: object) -> None:
        tries.append(1)

    with monkeypatch.context() as patch:
        patch.setattr(type(door), "issue", moved)
        page = await party.browser.sign_in(SITI, PASSWORD)
        assert (page.status_code, page.headers["retry-after"], len(tries)) == (503, "5", 3)
    page = await party.browser.go(lanjut(path))
    assert "code" in answer_of(page.headers["location"]), "nothing was lost"


async def test_a_guard_that_moves_meanwhile_is_decided_anew_from_sql(site: Site) -> None:
    party = await new_party(site)
    await party.code()
    await party.start()
    person = (await site.resources.stores.people.find(IdentifierKind.NIK, SITI))[0][0]
    await site.resources.expiring.move(f"permit:{person.id}:usaha-kecil")
    with site.resources.stores.database.counting() as statements:
        page = await party.start()
    assert "code" in answer_of(page.headers["location"]) and statements, "the worker's memory was stale; SQL still allows it"


async def test_a_store_that_does_not_answer_signs_nobody_in(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    party, _ = await at_form(site)
    store = site.resources.expiring

    async def silent(*_: object, **__: object) -> None:
        raise StoreUnavailable("gone")

    with monkeypatch.context() as patch:
        for name in ("get", "put", "take", "guards"):
            patch.setattr(type(store), name, silent)
        page = await party.browser.sign_in(SITI, PASSWORD)
        assert page.status_code == 503 and "gapura-s" not in party.browser.http.cookies
