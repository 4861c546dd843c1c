"""Izin saya: seen, withdrawn in two screens, objected to, proven; and only by the one they belong to."""

from __future__ import annotations

import re

import httpx
import pytest

from consent.models import LedgerEvent, Standing
from tests.forms import Browser, forms_of, words_of
from tests.portal.walks import WAGIYEM, agreed, at, citizen, person_id, sent
from tests.site import Site

DAY = 86400
REST = ("", "/tarik", "/tarik?langkah=2", "/tanda-terima", "/tanda-terima?bentuk=json")


async def standing(site: Site, record: str) -> Standing:
    return (await site.house.consent.state(await person_id(site), record)).standing


async def post(browser: Browser, path: str, csrf: str) -> httpx.Response:
    return await browser.http.post(path, data={"csrf": csrf})


async def csrf_of(browser: Browser) -> str:
    return forms_of((await browser.go("/keamanan")).text)[0].fields["csrf"]


async def test_ux_ch_1_records_stand_by_agency_in_words_and_a_form_filters_them(site: Site) -> None:
    browser = await citizen(site)
    assert "Belum ada" in words_of((await browser.go("/izin")).text)
    await agreed(site, "pendampingan-usaha")
    await agreed(site, "antrean-puskesmas", "bpjs")
    said = words_of((await browser.go("/izin")).text)
    for words in ("Berlaku sampai 24 November 2027", "Ditolak", "Tidak dapat ditarik", "Dinas Kesehatan"):
        assert words in said
    filtered = words_of((await browser.submit(instansi="DINKES", status="berlaku")).text.split("</form>")[2])
    assert "Antrean puskesmas" in filtered
    assert "Pendampingan usaha kecil" not in filtered
    assert "Tidak ada izin dengan saringan ini" in words_of((await browser.go("/izin?status=ditarik")).text)
    assert (await browser.go("/izin?status=%3Cscript%3E&instansi=x")).status_code == 200


async def test_ux_ch_2_a_record_is_a_time_line_from_asked_to_withdrawn(site: Site) -> None:
    records = await agreed(site, "pendampingan-usaha")
    site.clock.advance(60)
    await sent(site, "pendampingan-usaha", "name", "nik", "kecamatan")
    browser = await citizen(site)
    record = records["dampingi"].record_id
    line = words_of((await browser.go(f"/izin/{record}")).text)
    assert line.index("Anda setuju") < line.index("Data dikirim")
    site.clock.advance(60)
    await browser.go(f"/izin/{record}/tarik?langkah=2")
    line = words_of((await browser.submit(button="Tarik izin sekarang")).text)
    assert line.index("Anda setuju") < line.index("Data dikirim") < line.index("Anda menarik izin") < line.index("Menunggu")


async def test_ux_ch_3_the_first_screen_says_what_changes_and_only_the_second_withdraws(site: Site) -> None:
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    browser = await citizen(site)
    first = await browser.go(f"/izin/{record}/tarik")
    said = words_of(first.text)
    for words in (
        "Yang berubah saat itu juga",
        "3 × 24 jam",
        "Yang tetap disimpan Dinas",
        "Bukti bahwa izin",
        "Yang tetap dapat Anda lakukan",
    ):
        assert words in said
    assert "Tarik izin sekarang" not in said
    assert [form.action for form in forms_of(first.text) if form.method == "post"] == ["/keluar"], "nothing here withdraws"
    second = await browser.submit(button="Lanjut")
    assert (second.request.method, str(second.request.url).endswith(f"/izin/{record}/tarik?langkah=2")) == ("GET", True)
    assert "Yang tetap disimpan" not in words_of(second.text)
    assert re.search(rf'<a [^>]*href="/izin/{record}">Batal</a>', second.text)
    assert await standing(site, record) is Standing.IN_FORCE
    page = await browser.submit(button="Tarik izin sekarang")
    assert page.request.url.path == f"/izin/{record}"
    assert await standing(site, record) is Standing.WITHDRAWN
    said = words_of(page.text)
    assert "Sisa 3 hari 0 jam" in said
    assert "Tarik izin" not in said


@pytest.mark.parametrize(
    ("later", "words"), [(2 * DAY, "Sisa 1 hari 0 jam"), (3 * DAY, "Sisa 0 hari 0 jam"), (3 * DAY + 7200, "Terlambat 2 jam")]
)
async def test_ux_ch_3_the_timer_of_three_days_runs_and_turns_late(site: Site, later: int, words: str) -> None:
    record = (await at(site, site.clock.now() - 10 * DAY, "pendampingan-usaha"))["dampingi"].record_id
    await site.house.consent.withdraw(await person_id(site), record, channel="portal", language="id")
    site.clock.advance(later)
    page = await (await citizen(site)).go(f"/izin/{record}")
    assert words in words_of(page.text)
    assert ("timer-late" in page.text) is words.startswith("Terlambat")


async def test_ux_c_15_a_withdrawal_pressed_twice_is_one(site: Site) -> None:
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    browser = await citizen(site)
    csrf = await csrf_of(browser)
    for _ in range(2):
        answer = await post(browser, f"/izin/{record}/tarik", csrf)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/izin/{record}")
    history = await site.house.consent.history(await person_id(site), record_id=record)
    assert [row.event for row in history] == [LedgerEvent.WITHDRAWN, LedgerEvent.GIVEN]


async def test_the_required_consent_takes_the_optional_ones_with_it_and_not_the_other_way(site: Site) -> None:
    records = await agreed(site, "pendampingan-usaha", "jenis")
    browser = await citizen(site)
    csrf = await csrf_of(browser)
    await post(browser, f"/izin/{records['jenis'].record_id}/tarik", csrf)
    assert await standing(site, records["dampingi"].record_id) is Standing.IN_FORCE
    site.clock.advance(60)
    records = await agreed(site, "pendampingan-usaha", "jenis")
    assert await standing(site, records["jenis"].record_id) is Standing.IN_FORCE
    await post(browser, f"/izin/{records['dampingi'].record_id}/tarik", csrf)
    assert {await standing(site, one.record_id) for one in records.values()} == {Standing.WITHDRAWN}


async def test_ux_cn_4_what_a_rule_demands_is_not_withdrawn_and_its_rule_is_cited(site: Site) -> None:
    record = (await agreed(site, "antrean-puskesmas"))["daftar"].record_id
    rule = next(one.rule for one in site.house.registry.now.notices["antrean-puskesmas@1.1"].purposes if one.required)
    browser = await citizen(site)
    page = await browser.go(f"/izin/{record}")
    assert "Tidak dapat ditarik, dasar: Tugas pelayanan publik" in words_of(page.text)
    assert rule and rule in words_of(page.text)
    assert f"/izin/{record}/tarik" not in page.text
    assert "Tarik izin" not in page.text
    assert (await browser.go(f"/izin/{record}/tarik")).request.url.path == f"/izin/{record}"
    await post(browser, f"/izin/{record}/tarik", await csrf_of(browser))
    assert await standing(site, record) is Standing.INFORMED


async def test_an_objection_is_received_once_and_shown_at_its_own_time(site: Site) -> None:
    record = (await agreed(site, "antrean-puskesmas"))["daftar"].record_id
    site.clock.advance(2 * DAY)
    browser = await citizen(site)
    await browser.go(f"/izin/{record}")
    page = await browser.submit(button="Ajukan keberatan")
    said = words_of(page.text)
    assert "Keberatan Anda sudah kami terima" in said
    assert "Anda mengajukan keberatan" in said
    assert "26 November 2026" in said
    await browser.submit(button="Ajukan keberatan")
    history = await site.house.consent.history(await person_id(site), record_id=record)
    assert [row.event for row in history] == [LedgerEvent.OBJECTED, LedgerEvent.INFORMED]


async def test_a_consent_is_not_objected_to(site: Site) -> None:
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    browser = await citizen(site)
    assert "Ajukan keberatan" not in (await browser.go(f"/izin/{record}")).text
    answer = await post(browser, f"/izin/{record}/keberatan", await csrf_of(browser))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/izin/{record}")
    assert len(await site.house.consent.history(await person_id(site), record_id=record)) == 1


async def test_cn_03_anothers_record_is_404_and_nothing_changes(site: Site) -> None:
    records = await agreed(site, "antrean-puskesmas", "bpjs")
    own, stranger = await citizen(site), await citizen(site, WAGIYEM)
    csrf = await csrf_of(stranger)
    for state in records.values():
        for rest in REST:
            path = f"/izin/{state.record_id}{rest}"
            answer = await stranger.http.get(path)
            assert (answer.status_code, "Siti" in answer.text) == (404, False), path
            assert (await own.go(path)).status_code == 200
        for rest in ("/tarik", "/keberatan"):
            assert (await post(stranger, f"/izin/{state.record_id}{rest}", csrf)).status_code == 404
        assert await standing(site, state.record_id) is state.standing
    unknown = await stranger.http.get("/izin/tidak-ada")
    foreign = await stranger.http.get(f"/izin/{records['bpjs'].record_id}")
    one, other = (re.sub(r'(<p class="ref">|<b class="num">)[^<]+', "", page.text) for page in (unknown, foreign))
    assert (unknown.status_code, one) == (foreign.status_code, other), "no oracle"


async def test_a_form_without_its_token_withdraws_nothing(site: Site) -> None:
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    browser, other = await citizen(site), await citizen(site, WAGIYEM)
    for csrf in ("", "x", await csrf_of(other)):
        assert (await post(browser, f"/izin/{record}/tarik", csrf)).status_code == 403
    assert await standing(site, record) is Standing.IN_FORCE
    assert (await post(browser, f"/izin/{record}/tarik", await csrf_of(browser))).status_code == 303
    assert await standing(site, record) is Standing.WITHDRAWN


async def test_cn_10_a_consent_whose_time_is_over_is_shown_as_ended(site: Site) -> None:
    record = (await at(site, site.clock.now() - 365 * DAY, "pendampingan-usaha"))["dampingi"].record_id
    page = await (await citizen(site)).go(f"/izin/{record}")
    assert "Berakhir" in words_of(page.text)
    assert "Tarik izin" not in page.text
