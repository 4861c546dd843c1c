"""The citizen's own pages: whose they are, and the way in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from idp.interaction.models import Interaction, Issue
from idp.people.claims import CATALOGUE
from idp.people.models import Status
from portal.pages.history import safe_cell
from tests.forms import words_of
from tests.portal.walks import RINI, WAGIYEM, agreed, citizen, person_id, sent
from tests.site import PASSWORD, SITI, Site

PRIVATE = ("/beranda", "/data-saya", "/izin", "/riwayat", "/keamanan")


async def test_a_private_page_asks_to_sign_in_and_comes_back(site: Site) -> None:
    for path in PRIVATE:
        browser = site.browser()
        page = await browser.go(path)
        assert 'name="sandi"' in page.text, path
        assert "Siti" not in page.text, path
        page = await browser.sign_in(SITI, PASSWORD)
        assert page.request.url.path == path
        assert page.headers["cache-control"] == "no-store"
        assert "Siti Peragawati" in page.text


async def test_ux_ac_1_five_items_in_a_plain_menu(site: Site) -> None:
    browser = await citizen(site)
    for path in PRIVATE:
        page = await browser.go(path)
        places = [page.text.index(f'<li><a href="{one}"') for one in ("/beranda", "/data-saya", "/izin", "/keamanan", "/riwayat")]
        assert places == sorted(places), path
        assert page.text.count('aria-current="page"') == 1, path


async def test_lg_12_the_way_back_is_a_page_of_our_own(site: Site) -> None:
    door = site.house.dispatcher.doors["portal"]

    async def led_to(path: str) -> str:
        interaction = Interaction("i", "portal", "b", None, None, frozenset(), 0, 1, reply={"to": path})
        response = await door.issue(None, interaction, None, None, Issue(frozenset()))  # type: ignore[arg-type]
        assert response is not None
        assert response.status_code == 303
        return response.headers["location"]

    for wanted in ("//evil.example", "/\\evil.example", "https://evil.example", "", "/a\r\nb", "javascript:alert(1)"):
        assert await led_to(wanted) == "/beranda", wanted
    assert await led_to("/izin") == "/izin"


async def test_home_shows_what_was_used_last_on_top_and_opens_it_in_one_touch(site: Site) -> None:
    browser = await citizen(site)
    assert "Belum ada" in words_of((await browser.go("/beranda")).text)
    await sent(site, "pendampingan-usaha", "name", grant="g1", at=site.clock.now() - 60)
    await sent(site, "antrean-puskesmas", "name", grant="g2", at=site.clock.now() - 30)
    page = await browser.go("/beranda")
    top = words_of(page.text.split('id="butuh"')[0])
    assert top.index("Antrean puskesmas") < top.index("Pendampingan usaha kecil")
    assert "Pendampingan" not in words_of((await (await citizen(site, WAGIYEM)).go("/beranda")).text.split('id="butuh"')[0])


async def test_ux_pt_8_staff_services_are_shown_to_staff_only(site: Site) -> None:
    snapshot = site.house.registry.now
    application = replace(snapshot.applications["simpeg"], home_url="https://simpeg.example/", enabled=True)
    await site.resources.stores.registry.save_application(application, based_on=application.revision)
    await site.house.reload()
    staff = "simpeg.example" in (await (await citizen(site, RINI)).go("/beranda")).text
    plain = "simpeg.example" in (await (await citizen(site)).go("/beranda")).text
    assert (staff, plain) == (True, False)


async def test_pv_07_own_data_are_masked_until_one_is_asked_for(site: Site) -> None:
    browser = await citizen(site)
    page = await browser.go("/data-saya")
    assert "3503••••••••9001" in page.text
    assert SITI not in page.text
    assert "Sumber:" in words_of(page.text)
    shown = await browser.go("/data-saya?tampil=nik")
    assert SITI in shown.text
    assert SITI not in (await browser.go("/data-saya?tampil=email")).text


async def test_the_history_holds_sign_ins_data_and_consents_also_of_sessions_that_have_ended(site: Site) -> None:
    browser = await citizen(site)
    await agreed(site, "pendampingan-usaha")
    await sent(site, "pendampingan-usaha", "name", "nik")
    said = words_of((await browser.go("/riwayat")).text)
    for words in ("Masuk ke Gapura", "Data dikirim ke Pendampingan usaha kecil", "Anda memberi izin"):
        assert words in said
    await browser.go("/keluar")
    await browser.submit(button="Keluar")
    site.clock.advance(3600)
    again = await citizen(site, to="/riwayat")
    assert again.page is not None
    assert again.page.text.count("Masuk ke Gapura</b>") == 2, "the ended session is still told"
    assert "Data dikirim" not in words_of((await again.go("/riwayat?jenis=izin")).text.split("<table")[1])
    other = words_of((await (await citizen(site, WAGIYEM)).go("/riwayat")).text)
    assert "Data dikirim ke" not in other, "nobody else's"


async def test_ux_ch_6_the_history_is_paged_by_links_and_any_page_number_is_answered(site: Site) -> None:
    for number in range(30):
        await sent(site, "pendampingan-usaha", "name", grant=f"g{number}", at=site.clock.now() - number * 60)
    browser = await citizen(site)
    first = await browser.go("/riwayat?jenis=data")
    assert (first.text.count("<tr role"), 'rel="next"' in first.text, 'rel="prev"' in first.text) == (26, True, False)
    second = await browser.go("/riwayat?jenis=data&hal=2")
    assert (second.text.count("<tr role"), 'rel="next"' in second.text, 'rel="prev"' in second.text) == (6, False, True)
    for odd in ("0", "-1", "99999999999", "²", "x", ""):
        assert (await browser.go(f"/riwayat?jenis=data&hal={odd}")).status_code == 200


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_ad_10_no_cell_begins_a_formula(start: str) -> None:
    assert safe_cell(start + "HYPERLINK(1)") == "'" + start + "HYPERLINK(1)"
    assert safe_cell("Masuk = biasa") == "Masuk = biasa"


async def test_ux_ch_6_the_history_can_be_taken_away_as_csv(site: Site) -> None:
    await sent(site, "pendampingan-usaha", "name", "nik")
    browser = await citizen(site)
    answer = await browser.go("/riwayat?bentuk=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"
    rows = answer.text.splitlines()
    assert len(rows) == 3
    assert SITI not in answer.text


async def test_a_locked_person_sees_no_page_of_theirs(site: Site) -> None:
    browser = await citizen(site)
    await site.house.people.set_status(await person_id(site), Status.LOCKED, actor="operator:x", reason="uji")
    page = await browser.go("/data-saya")
    assert "Siti" not in page.text


async def test_ux_ch_5_what_was_not_shared_is_named_and_each_consent_says_what_for(site: Site) -> None:
    browser = await citizen(site)
    await agreed(site, "rawat-jalan-rsud")
    said = words_of((await browser.go("/riwayat?jenis=izin")).text)
    notice = site.house.registry.now.notice_for("rawat-jalan-rsud")
    assert notice is not None
    for purpose in notice.purposes:
        labels = ", ".join(facts.label["id"] for claim, facts in CATALOGUE.items() if claim in purpose.claim_names)
        assert (f"Anda tidak membagikan: {labels}" in said) is (not purpose.required), labels
        assert (f": {purpose.title['id']}" in said) is purpose.required
    assert "Anda tidak memberi izin" not in said
    assert "You did not share: " in words_of((await browser.go("/riwayat?jenis=izin&lang=en")).text)
