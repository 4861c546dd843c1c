"""Keamanan and keluar: sessions ended by their owner, and a sign-out that a link alone does not do."""

from __future__ import annotations

from tests.forms import forms_of, words_of
from tests.portal.walks import WAGIYEM, citizen, person_id
from tests.site import PASSWORD, SITI, Site


def signed_out(text: str) -> bool:
    return 'name="sandi"' in text


async def test_ux_ac_3_one_device_is_signed_out_and_the_other_stays(site: Site) -> None:
    phone, desk = await citizen(site), await citizen(site)
    page = await desk.go("/keamanan")
    wanted = [value for form in forms_of(page.text) for name, value, _ in form.buttons if name == "sesi"]
    assert len(wanted) == 2
    await phone.go("/keamanan")
    csrf = forms_of(page.text)[0].fields["csrf"]
    mine = {row.id for row in await site.house.sessions.of_person(await person_id(site))}
    assert set(wanted) == mine
    current = next(value for value in wanted if value in page.text.split("Perangkat ini")[1].split("</form>")[0])
    other = next(value for value in wanted if value != current)
    assert (await desk.http.post("/keamanan", data={"csrf": csrf, "sesi": other})).status_code == 303
    assert signed_out((await phone.go("/beranda")).text)
    assert not signed_out((await desk.go("/beranda")).text)


async def test_ux_ac_3_sign_out_everywhere_ends_every_session(site: Site) -> None:
    phone, desk, other = await citizen(site), await citizen(site), await citizen(site, WAGIYEM)
    await desk.go("/keamanan")
    await desk.submit(button="semua perangkat")
    assert signed_out((await phone.go("/izin")).text)
    assert signed_out((await desk.go("/izin")).text)
    assert not signed_out((await other.go("/izin")).text)


async def test_anothers_session_does_not_exist(site: Site) -> None:
    own, stranger = await citizen(site), await citizen(site, WAGIYEM)
    (row,) = await site.house.sessions.of_person(await person_id(site))
    csrf = forms_of((await stranger.go("/keamanan")).text)[0].fields["csrf"]
    for wanted in (row.id, "tidak-ada", ""):
        assert (await stranger.http.post("/keamanan", data={"csrf": csrf, "sesi": wanted})).status_code == 404
    assert not signed_out((await own.go("/beranda")).text)


async def test_ux_so_4_a_link_signs_nobody_out_and_the_button_does(site: Site) -> None:
    browser = await citizen(site)
    assert "Keluar dari Gapura?" in words_of((await browser.go("/keluar")).text)
    assert not signed_out((await browser.go("/beranda")).text)
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        form = next(one for one in forms_of((await browser.go("/keluar")).text) if one.action == "/keluar")
        assert (await browser.http.post("/keluar", data=form.fields, headers=headers)).status_code == 403
    assert not signed_out((await browser.go("/beranda")).text)
    await browser.go("/keluar")
    page = await browser.submit(form=len(forms_of(browser.page.text)) - 1 if browser.page else 0)
    assert "Anda sudah keluar dari Gapura" in words_of(page.text)
    assert signed_out((await browser.go("/beranda")).text)


async def test_ux_so_3_a_shared_phone_is_cleared_only_when_asked(site: Site) -> None:
    for tick in (True, False):
        browser = await citizen(site)
        await browser.go("/keluar")
        assert browser.page is not None
        last = len(forms_of(browser.page.text)) - 1
        page = await browser.submit(form=last, tick=("hapus",) if tick else ())
        assert ("clear-site-data" in page.headers) is tick


async def test_signing_out_again_is_answered_kindly(site: Site) -> None:
    page = await site.browser().go("/keluar")
    assert page.status_code == 200
    assert "Anda sudah keluar dari Gapura" in words_of(page.text)


async def test_an_unknown_device_has_a_name_for_who_listens(site: Site) -> None:
    browser = site.browser()
    browser.http.headers["user-agent"] = "curl/8"
    await browser.go("/keamanan")
    page = await browser.sign_in(SITI, PASSWORD)
    assert "Perangkat tidak dikenal" in page.text
    assert "Keluar dari perangkat ini, perangkat tidak dikenal, " in words_of(page.text)
    assert ", ," not in words_of(page.text)
