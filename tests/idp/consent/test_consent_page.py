"""The consent page from a browser without script: what it shows, what it believes of a form, what an answer does."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import httpx
import pytest

from consent.models import LedgerEvent, LedgerRow, Standing
from consent.notice import hash_of
from idp.people.models import IdentifierKind
from tests.forms import forms_of, words_of
from tests.site import PASSWORD, SITI, Party, Site, answer_of, new_party, register, test_client

WAGIYEM = "3503024507519003"
FULL = "openid name nik kecamatan phone_number nib"
QUEUE = "openid layanan:antrean-puskesmas name nik birthdate bpjs_number phone_number"
NEEDED, KIND = "pendampingan-usaha.dampingi", "pendampingan-usaha.jenis"


async def person_id(site: Site, nik: str = SITI) -> str:
    return (await site.resources.stores.people.find(IdentifierKind.NIK, nik))[0][0].id


async def ledger(site: Site, nik: str = SITI) -> list[LedgerRow]:
    return await site.house.consent.history(await person_id(site, nik))


async def standings(site: Site, nik: str = SITI) -> dict[str, Standing]:
    return {state.purpose: state.standing for state in await site.house.consent.states(await person_id(site, nik))}


async def asked(party: Party, account: str = SITI, **more: str) -> httpx.Response:
    """Walk to the consent page."""
    page = await party.start(**more)
    if 'name="sandi"' in page.text:
        page = await party.browser.sign_in(account, PASSWORD)
    assert page.request.url.path.startswith("/persetujuan/"), party.browser.trail
    return page


def code_of(response: httpx.Response, party: Party) -> str:
    assert response.headers.get("location", "").startswith(party.redirect_uri), (response.status_code, party.browser.trail)
    return answer_of(response.headers["location"])["code"]


async def told(party: Party, response: httpx.Response) -> dict[str, object]:
    """Return what userinfo tells after this answer."""
    tokens = (await party.redeem(code_of(response, party))).json()
    return (await party.userinfo(tokens["access_token"])).json()  # type: ignore[no-any-return]


def post_in(browser_page: httpx.Response, **changes: str) -> tuple[str, dict[str, str]]:
    """Return where the page's form goes and what it sends, changed."""
    form = next(one for one in forms_of(browser_page.text) if one.action.startswith("/persetujuan/"))
    return form.action, {**form.fields, **changes}


async def test_ux_cn_1_the_page_asks_by_name_and_shows_a_value_only_when_asked_to(site: Site) -> None:
    party = await new_party(site)
    page = await asked(party, scope=FULL)
    said = words_of(page.text)
    assert "Bagikan data Anda ke Pendampingan usaha kecil?" in said
    assert "3503••••••••9001" in page.text
    assert SITI not in page.text
    shown = await party.browser.go(page.request.url.path + "?tampil=nik")
    assert SITI in shown.text
    assert "Tampilkan" in words_of(shown.text), "the other values stay hidden"
    assert SITI not in (await party.browser.go(page.request.url.path + "?tampil=no_kk")).text


async def test_ux_cn_2_declining_optional_data_still_completes_the_login_without_them(site: Site) -> None:
    party = await new_party(site)
    page = await asked(party, scope=FULL)
    assert [form.boxes for form in forms_of(page.text) if form.boxes] == [{KIND: "1"}], "one box, unticked"
    data = await told(party, await party.browser.submit(button="setuju"))
    assert data["nik"] == SITI
    assert "nib" not in data
    assert (await standings(site))[KIND] is Standing.REFUSED


async def test_ux_cn_2_ticked_optional_data_are_delivered(site: Site) -> None:
    party = await new_party(site)
    await asked(party, scope=FULL)
    await told(party, await party.browser.submit(button="setuju", tick=(KIND,)))
    assert (await standings(site))[KIND] is Standing.IN_FORCE


async def test_ux_cn_3_and_cn_11_no_first_shows_what_one_can_still_do_then_tells_the_application(site: Site) -> None:
    party = await new_party(site)
    page = await asked(party)
    buttons = {value: words for form in forms_of(page.text) for name, value, words in form.buttons if name == "jawab"}
    assert set(buttons) == {"setuju", "tidak"}

    page = await party.browser.submit(button="tidak", jawab="tidak")
    assert page.status_code == 200
    assert "Anda memilih tidak membagikan data" in words_of(page.text)
    notice = site.house.registry.now.notice_for("pendampingan-usaha")
    assert notice is not None
    assert notice.if_refused["id"] in words_of(page.text)
    assert await ledger(site) == [], "nothing is recorded until the person leaves"

    left = await party.browser.submit(button="tidak-jadi")
    answer = answer_of(left.headers["location"])
    assert (answer["error"], "code" in answer, answer["state"]) == ("access_denied", False, "state-1")
    assert {row.event for row in await ledger(site)} == {LedgerEvent.REFUSED}
    assert set((await standings(site)).values()) == {Standing.REFUSED}
    assert "Bagikan data Anda" in words_of((await asked(party)).text), "a required consent is asked again"


async def test_ux_cn_3_after_no_the_person_may_look_again_and_agree(site: Site) -> None:
    party = await new_party(site)
    page = await asked(party)
    await party.browser.submit(button="tidak", jawab="tidak")
    await party.browser.go(page.request.url.path)
    assert code_of(await party.browser.submit(button="setuju"), party)


async def test_ux_cn_4_a_public_task_has_one_button_and_cannot_be_refused(site: Site) -> None:
    await register(site, test_client("e-link", client_id="rp-queue"))
    party = Party(site, site.browser(), "rp-queue")
    page = await asked(party, scope=QUEUE)
    assert [value for form in forms_of(page.text) for name, value, _ in form.buttons if name == "jawab"] == ["setuju"]
    assert "bukan karena persetujuan" in words_of(page.text)
    for answer in ("tidak", "tidak-jadi"):
        action, fields = post_in(page, jawab=answer)
        again = await party.browser.http.post(action, data=fields)
        assert again.status_code == 200
        assert "Antrean puskesmas menerima data ini" in words_of(again.text)
        assert await ledger(site) == []

    page = await party.browser.submit(button="setuju")
    assert "Bagikan data khusus Anda ke Antrean puskesmas?" in words_of(page.text), "the health data have a page of their own"
    data = await told(party, await party.browser.submit(button="setuju"))
    assert data["birthdate"] == "1988-03-12"
    assert "bpjs_number" not in data
    assert (await standings(site))["antrean-puskesmas.daftar"] is Standing.INFORMED


async def test_ux_cn_5_the_end_is_printed_as_a_date(site: Site) -> None:
    page = await asked(await new_party(site))
    assert "24 November 2027" in words_of(page.text)
    assert "Anda dapat menariknya kapan saja di Izin saya" in words_of(page.text)


async def test_cn_01_one_claim_more_is_asked_for_by_name_and_the_rest_is_not_asked_again(site: Site) -> None:
    party = await new_party(site)
    await told(party, await _agree(party))
    straight = await party.start()
    assert code_of(straight, party), "unchanged: no page"

    page = await asked(party, scope=FULL)
    said = words_of(page.text)
    assert "Baru" in said
    assert "NIB" in said or "Nomor induk berusaha" in said
    assert KIND in {name for form in forms_of(page.text) for name in form.boxes}
    assert "Data wajib" not in said, "only the difference"
    assert "nib" not in await told(party, await party.browser.submit(button="lanjutkan"))
    assert code_of(await party.start(scope=FULL), party), "declined is answered"


async def _agree(party: Party, **more: str) -> httpx.Response:
    await asked(party, **more)
    return await party.browser.submit(button="setuju")


async def test_cn_02_what_a_form_adds_is_not_believed(site: Site) -> None:
    """A purpose that was not on the page, claims, scopes, another client: the stored request counts."""
    party = await new_party(site)
    await register(site, test_client("e-link", client_id="rp-other", redirect_uris=("https://other.example/cb",)))
    added = {KIND: "1", "scope": FULL, "claims": "nib no_kk", "client_id": "rp-other", "redirect_uri": "https://other.example/cb"}
    action, fields = post_in(await asked(party), jawab="setuju", **added)
    posted = await party.browser.http.post(action, data=fields)
    data = await told(party, await party.browser.go(posted.headers["location"]))
    assert set(data) == {"sub", "name", "nik", "nik_verified", "kecamatan", "phone_number", "phone_number_verified"}
    assert await standings(site) == {NEEDED: Standing.IN_FORCE}


async def test_cn_03_anothers_consent_page_is_neither_read_nor_answered(site: Site) -> None:
    party = await new_party(site)
    page = await asked(party)
    stranger = await new_party(site, client_id="rp-stranger")
    own = await asked(stranger, WAGIYEM)
    action, fields = post_in(page, jawab="setuju")
    _, own_fields = post_in(own)

    seen = await stranger.browser.go(page.request.url.path)
    assert (seen.status_code, "Siti" in seen.text) == (403, False)
    for csrf in (fields["csrf"], own_fields["csrf"]):
        posted = await stranger.browser.http.post(action, data={**fields, "csrf": csrf})
        assert posted.status_code == 403
    assert await ledger(site) == []
    assert await ledger(site, WAGIYEM) == []

    assert (await party.browser.http.post(action, data=fields)).status_code == 303
    assert await standings(site) == {NEEDED: Standing.IN_FORCE}


async def test_a_form_from_another_site_or_without_its_token_changes_nothing(site: Site) -> None:
    party = await new_party(site)
    action, fields = post_in(await asked(party), jawab="setuju")
    http = party.browser.http
    for data, headers in (
        ({**fields, "csrf": ""}, {}),
        ({**fields, "csrf": fields["csrf"][:-1]}, {}),
        (fields, {"origin": "https://evil.example"}),
        (fields, {"sec-fetch-site": "cross-site"}),
    ):
        assert (await http.post(action, data=data, headers=headers)).status_code == 403
    assert await ledger(site) == []
    assert (await http.post(action, data=fields)).status_code == 303
    assert len(await ledger(site)) == 1


async def test_cn_09_a_text_that_changed_meanwhile_is_asked_again_with_a_note(site: Site) -> None:
    party = await new_party(site)
    page = await asked(party)
    old = site.house.registry.now.notice_for("pendampingan-usaha")
    assert old is not None
    words = {language: text + " Lagi." for language, text in old.full_text.items()}
    newer = replace(old, id="pendampingan-usaha@1.1", version="1.1", supersedes=old.id, full_text=words, text_sha256=hash_of(words))
    await site.resources.stores.notices.publish(newer)
    await site.house.reload()

    again = await party.browser.submit(button="setuju")
    assert again.status_code == 200
    assert "Pemberitahuan ini baru saja diperbarui" in words_of(again.text)
    assert await ledger(site) == []
    assert page.request.url.path == again.request.url.path

    assert code_of(await party.browser.submit(button="setuju"), party)
    (row,) = await ledger(site)
    assert (row.notice, row.text_sha256) == (newer.id, newer.text_sha256["id"]), "the hash of the text that was shown"


@pytest.mark.parametrize(("language", "words"), [("id", "Bagikan data Anda"), ("en", "Share your data")])
async def test_the_hash_is_of_the_language_that_was_shown(site: Site, language: str, words: str) -> None:
    party = await new_party(site)
    page = await asked(party, ui_locales=language)
    assert words in words_of(page.text)
    await party.browser.submit(button="setuju")
    (row,) = await ledger(site)
    notice = site.house.registry.now.notices[row.notice]
    assert (row.language, row.text_sha256) == (language, notice.text_sha256[language])


async def test_cn_10_an_expired_consent_is_asked_again_and_releases_nothing_meanwhile(site: Site) -> None:
    party = await new_party(site)
    await told(party, await _agree(party))
    site.clock.advance(365 * 86400 - 60)
    party.browser = site.browser()
    assert code_of(await _signed_in(party), party), "the last minute still counts"
    site.clock.advance(60)
    silent = await party.start(prompt="none")
    assert answer_of(silent.headers["location"])["error"] == "consent_required"
    assert "Bagikan data Anda" in words_of((await asked(party)).text)


async def _signed_in(party: Party) -> httpx.Response:
    await party.start()
    return await party.browser.sign_in(SITI, PASSWORD)


async def test_ux_cn_7_what_a_relying_party_names_is_escaped(site: Site) -> None:
    party = await new_party(site, policy_uri='https://rp.example/"><script>alert(1)</script>', tos_uri="https://rp.example/syarat")
    page = await asked(party)
    assert "<script>alert" not in page.text
    assert 'href="https://rp.example/syarat"' in page.text


async def test_ux_c_15_the_same_form_sent_twice_is_one_answer(site: Site) -> None:
    party = await new_party(site)
    action, fields = post_in(await asked(party), jawab="setuju")
    first, second = await party.browser.http.post(action, data=fields), await party.browser.http.post(action, data=fields)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert len(await ledger(site)) == 1
    assert code_of(await party.browser.go(first.headers["location"]), party)


async def test_ux_c_15_a_double_press_is_one_answer(site: Site) -> None:
    party = await new_party(site)
    action, fields = post_in(await asked(party), jawab="setuju")
    pressed = await asyncio.gather(*(party.browser.http.post(action, data=fields) for _ in range(4)))
    assert {response.status_code for response in pressed} == {303}
    assert [row.event for row in await ledger(site)] == [LedgerEvent.GIVEN]


async def test_ux_cn_9_the_page_has_no_script_of_its_own_and_no_button_is_disabled(site: Site) -> None:
    page = await asked(await new_party(site), scope=FULL)
    assert re.search(r"<script(?![^>]*src=)", page.text) is None
    assert " style=" not in page.text
    assert "disabled" not in page.text
    assert len(page.content) <= 10_240, "class A"
    assert page.headers["cache-control"] == "no-store"
