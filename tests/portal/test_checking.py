"""`/periksa`: whoever holds a receipt learns whether it is genuine and how it stands; nobody learns anything else."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from consent.genuine import MAX_FILE
from consent.receipt import mark_of, number_of
from portal.pages.checking import PER_MINUTE
from tests.forms import forms_of, words_of
from tests.portal.walks import agreed, citizen, person_id
from tests.site import Site

TWICE = b'--b\r\ncontent-disposition: form-data; name="tanda"\r\n\r\nx\r\n' * 2 + b"--b--\r\n"
GENUINE, NOT = "Tanda terima ini asli", "Tidak asli atau tidak ditemukan"


async def receipt(site: Site) -> tuple[str, dict[str, object], str, str]:
    """Return the record, the signed file, number and fingerprint of what Siti agreed to."""
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    file = (await (await citizen(site)).go(f"/izin/{record}/tanda-terima?bentuk=json")).json()
    row = (await site.house.consent.history(await person_id(site), record_id=record))[-1]
    return record, file, number_of(row), mark_of(row)


async def handed_in(site: Site, text: str | bytes, name: str = "berkas", **options: str) -> httpx.Response:
    content = text.encode() if isinstance(text, str) else text
    part = ("t.json", content, "application/json") if name == "berkas" else (None, content)
    browser = site.browser(**options)
    csrf = forms_of((await browser.go("/periksa")).text)[1].fields["csrf"]
    return await browser.http.post("/periksa", files={"csrf": (None, csrf.encode()), name: part})


async def test_a_receipt_is_checked_as_a_file_as_pasted_text_and_by_its_number(site: Site) -> None:
    record, file, number, mark = await receipt(site)
    answers = [
        await handed_in(site, json.dumps(file)),
        await handed_in(site, json.dumps(file), "tanda"),
        await handed_in(site, str(file["jws"]), "tanda"),
        await site.http().get("/periksa", params={"nomor": number, "sidik": mark}),
    ]
    for answer in answers:
        said = words_of(answer.text)
        for words in (
            GENUINE,
            number,
            "Berlaku",
            "Memilih pendamping",
            "Pendampingan usaha kecil",
            "Dinas Koperasi",
            "24 November 2026 pukul",
        ):
            assert words in said, words
        assert answer.headers["cache-control"] == "no-store"
    site.clock.advance(3600)
    await site.house.consent.withdraw(await person_id(site), record, channel="portal", language="id")
    said = words_of((await handed_in(site, json.dumps(file))).text)
    assert f"{GENUINE}. Izinnya tidak sedang berlaku" in said
    assert "Ditarik, terakhir berubah 24 November 2026 pukul 14.00 WIB" in said, "how it stands now, not when it was given out"


async def test_pv_07_the_page_shows_nothing_of_the_person(site: Site) -> None:
    _, file, number, mark = await receipt(site)
    person = await site.resources.stores.people.get(await person_id(site))
    assert person is not None
    principal = str(file["receipt"]["pii_principal_id"])  # type: ignore[index]
    blank = (await site.http().get("/periksa")).text  # names the regency, where she lives
    for page in (await handed_in(site, json.dumps(file)), await site.http().get("/periksa", params={"nomor": number, "sidik": mark})):
        said = words_of(page.text)
        values = [str(value) for value in person.claims.values() if len(str(value)) > 4 and str(value) not in blank]
        assert values
        assert [value for value in (*values, person.name, person.id, principal) if value in said] == []


async def test_what_is_not_genuine_is_told_with_its_reason(site: Site) -> None:
    _, file, *_ = await receipt(site)
    changed = json.loads(json.dumps(file))
    changed["receipt"]["event"]["event_type"] = "withdrawn"
    head, body, signature = str(file["jws"]).split(".")
    for text, why in (
        (json.dumps(changed), "Bagian yang dibaca orang berbeda"),
        (f"{head}.{body[:-4]}AAAA.{signature}", "tidak cocok dengan isinya"),
        ("<script>alert(1)</script>", "bukan tanda terima"),
        ("", "bukan tanda terima"),
        (b"\x00\xff", "bukan tanda terima"),
    ):
        answer = await handed_in(site, text)
        assert answer.status_code == 200
        assert NOT in words_of(answer.text)
        assert why in words_of(answer.text)
        assert "<script>alert" not in answer.text


async def test_pv_06_an_unknown_number_and_a_wrong_fingerprint_are_answered_alike(site: Site) -> None:
    *_, number, mark = await receipt(site)
    pages = set()
    for params in (
        {"nomor": number, "sidik": "0" * 32},
        {"nomor": "TT-999999-ABCDEF", "sidik": mark},
        {"nomor": number, "sidik": ""},
        {"nomor": "", "sidik": mark},
        {"nomor": "' OR 1=1 --", "sidik": "x" * 500},
    ):
        answer = await site.http().get("/periksa", params=params)
        assert answer.status_code == 200
        assert NOT in answer.text
        pages.add(re.sub(r'value="[^"]*"|href="\?[^"]*"', "", answer.text))
    assert len(pages) == 1


async def test_one_address_is_slowed_down_and_another_is_not(site: Site) -> None:
    params = {"nomor": "TT-1-ABCDEF", "sidik": "0" * 32}
    http = site.http()
    codes = [(await http.get("/periksa", params=params)).status_code for _ in range(PER_MINUTE + 1)]
    assert codes == [200] * PER_MINUTE + [429]
    assert (await handed_in(site, "x")).headers["retry-after"] == "60"
    assert (await http.get("/periksa")).status_code == 200, "the empty form costs nothing"
    assert (await site.http("192.0.2.7").get("/periksa", params=params)).status_code == 200
    site.clock.advance(61)
    assert (await http.get("/periksa", params=params)).status_code == 200


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"{}", "application/json", 415),
        (b"x", "multipart/form-data", 400),
        (b"--b\r\nbroken", "multipart/form-data; boundary=b", 403),
        (TWICE, "multipart/form-data; boundary=b", 400),
        (b"x" * (MAX_FILE + 17 * 1024), "multipart/form-data; boundary=b", 413),
    ],
)
async def test_wb_a_body_of_another_kind_or_size_is_refused(site: Site, content: bytes, kind: str, status: int) -> None:
    answer = await site.http().post("/periksa", content=content, headers={"content-type": kind})
    assert answer.status_code == status


async def test_a_form_of_another_page_checks_nothing(site: Site) -> None:
    for fields in ({"tanda": "x"}, {"tanda": "x", "csrf": "y"}):
        answer = await site.http().post("/periksa", files={name: (None, value.encode()) for name, value in fields.items()})
        assert answer.status_code == 403


async def test_the_form_is_public_and_speaks_both_languages(site: Site) -> None:
    page = await site.http().get("/periksa")
    assert "Anda tidak perlu akun" in page.text
    assert "You need no account" in (await site.http().get("/periksa?lang=en")).text
    keys = await site.http().get("/periksa/kunci.json")
    assert keys.headers["content-type"] == "application/jwk-set+json"
    assert keys.json() == {"keys": []}, "no receipt was signed yet"
