"""The second step as a person meets it: one field, six digits, nothing that was not reached."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp

from idp.people.models import IdentifierKind
from idp.sessions.models import ACR_PASSWORD, ACR_TWO_STEPS
from tests.forms import words_of
from tests.idp.signin.test_sign_in_page import with_home
from tests.site import CODE, PASSWORD, SITI, Party, Site, answer_of, new_party, open_site

WANTED = {"acr_values": ACR_TWO_STEPS}
RINI = "198504172010012901"


async def at_code(site: Site) -> Party:
    party = await new_party(site)
    await party.start(**WANTED)
    page = await party.browser.sign_in(SITI, PASSWORD)
    assert page.request.url.path.endswith("/langkah-dua")
    return party


async def acr_of(party: Party, code: str) -> str:
    tokens = (await party.redeem(code)).json()
    return str(party.site.house.keys.signer.verify(tokens["id_token"])["acr"])


async def test_ux_lg_9_one_field_for_six_digits(site: Site) -> None:
    home = await with_home(site)
    party = await at_code(site)
    text = party.browser.page.text  # type: ignore[union-attr]
    field = re.search(r'<input[^>]*id="kode"[^>]*>', text)
    assert field and 'inputmode="numeric"' in field[0] and 'autocomplete="one-time-code"' in field[0]
    assert "Jangan berikan kode ini kepada siapa pun, termasuk petugas." in words_of(text)
    assert f'<a href="{home}">Kembali ke Usaha Kecil Trenggalek</a>' in text


async def test_az_21_the_assurance_that_was_reached_is_the_one_that_is_told(site: Site) -> None:
    party = await at_code(site)
    await party.browser.submit(kode="000 000")
    page = await party.browser.submit(button="lanjutkan")
    assert await acr_of(party, answer_of(page.headers["location"])["code"]) == ACR_TWO_STEPS
    plain = await new_party(site)
    assert await acr_of(plain, await plain.code()) == ACR_PASSWORD


async def test_az_21_a_cancelled_step_issues_nothing(site: Site) -> None:
    party = await at_code(site)
    path = party.browser.page.request.url.path  # type: ignore[union-attr]
    for _ in range(3):
        page = await party.browser.go(path.replace("/masuk/", "/lanjut/").removesuffix("/langkah-dua"))
        assert page.status_code == 200 and page.request.url.path == path
    silent = await party.start(prompt="none", **WANTED)
    assert answer_of(silent.headers["location"])["error"] == "interaction_required"


async def test_lg_18_the_step_gives_a_new_cookie_and_the_old_one_is_worth_nothing(site: Site) -> None:
    party = await at_code(site)
    before = party.browser.http.cookies["gapura-s"]
    await party.browser.submit(kode=CODE)
    assert party.browser.http.cookies["gapura-s"] != before
    stolen = site.browser()
    stolen.http.cookies.set("gapura-s", before)
    assert 'name="sandi"' in (await stolen.go("/beranda")).text


async def test_ux_c_10_a_wrong_code_is_said_first_and_beside_the_field(site: Site) -> None:
    party = await at_code(site)
    page = await party.browser.submit(kode="999999")
    assert page.status_code == 200 and page.text.split("<title>")[1].startswith("Galat: ")
    assert '<li><a href="#kode">Kode salah atau sudah dipakai.' in page.text and 'id="kode-msg"' in page.text
    (row,) = await site.resources.stores.audit.search(event="person.second_step_failed")
    assert "999999" not in repr(row)


async def test_lg_07_too_many_wrong_codes_wait(site: Site) -> None:
    party = await at_code(site)
    pages = [await party.browser.submit(kode="999999") for _ in range(7)]
    assert [page.status_code for page in pages] == [200] * 5 + [429] * 2
    assert re.search(r"Coba lagi pukul \d\d\.\d\d WIB\.", words_of(pages[-1].text))
    assert (await party.browser.submit(kode=CODE)).status_code == 429
    site.clock.advance(3)
    assert not (await party.browser.submit(kode=CODE)).request.url.path.endswith("/langkah-dua")


async def test_lg_11_a_code_from_another_site_is_refused(site: Site) -> None:
    party = await at_code(site)
    path = party.browser.page.request.url.path  # type: ignore[union-attr]
    data = {"kode": CODE, "csrf": "x" * 43}
    assert (await party.browser.http.post(path, data=data)).status_code == 403
    assert not (await party.browser.submit(kode=CODE)).request.url.path.endswith("/langkah-dua")


async def test_who_has_no_authenticator_is_told_where_to_get_one(tmp_path: Path, template_folder: Path) -> None:
    async with open_site(tmp_path, template_folder, **{"idp.sandbox_code": ""}) as site:
        party = await new_party(site)
        await party.start(**WANTED)
        page = await party.browser.sign_in(SITI, PASSWORD)
        assert page.status_code == 403 and "Akun Anda belum punya langkah kedua" in words_of(page.text)
        staff = Party(site, site.browser())
        await staff.start(**WANTED)
        await staff.browser.sign_in(RINI, PASSWORD)
        assert (await staff.browser.submit(kode=CODE)).status_code == 200, "the demonstration's code is no code here"
        person = (await site.resources.stores.people.find(IdentifierKind.NIP, RINI))[0][0]
        credential = await site.resources.stores.credentials.of_person(person.id, "totp")
        assert credential is not None
        page = await staff.browser.submit(kode=pyotp.TOTP(credential.secret).generate_otp(site.clock.now() // 30))
        assert page.status_code == 200 and not page.request.url.path.endswith("/langkah-dua")
