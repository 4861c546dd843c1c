"""The receipt of each event: seen and printed by the one it belongs to, kept as a signed file, with a code that says nothing about them."""

from __future__ import annotations

import json
import re

import segno

from consent.genuine import Verdict, judged
from consent.models import LedgerEvent, Standing
from consent.receipt import mark_of, number_of
from portal.pages.history import EVENT_WORDS
from portal.pages.receipts import check_url, qr
from portal.receipt_words import EVENTS, STANDINGS, TITLES
from tests.forms import forms_of, words_of
from tests.portal.walks import WAGIYEM, agreed, citizen, person_id
from tests.site import ISSUER, SITI, Site


async def test_ux_cn_8_the_receipt_is_a_page_and_a_signed_file_and_holds_no_value(site: Site) -> None:
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    browser = await citizen(site)
    page = await browser.go(f"/izin/{record}/tanda-terima")
    answer = await browser.go(f"/izin/{record}/tanda-terima?bentuk=json")
    (row,) = await site.house.consent.history(await person_id(site), record_id=record)
    receipt = answer.json()["receipt"]
    assert (receipt["receipt_id"], receipt["ledger"][0]["hash"]) == (number_of(row), row.hash)
    assert answer.headers["content-disposition"] == f'attachment; filename="tanda-terima-{number_of(row)}.json"'
    assert answer.headers["cache-control"] == page.headers["cache-control"] == "no-store"
    for shown in (number_of(row), row.text_sha256, row.hash, "WIB", "3503••••••••9001", "Tanda terima persetujuan", "/periksa"):
        assert shown in page.text
    assert "3503115203889001" not in page.text + answer.text
    people = [json.dumps(value) for value in (await site.resources.stores.people.get(await person_id(site))).claims.values()]
    assert [value for value in people if len(value) > 4 and value in answer.text] == [], "no value of hers"
    assert "Siti" not in answer.text
    keys = (await site.http().get("/periksa/kunci.json")).json()
    assert judged(answer.content, keys).verdict is Verdict.GENUINE


async def test_every_event_of_a_record_has_its_receipt_and_they_lead_to_each_other(site: Site) -> None:
    records = await agreed(site, "pendampingan-usaha")
    record, declined = records["dampingi"].record_id, records["jenis"].record_id
    browser = await citizen(site)
    assert "Bukti bahwa Anda tidak membagikan" in words_of((await browser.go(f"/izin/{declined}/tanda-terima")).text)
    site.clock.advance(60)
    await browser.go(f"/izin/{record}/tarik?langkah=2")
    line = await browser.submit(button="Tarik izin sekarang")
    rows = await site.house.consent.history(await person_id(site), record_id=record)
    assert [row.event for row in rows] == [LedgerEvent.WITHDRAWN, LedgerEvent.GIVEN]
    for row, title in zip(rows, ("Tanda terima penarikan izin", "Tanda terima persetujuan"), strict=True):
        path = f"/izin/{record}/tanda-terima?peristiwa={row.seq}"
        assert path in line.text
        page = await browser.go(path)
        assert title in words_of(page.text)
        assert number_of(row) in page.text
        other = next(one for one in rows if one.seq != row.seq)
        assert f"?peristiwa={other.seq}" in page.text
        file = (await browser.go(f"{path}&bentuk=json")).json()["receipt"]
        assert (file["receipt_id"], file["issued"]["record_state"]) == (number_of(row), "ditarik")
    assert "Tanda terima penarikan izin" in (await browser.go(f"/izin/{record}/tanda-terima")).text, "the newest, when none is named"
    assert (await browser.go(f"/izin/{record}/tanda-terima?peristiwa=999")).status_code == 404


async def test_an_objection_has_a_receipt(site: Site) -> None:
    states = await agreed(site, "antrean-puskesmas")
    record = next(state.record_id for state in states.values() if state.standing.value == "diberitahukan")
    browser = await citizen(site)
    await browser.go(f"/izin/{record}")
    assert "Tanda terima pemberitahuan" in (await browser.go(f"/izin/{record}/tanda-terima")).text
    page = await browser.go(f"/izin/{record}")
    form = [form.action for form in forms_of(page.text)].index(f"/izin/{record}/keberatan")
    await browser.submit(form=form)
    assert "Tanda terima keberatan" in (await browser.go(f"/izin/{record}/tanda-terima")).text


async def test_cn_03_another_persons_receipt_does_not_exist(site: Site) -> None:
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    stranger = await citizen(site, WAGIYEM)
    for path in (f"/izin/{record}/tanda-terima", f"/izin/{record}/tanda-terima?bentuk=json", f"/izin/{record}/tanda-terima?peristiwa=1"):
        assert (await stranger.go(path)).status_code == 404
    anybody = await site.http().get(f"/izin/{record}/tanda-terima?bentuk=json")
    assert anybody.status_code != 200
    assert SITI not in anybody.text


async def test_pv_02_the_code_carries_the_number_and_the_fingerprint_and_nothing_else(site: Site) -> None:
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    (row,) = await site.house.consent.history(await person_id(site), record_id=record)
    url = check_url(ISSUER, row)
    assert url == f"{ISSUER}/periksa?nomor={number_of(row)}&sidik={mark_of(row)}"
    page = await (await citizen(site)).go(f"/izin/{record}/tanda-terima")
    drawn = re.search(r'<svg class="qr" viewBox="0 0 (\d+) \1".*?<path d="([^"]+)"/></svg>', page.text)
    assert drawn is not None
    assert drawn[2] == qr(url).path
    side = int(drawn[1])
    dark = [[False] * side for _ in range(side)]
    for x, y, wide in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn[2]):
        for at in range(int(x), int(x) + int(wide)):
            dark[int(y)][at] = True
    expected = segno.make(url, error="m", micro=False)
    assert dark == [[bool(module) for module in line] for line in expected.matrix_iter(border=4)]


async def test_an_address_of_before_leads_to_the_receipt(site: Site) -> None:
    answer = await site.http().get("/izin/abc/bukti")
    assert (answer.status_code, answer.headers["location"]) == (303, "/izin/abc/tanda-terima")


def test_every_event_and_every_state_has_its_words_on_the_sheet() -> None:
    assert set(TITLES) == set(EVENTS) == set(LedgerEvent)
    assert set(STANDINGS) == set(Standing)


def test_every_event_has_its_words_in_the_history() -> None:
    assert set(EVENT_WORDS) == {event.value for event in LedgerEvent}
