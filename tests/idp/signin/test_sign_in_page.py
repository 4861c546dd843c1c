"""The sign-in page as a person meets it."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlencode

import httpx
import pytest
from structlog.testing import capture_logs

from tests.forms import forms_of, words_of
from tests.site import CALLBACK, PASSWORD, SITI, Party, Site, answer_of, authorize_query, new_party

SHARED = "Jika nomor ini dipakai bersama, masuk dengan NIK."
FORM = {"content-type": "application/x-www-form-urlencoded"}


async def at_form(site: Site, **more: str) -> tuple[Party, str]:
    """Return a party whose person stands before the sign-in form, and the form's path."""
    party = await new_party(site)
    page = await party.start(**more)
    assert page.status_code == 200, page.text[:200]
    return party, page.request.url.path


async def with_home(site: Site) -> str:
    """Give the application a home on the web and return it."""
    application = site.house.registry.now.applications["usaha-kecil"]
    home = "https://usaha.example/"
    await site.resources.stores.registry.save_application(replace(application, home_url=home), based_on=application.revision)
    await site.house.reload()
    return home


async def send(party: Party, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
    """Post the form as given, without following."""
    assert party.browser.page is not None
    token = forms_of(party.browser.page.text)[0].fields["csrf"]
    return await party.browser.http.post(path, content=urlencode({"csrf": token, **fields}), headers={**FORM, **(headers or {})})


async def test_ux_lg_1_the_form_is_one_page_with_two_fields(site: Site) -> None:
    party, _ = await at_form(site)
    text = party.browser.page.text  # type: ignore[union-attr]
    account = re.search(r'<input[^>]*id="akun"[^>]*>', text)
    password = re.search(r'<input[^>]*id="sandi"[^>]*>', text)
    assert account and password
    for attribute in (
        'type="text"',
        'inputmode="email"',
        'autocomplete="username webauthn"',
        'autocapitalize="none"',
        'spellcheck="false"',
    ):
        assert attribute in account[0]
    assert 'autocomplete="current-password"' in password[0] and "maxlength" not in password[0]
    assert '<label for="akun">NIK, nomor HP, atau email</label>' in text and '<label for="sandi">Kata sandi</label>' in text
    assert '<button class="btn">Masuk</button>' in text


async def test_ux_lg_2_names_come_from_our_records(site: Site) -> None:
    party, _ = await at_form(site, client_name="Bank Palsu", login_hint="Bank Palsu")
    page = words_of(party.browser.page.text)  # type: ignore[union-attr]
    assert "Anda akan masuk ke Pendampingan usaha kecil (Dinas Koperasi" in page
    assert "Bank Palsu" not in page


async def test_ux_lg_4_the_show_button_waits_in_a_template(site: Site) -> None:
    party, _ = await at_form(site)
    text = party.browser.page.text  # type: ignore[union-attr]
    button = re.search(r"<template>(<button[^>]*>)", text)
    assert button and 'aria-label="Tampilkan kata sandi"' in button[1] and 'type="button"' in button[1]
    assert "data-show" not in re.sub(r"<template>.*?</template>", "", text, flags=re.S)


async def test_ux_lg_7_the_ways_out_stand_in_order_and_lead_somewhere(site: Site) -> None:
    home = await with_home(site)
    party, _ = await at_form(site)
    text = party.browser.page.text  # type: ignore[union-attr]
    links = re.findall(r'<a href="([^"]+)">([^<]+)</a>', text.split('<ul class="links">')[1].split("</ul>")[0])
    assert [words for _, words in links] == ["Lupa kata sandi atau ganti HP?", "Buat akun baru", "Kembali ke Pendampingan usaha kecil"]
    helped = (await party.browser.http.get("/bantuan")).text
    for href, _ in links[:2]:
        path, _, anchor = href.partition("#")
        assert path == "/bantuan" and f'id="{anchor}"' in helped
    assert links[2][0] == home


async def test_ux_c_16_the_page_says_until_when_it_is_valid(site: Site) -> None:
    party, _ = await at_form(site)
    assert re.search(r"Halaman ini berlaku sampai pukul \d\d\.\d\d WIB\.", words_of(party.browser.page.text))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fields", "linked", "words"),
    [
        ({"akun": "", "sandi": "apa saja"}, "akun", "Isi NIK, nomor HP, atau email, lalu kata sandi."),
        ({"akun": "siti@example.id", "sandi": ""}, "akun", "Isi NIK, nomor HP, atau email, lalu kata sandi."),
        ({"akun": "siti@example.id", "sandi": "salah"}, "sandi", SHARED),
    ],
)
async def test_ux_c_10_what_is_wrong_is_said_first_and_beside_the_field(
    site: Site, fields: dict[str, str], linked: str, words: str
) -> None:
    party, _ = await at_form(site)
    page = (await party.browser.submit(**fields)).text
    main = page.split("<main")[1]
    assert page.split("<title>")[1].startswith("Galat: ")
    assert main.index('class="errors"') < main.index("<h1>") and 'tabindex="-1" autofocus' in main
    assert "Ada yang perlu diperbaiki" in main
    said = re.search(rf'<li><a href="#{linked}">([^<]*)</a></li>', main)
    beside = re.search(rf'<span class="msg" id="{linked}-msg">([^<]*)</span>', main)
    assert said and beside and said[1] == beside[1] and said[1].endswith(words)
    assert f'value="{fields["akun"]}"' in main, "what was typed is kept"


async def test_ux_c_10_the_same_in_english(site: Site) -> None:
    party, path = await at_form(site)
    await party.browser.go(path + "?lang=en")
    page = (await party.browser.submit(akun="siti@example.id", sandi="salah")).text
    assert page.split("<title>")[1].startswith("Error: ") and "Something needs fixing" in page
    assert "Ada yang perlu" not in page


async def test_ux_c_10_the_box_stays_ticked(site: Site) -> None:
    party, _ = await at_form(site)
    page = await party.browser.submit(tick=("hp-sendiri",), akun="siti@example.id", sandi="salah")
    assert forms_of(page.text)[0].fields.get("hp-sendiri") == "1"


async def test_lg_01_unknown_known_locked_and_shared_get_the_same_page(site: Site) -> None:
    pages = {}
    for typed in ("tidakada@example.id", "bayu@example.id", "sarno@example.id", "0860 0000 9003", "3503120211999002", "bukan apa-apa"):
        party, _ = await at_form(site)
        response = await party.browser.submit(akun=typed, sandi="salah sama sekali")
        text = re.sub(r'(value|action|href)="[^"]*"', "", response.text).replace(typed, "")
        names = sorted(name for name in response.headers if name != "content-length")
        pages[typed] = (response.status_code, text, names, sorted(party.browser.http.cookies.keys()))
    assert len({repr(page) for page in pages.values()}) == 1
    assert SHARED in words_of(pages["bayu@example.id"][1])


async def test_ux_lg_5_the_lock_page_names_the_time_and_help(site: Site) -> None:
    for typed in ("bayu@example.id", "tidakada@example.id"):
        party, _ = await at_form(site)
        for _ in range(10):
            await party.browser.submit(akun=typed, sandi="salah")
            site.clock.advance(40)
        page = await party.browser.submit(akun=typed, sandi="salah")
        words = words_of(page.text)
        assert page.status_code == 429 and int(page.headers["retry-after"]) > 700
        assert re.search(r"Coba lagi pukul \d\d\.\d\d WIB, atau minta bantuan di loket\.", words)
        assert "Lupa kata sandi atau ganti HP?" in words and "captcha" not in page.text.lower()


async def test_ux_lg_8_a_session_on_ones_own_phone_lasts_and_is_off_by_default(site: Site) -> None:
    lasting = {}
    for tick in ((), ("hp-sendiri",)):
        party, path = await at_form(site)
        assert "hp-sendiri" in forms_of(party.browser.page.text)[0].boxes  # type: ignore[union-attr]
        fields = dict.fromkeys(tick, "1")
        response = await send(party, path, akun=SITI, sandi=PASSWORD, **fields)
        (cookie,) = [line for line in response.headers.get_list("set-cookie") if line.startswith("gapura-s=")]
        lasting[tick] = re.search(r"Max-Age=(\d+)", cookie)
    assert lasting[()] is None, "ends with the browser"
    month = lasting[("hp-sendiri",)]
    assert month is not None and int(month[1]) == 30 * 86400


async def test_az_35_the_password_is_never_sent_on(site: Site) -> None:
    party, path = await at_form(site)
    response = await send(party, path, akun=SITI, sandi=PASSWORD)
    assert (response.status_code, response.headers["location"]) == (303, path.replace("/masuk/", "/lanjut/"))
    assert response.headers["cache-control"] == "no-store" and response.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site", "origin": "null"},
    ],
)
async def test_lg_11_a_login_from_another_site_is_refused(site: Site, headers: dict[str, str]) -> None:
    party, path = await at_form(site)
    refused = await send(party, path, headers, akun=SITI, sandi=PASSWORD)
    assert refused.status_code == 403 and "gapura-s" not in str(refused.headers.get_list("set-cookie"))
    accepted = await send(party, path, {"sec-fetch-site": "same-origin", "origin": site.issuer}, akun=SITI, sandi=PASSWORD)
    assert accepted.status_code == 303


@pytest.mark.parametrize("token", ["", "x" * 43])
async def test_lg_11_a_login_without_our_token_is_refused(site: Site, token: str) -> None:
    party, path = await at_form(site)
    refused = await send(party, path, csrf=token, akun=SITI, sandi=PASSWORD)
    assert refused.status_code == 403
    assert "Formulir ini tidak dapat kami terima" in words_of(refused.text)


async def test_lg_11_a_token_of_another_browser_is_refused(site: Site) -> None:
    party, path = await at_form(site)
    other, _ = await at_form(site)
    token = forms_of(other.browser.page.text)[0].fields["csrf"]  # type: ignore[union-attr]
    assert (await send(party, path, csrf=token, akun=SITI, sandi=PASSWORD)).status_code == 403


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/x\r\nLocation: https://evil.example"]
)
async def test_lg_12_no_parameter_leads_off_the_site(site: Site, wanted: str) -> None:
    browser = site.browser()
    query = urlencode({"next": wanted, "to": wanted, "return_to": wanted, "rd": wanted})
    page = await browser.go(f"/masuk?{query}")
    assert page.status_code == 200 and 'name="sandi"' in page.text
    page = await browser.sign_in(SITI, PASSWORD)
    assert (page.status_code, page.request.url.path) == (200, "/beranda")
    assert "evil" not in page.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        ('{"akun": "siti@example.id", "sandi": "rahasiaku-1234"}', "application/json", 415),
        ("akun=a&akun=b&sandi=rahasiaku-1234", FORM["content-type"], 400),
        ("akun=%ff&sandi=rahasiaku-1234", FORM["content-type"], 400),
        ("sandi=rahasiaku-1234&" + "x=" + "y" * 20000, FORM["content-type"], 413),
        ("sandi=rahasiaku-1234", "multipart/form-data; boundary=x", 415),
    ],
)
async def test_lg_27_a_malformed_login_does_not_echo_the_password(site: Site, content: str, kind: str, status: int) -> None:
    party, path = await at_form(site)
    with capture_logs() as lines:
        response = await party.browser.http.post(path, content=content, headers={"content-type": kind})
    assert response.status_code == status
    assert "rahasiaku" not in response.text and "rahasiaku" not in repr(lines)


async def test_lg_14_a_password_sent_without_an_interaction_signs_nobody_in(site: Site) -> None:
    party, _ = await at_form(site)
    for path in ("/masuk", "/masuk/", "/masuk/x", "/lanjut/x", "/masuk/x/langkah-dua"):
        response = await send(party, path, akun=SITI, sandi=PASSWORD)
        assert response.status_code in (404, 405, 410), path
        assert "gapura-s" not in str(response.headers.get_list("set-cookie"))


async def test_ux_lg_11_who_is_signed_in_is_asked_by_name(site: Site) -> None:
    party = await new_party(site)
    await party.code()
    page = await party.start(prompt="select_account")
    words = words_of(page.text)
    assert "Lanjut sebagai Siti Peragawati?" in words and "Bukan Anda? Ganti akun" in words
    done = await party.browser.submit(button="Lanjut sebagai")
    assert "code" in answer_of(done.headers["location"]), "no password is asked"


async def test_ux_lg_11_another_account_may_be_chosen(site: Site) -> None:
    party = await new_party(site)
    await party.code()
    page = await party.start(prompt="select_account")
    page = await party.browser.go(page.request.url.path + "?ganti=ya")
    assert 'name="sandi"' in page.text
    await party.browser.sign_in("laras@example.id", PASSWORD)
    home = await party.browser.go("/beranda")
    assert "Laras" in words_of(home.text) and "Siti" not in words_of(home.text)


async def test_ux_lg_11_the_portals_own_sign_in_asks_too(site: Site) -> None:
    browser = site.browser()
    page = await browser.go("/masuk")
    assert 'name="sandi"' in page.text
    assert (await browser.sign_in(SITI, PASSWORD)).request.url.path == "/beranda"
    assert "Lanjut sebagai Siti Peragawati?" in words_of((await browser.go("/masuk")).text)
    assert (await browser.submit(button="Lanjut sebagai")).request.url.path == "/beranda"


async def test_ux_lg_12_signing_in_again_says_why_and_who(site: Site) -> None:
    party = await new_party(site)
    await party.code()
    for _ in range(2):  # the reason stays when the first try was wrong
        page = await party.start(prompt="login") if _ == 0 else await party.browser.submit(akun=SITI, sandi="salah")
        words = words_of(page.text)
        assert "Pendampingan usaha kecil meminta Anda memasukkan kata sandi lagi." in words
        assert "Anda masuk sebagai Siti Peragawati." in words


async def test_ux_lg_12_a_login_hint_is_the_value_of_the_field_and_in_no_url_of_ours(site: Site) -> None:
    party, _ = await at_form(site, login_hint='siti@example.id"><b>')
    form = forms_of(party.browser.page.text)[0]  # type: ignore[union-attr]
    assert form.fields["akun"] == 'siti@example.id"><b>'
    assert not any("siti" in step for step in party.browser.trail[1:])


async def test_ux_lg_12_ui_locales_choose_the_language(site: Site) -> None:
    party, _ = await at_form(site, ui_locales="fr en-GB id")
    assert '<html lang="en">' in party.browser.page.text  # type: ignore[union-attr]
    party, _ = await at_form(site)
    assert '<html lang="id">' in party.browser.page.text  # type: ignore[union-attr]


async def test_lg_05_a_success_leaves_a_mark_that_helps_only_this_account(site: Site) -> None:
    party, path = await at_form(site)
    response = await send(party, path, akun="bayu@example.id", sandi=PASSWORD)
    (mark,) = [line for line in response.headers.get_list("set-cookie") if line.startswith("gapura-d=")]
    assert "HttpOnly" in mark and "samesite=lax" in mark.lower() and "bayu" not in mark
    attacker, _ = await at_form(site)
    for number in range(11):
        await attacker.browser.submit(akun="bayu@example.id", sandi=f"salah {number}")
        site.clock.advance(40)
    assert (await attacker.browser.submit(akun="bayu@example.id", sandi=PASSWORD)).status_code == 429
    await party.browser.go("/masuk?lang=id")
    page = await party.browser.go("/authorize?" + authorize_query("rp-test", CALLBACK, party.scope, prompt="login"))
    assert 'name="sandi"' in page.text
    assert 'name="sandi"' not in (await party.browser.sign_in("bayu@example.id", PASSWORD)).text


async def test_a_busy_house_says_when_to_come_back(site: Site) -> None:
    party, _ = await at_form(site)
    room, site.house.hasher._room = site.house.hasher._room, 0
    page = await party.browser.submit(akun=SITI, sandi=PASSWORD)
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert "Coba lagi dalam 5 detik." in words_of(page.text)
    site.house.hasher._room = room
    await party.start()
    assert 'name="sandi"' not in (await party.browser.sign_in(SITI, PASSWORD)).text
