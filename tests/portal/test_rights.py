"""A person sees until when an agency must act and what it said; she holds a record, and asks for what is hers (UX CH-2, CH-3)."""

from __future__ import annotations

import pytest

from consent.duty_models import DutyKind, Outcome
from consent.models import Standing
from consent.settling import Settling
from tests.forms import forms_of, words_of
from tests.portal.walks import WAGIYEM, agreed, citizen, person_id
from tests.site import Site

HOUR = 3600
PATH = "/izin/permintaan"


async def settle(site: Site, record: str, kind: DutyKind, outcome: Outcome, words: str = "") -> None:
    duties = site.resources.stores.duties
    (duty,) = [one for one in await duties.of_person(await person_id(site), record_id=record) if one.kind is kind and one.open]
    await Settling(duties, site.clock).settle(duty, outcome, actor="client:rp", by="Bagian Data", answer=words)


async def test_ux_ch_3_the_timer_runs_until_the_agency_confirms_and_turns_red_when_it_is_late(site: Site) -> None:
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    browser = await citizen(site)
    await browser.go(f"/izin/{record}/tarik?langkah=2")
    page = await browser.submit(button="Tarik izin sekarang")
    said = words_of(page.text)
    assert "Sisa 3 hari 0 jam" in said and "timer-late" not in page.text
    assert "Menunggu Dinas Koperasi" in said and "Menghapus data" in said
    site.clock.advance(75 * HOUR)
    browser = await citizen(site)
    page = await browser.go(f"/izin/{record}")
    assert "timer-late" in page.text and "Terlambat 3 jam" in words_of(page.text)
    await settle(site, record, DutyKind.STOP, Outcome.DONE)
    said = words_of((page := await browser.go(f"/izin/{record}")).text)
    assert 'class="timer' not in page.text
    assert "memastikan sudah berhenti memakai data" in said
    assert said.index("Anda menarik izin") < said.index("memastikan sudah berhenti") < said.index("Menunggu Dinas")
    site.clock.advance(60)
    await settle(site, record, DutyKind.DELETE, Outcome.REFUSED, "Arsip wajib disimpan, UU 43/2009.")
    said = words_of((await browser.go(f"/izin/{record}")).text)
    assert "tidak menghapus semua data" in said and "UU 43/2009" in said and "Menunggu" not in said


async def test_ux_ch_3_a_hold_is_put_and_lifted_by_its_owner_alone(site: Site) -> None:
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    browser = await citizen(site)
    page = await browser.go(f"/izin/{record}")
    assert "layanan ini tidak dapat dipakai" in words_of(page.text)
    form = [one.action for one in forms_of(page.text)].index(f"/izin/{record}/tahan")
    page = await browser.submit(form=form)
    assert (await site.house.consent.state(await person_id(site), record)).standing is Standing.HELD
    said = words_of(page.text)
    assert "Izin ini Anda tahan" in said and "wajib membatasi pemakaian data Anda" in said and "Pasal 41" in said
    assert "Ditahan" in words_of((await browser.go("/izin?status=ditahan")).text)
    assert "Anda menahan izin" in words_of((await browser.go("/riwayat")).text)
    assert "Bukti bahwa izin ditahan" in words_of((await browser.go(f"/izin/{record}/tanda-terima")).text)
    stranger = await citizen(site, WAGIYEM)
    csrf = forms_of((await stranger.go("/keamanan")).text)[0].fields["csrf"]
    answer = await stranger.http.post(f"/izin/{record}/teruskan", data={"csrf": csrf})
    assert answer.status_code == 404
    page = await browser.go(f"/izin/{record}")
    form = [one.action for one in forms_of(page.text)].index(f"/izin/{record}/teruskan")
    page = await browser.submit(form=form)
    assert (await site.house.consent.state(await person_id(site), record)).standing is Standing.IN_FORCE
    assert "Anda meneruskan izin" in words_of(page.text)


async def test_a_request_is_made_seen_with_its_deadline_and_answered(site: Site) -> None:
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    browser = await citizen(site)
    assert "Belum ada permintaan" in words_of((await browser.go(PATH)).text)
    page = await browser.submit(form=-1, izin=record, hak="correction", kata="")
    assert page.status_code == 422 and "Tulis data mana yang salah" in words_of(page.text)
    page = await browser.submit(form=-1, izin=record, hak="correction", kata="Kecamatan saya <b>Watulimo</b>.")
    assert page.status_code == 200 and page.request.url.path == PATH
    said = words_of(page.text)
    assert "Permintaan Anda sudah kami terima" in said and "3 × 24 jam (UU 27/2022 Pasal 30)" in said
    assert "<b>Watulimo" not in page.text
    assert "Anda mengajukan permintaan" in words_of((await browser.go(f"/izin/{record}")).text)
    site.clock.advance(73 * HOUR)
    browser = await citizen(site)
    page = await browser.go(PATH)
    assert "tag-bad" in page.text and "Terlambat dijawab" in words_of(page.text)
    await settle(site, record, DutyKind.CORRECTION, Outcome.DONE, "Sudah diperbaiki.")
    said = words_of((await browser.go(PATH)).text)
    assert "sudah menjawab" in said and "Sudah diperbaiki." in said


async def test_an_objection_stands_among_the_requests_with_its_answer(site: Site) -> None:
    record = await agreed(site, "antrean-puskesmas")
    told = next(one for one in record.values() if one.standing is Standing.INFORMED)
    await site.house.consent.object(told.person, told.record_id, channel="portal", language="id")
    await settle(site, told.record_id, DutyKind.OBJECTION, Outcome.REFUSED, "Wajib menurut Permenkes.")
    said = words_of((await (await citizen(site)).go(PATH)).text)
    assert "Menjawab keberatan" in said and "menolak permintaan" in said and "Wajib menurut Permenkes." in said


@pytest.mark.parametrize("fields", [{"izin": "", "hak": "access"}, {"izin": "x", "hak": "delete"}, {"izin": "x", "hak": "stop"}])
async def test_what_is_no_request_is_refused_beside_its_field(site: Site, fields: dict[str, str]) -> None:
    await agreed(site, "pendampingan-usaha")
    browser = await citizen(site, to=PATH)
    csrf = forms_of((await browser.go(PATH)).text)[-1].fields["csrf"]
    answer = await browser.http.post(PATH, data={"csrf": csrf, "kata": "", **fields})
    assert answer.status_code == 422
    assert await site.resources.stores.duties.of_person(await person_id(site)) == []


async def test_cn_03_a_request_about_somebody_elses_record_is_404_and_a_foreign_form_403(site: Site) -> None:
    record = (await agreed(site, "pendampingan-usaha", nik=WAGIYEM))["dampingi"].record_id
    await agreed(site, "pendampingan-usaha")
    browser = await citizen(site)
    csrf = forms_of((await browser.go(PATH)).text)[-1].fields["csrf"]
    body = {"izin": record, "hak": "access", "kata": ""}
    assert (await browser.http.post(PATH, data={**body, "csrf": csrf})).status_code == 404
    assert (await browser.http.post(PATH, data={**body, "csrf": "x"})).status_code == 403
    assert await site.resources.stores.duties.of_person(await person_id(site, WAGIYEM)) == []
