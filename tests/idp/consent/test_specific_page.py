"""Specific data: a page of their own, a password of the last five minutes, a year at most (UU 27/2022 Pasal 4)."""

from __future__ import annotations

import httpx

from consent.models import Basis, Standing
from tests.forms import forms_of, words_of
from tests.idp.consent.test_consent_page import asked, code_of, ledger, post_in, standings, told
from tests.idp.consent.texts import SERVICE, YEAR, publish, purpose
from tests.site import PASSWORD, SITI, Party, Site, answer_of, new_party

DUTY = purpose("catat", "name", "nik", basis=Basis.LEGAL_DUTY, required=True)
HEALTH = purpose("kesehatan", "bpjs_number", valid_for=5 * YEAR)
ILLNESS = purpose("ragam", "disability", required=True)
WANTED = "openid name nik bpjs_number"


async def at_the_specific_page(site: Site, *purposes: object, **more: str) -> tuple[Party, httpx.Response]:
    await publish(site, *purposes or (DUTY, HEALTH))  # type: ignore[arg-type]
    party = await new_party(site)
    page = await asked(party, scope=WANTED, **more)
    assert "Nomor kartu BPJS" not in words_of(page.text), "the first page is about general data alone"
    return party, await party.browser.submit(button="lanjutkan")


async def test_specific_data_stand_alone_on_a_page_of_their_own_and_end_after_a_year(site: Site) -> None:
    party, page = await at_the_specific_page(site)
    said = words_of(page.text)
    assert "Bagikan data khusus Anda" in said
    assert "NIK" not in said.replace("NIK adalah", "")
    assert "Berlaku sampai 24 November 2027" in said, "five years says the text"
    assert "Baru" not in said, "on a first visit everything is"
    await told(party, await party.browser.submit(button="setuju", tick=(f"{SERVICE}.kesehatan",)))
    row = (await ledger(site))[0]
    assert (row.claims, row.expires_at) == (("bpjs_number",), row.at + YEAR)


async def test_an_older_sign_in_is_asked_for_its_password_again_first(site: Site) -> None:
    await publish(site, DUTY, HEALTH)
    party = await new_party(site)
    code_of(await _after(party, "openid name nik"), party)
    site.clock.advance(301)
    page = await party.start(scope=WANTED)
    said = words_of(page.text)
    assert "Data berikut bersifat khusus" in said
    assert "Anda masuk sebagai Siti Peragawati." in said
    wrong = await party.browser.sign_in(SITI, "bukan sandinya")
    assert "Data berikut bersifat khusus" in words_of(wrong.text), "why is still said"
    page = await party.browser.sign_in(SITI, PASSWORD)
    assert "Bagikan data khusus Anda" in words_of(page.text)
    assert code_of(await party.browser.submit(button="setuju", tick=(f"{SERVICE}.kesehatan",)), party)
    assert code_of(await party.start(scope=WANTED), party)
    site.clock.advance(400)
    assert code_of(await party.start(scope=WANTED), party), "what is answered needs no password"


async def _after(party: Party, scope: str) -> httpx.Response:
    await asked(party, scope=scope)
    return await party.browser.submit(button="setuju")


async def test_a_page_that_was_left_open_for_longer_than_five_minutes_takes_no_answer(site: Site) -> None:
    party, page = await at_the_specific_page(site)
    action, fields = post_in(page, jawab="setuju", **{f"{SERVICE}.kesehatan": "1"})
    site.clock.advance(301)
    posted = await party.browser.http.post(action, data=fields)
    page = await party.browser.go(posted.headers["location"])
    assert 'name="sandi"' in page.text
    assert f"{SERVICE}.kesehatan" not in await standings(site)


async def test_a_silent_request_is_not_answered_and_not_bundled(site: Site) -> None:
    await publish(site, DUTY, HEALTH)
    party = await new_party(site)
    code_of(await _after(party, "openid name nik"), party)
    site.clock.advance(301)
    silent = await party.start(scope=WANTED, prompt="none")
    assert answer_of(silent.headers["location"])["error"] == "consent_required"


async def test_cn_11_a_required_consent_to_specific_data_can_be_refused_on_its_own_page(site: Site) -> None:
    party, page = await at_the_specific_page(site, DUTY, ILLNESS)
    assert [value for form in forms_of(page.text) for name, value, _ in form.buttons if name == "jawab"] == ["setuju", "tidak"]
    await party.browser.submit(button="tidak", jawab="tidak")
    left = await party.browser.submit(button="tidak-jadi")
    assert answer_of(left.headers["location"])["error"] == "access_denied"
    assert await standings(site) == {f"{SERVICE}.catat": Standing.INFORMED, f"{SERVICE}.ragam": Standing.REFUSED}


async def test_cn_02_a_tick_for_the_next_page_is_not_believed_on_this_one(site: Site) -> None:
    await publish(site, DUTY, HEALTH)
    party = await new_party(site)
    action, fields = post_in(await asked(party, scope=WANTED), jawab="setuju", **{f"{SERVICE}.kesehatan": "1"})
    await party.browser.http.post(action, data=fields)
    assert await standings(site) == {f"{SERVICE}.catat": Standing.INFORMED}


async def test_asking_for_consent_again_walks_through_every_page_once(site: Site) -> None:
    party, _ = await at_the_specific_page(site)
    code_of(await party.browser.submit(button="setuju", tick=(f"{SERVICE}.kesehatan",)), party)
    page = await party.start(scope=WANTED, prompt="consent")
    assert "menerima data ini" in words_of(page.text)
    page = await party.browser.submit(button="lanjutkan")
    assert "Bagikan data khusus Anda" in words_of(page.text)
    site.clock.advance(10)
    assert code_of(await party.browser.submit(button="lanjutkan"), party)
    assert (await standings(site))[f"{SERVICE}.kesehatan"] is Standing.REFUSED, "unticked this time"
