"""`/perangkat`: typing the code, seeing who asks, saying yes or no. RFC 8628 §3.3, §5."""

from __future__ import annotations

import pytest

from idp.device.guesses import OF_A_BROWSER, OF_AN_ADDRESS
from idp.endpoints.device_authorization import NOT_HEEDED
from idp.grants.device_code import NAME
from tests.forms import words_of
from tests.idp.authorization.pushing import PLAIN, SECURITY, SIGNING, a_pusher, told
from tests.idp.device.kiosk import a_kiosk
from tests.idp.signout.test_ends import read
from tests.site import PASSWORD, SITI, Site


async def test_a_person_signs_in_on_the_phone_and_the_kiosk_gets_tokens(site: Site) -> None:
    kiosk = await a_kiosk(site)
    answer = await kiosk.ask()
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert answer.json()["verification_uri"] == f"{site.issuer}/perangkat"
    assert answer.json()["verification_uri_complete"].endswith("?kode=" + kiosk.shown["user_code"])
    assert (answer.json()["expires_in"], answer.json()["interval"]) == (600, 5)
    assert (await kiosk.poll()).json()["error"] == "authorization_pending"
    page = await kiosk.approve()
    assert "Perangkat sudah tersambung" in page.text
    tokens = await kiosk.poll()
    assert tokens.status_code == 200, tokens.text
    assert {"access_token", "id_token", "refresh_token"} <= tokens.json().keys()
    userinfo = await site.http().get("/userinfo", headers={"authorization": "Bearer " + tokens.json()["access_token"]})
    assert userinfo.json()["nik"] == SITI
    assert (await kiosk.poll()).json()["error"] == "expired_token", "a device code is good once"


async def test_the_page_names_application_agency_and_code_and_asks_to_confirm(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    browser = site.browser()
    await browser.go(kiosk.shown["verification_uri_complete"])
    assert browser.page is not None and "Apakah kodenya sama?" not in browser.page.text, "a link alone confirms nothing"
    assert f'value="{kiosk.shown["user_code"]}"' in browser.page.text
    page = await browser.submit(button="lanjutkan")
    words = words_of(page.text)
    application = site.house.registry.now.applications["usaha-kecil"]
    agency = site.house.registry.now.agencies[application.agency]
    assert "Apakah kodenya sama?" in words and kiosk.shown["user_code"] in words
    assert application.name["id"] in words and agency.name["id"] in words


async def test_a_person_who_says_no_ends_it_for_the_device(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    browser = site.browser()
    await browser.go("/perangkat")
    await browser.submit(kode=kiosk.shown["user_code"])
    page = await browser.submit(button="tolak")
    assert "Perangkat ditolak" in page.text
    denied = await kiosk.poll()
    assert (denied.status_code, denied.json()["error"]) == (400, "access_denied")


async def test_a_person_who_refuses_the_data_ends_it_for_the_device_too(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    browser = site.browser()
    await browser.go("/perangkat")
    await browser.submit(kode=kiosk.shown["user_code"])
    await browser.submit(button="kodenya sama")
    await browser.sign_in(SITI, PASSWORD)
    await browser.submit(button="tidak", jawab="tidak")
    page = await browser.submit(button="tidak-jadi")
    assert "Perangkat ditolak" in page.text
    assert (await kiosk.poll()).json()["error"] == "access_denied"


async def test_dv_01_a_browser_has_five_tries_and_a_right_code_comes_too_late_then(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    browser = site.browser()
    await browser.go("/perangkat")
    for _ in range(OF_A_BROWSER):
        page = await browser.submit(kode="BBBB-BBBB")
        assert page.status_code == 200 and "Kode itu salah" in page.text
    page = await browser.submit(kode=kiosk.shown["user_code"])
    assert page.status_code == 429 and int(page.headers["retry-after"]) == 600
    assert "Apakah kodenya sama?" not in page.text
    other = site.browser("198.51.100.7")
    await other.go("/perangkat")
    assert "Apakah kodenya sama?" in (await other.submit(kode=kiosk.shown["user_code"])).text, "nobody else is shut out"


async def test_dv_01_fresh_cookies_do_not_give_an_address_more_than_twenty_wrong_tries(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    for _ in range(OF_AN_ADDRESS):
        browser = site.browser("198.51.100.8")
        await browser.go("/perangkat")
        assert (await browser.submit(kode="CCCC-CCCC")).status_code == 200
    browser = site.browser("198.51.100.8")
    await browser.go("/perangkat")
    assert (await browser.submit(kode=kiosk.shown["user_code"])).status_code == 429
    site.clock.advance(599)
    assert (await browser.submit(kode=kiosk.shown["user_code"])).status_code == 429


async def test_dv_01_a_code_lives_ten_minutes(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    site.clock.advance(599)
    browser = site.browser()
    await browser.go("/perangkat")
    assert "Apakah kodenya sama?" in (await browser.submit(kode=kiosk.shown["user_code"])).text
    site.clock.advance(1)
    page = await browser.submit(button="kodenya sama")
    assert "Kode itu salah" in page.text
    assert (await kiosk.poll()).json()["error"] == "expired_token"


async def test_dv_01_the_confirmation_is_no_way_around_the_count(site: Site) -> None:
    """Only the browser that typed a code may confirm it."""
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    mine, other = site.browser(), site.browser()
    await mine.go("/perangkat")
    confirm = str((await mine.submit(kode=kiosk.shown["user_code"])).url)
    await other.go("/perangkat")
    page = await other.go(confirm)
    assert "Apakah kodenya sama?" not in page.text and "Kode itu salah" in page.text
    page = await other.submit(kode=kiosk.shown["user_code"], jawab="ya", bukti="x" * 22)
    assert "/masuk/" not in str(page.url) and "Kode itu salah" in page.text
    assert "Masuk" in (await mine.submit(button="kodenya sama")).text


async def test_a_code_is_answered_once(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    first, second = site.browser(), site.browser()
    for browser in (first, second):
        await browser.go("/perangkat")
        await browser.submit(kode=kiosk.shown["user_code"])
    page = await second.submit(button="tolak")
    assert "Perangkat ditolak" in page.text
    page = await first.submit(button="kodenya sama")
    assert "Kode itu salah" in page.text


async def test_who_answers_while_another_already_said_no_is_told_it_is_too_late(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    slow, quick = site.browser(), site.browser()
    for browser in (slow, quick):
        await browser.go("/perangkat")
        await browser.submit(kode=kiosk.shown["user_code"])
    await slow.submit(button="kodenya sama")
    await quick.submit(button="tolak")
    page = await slow.sign_in(SITI, PASSWORD)
    if "/persetujuan/" in str(page.url):
        page = await slow.submit(button="lanjutkan")
    assert "Kode sudah kedaluwarsa" in page.text
    assert (await kiosk.poll()).json()["error"] == "access_denied"


@pytest.mark.parametrize("path", ["/perangkat", "/perangkat?kode=WDJB-MJHT"])
async def test_az_36_the_page_cannot_be_framed(site: Site, path: str) -> None:
    page = await site.http().get(path)
    assert page.status_code == 200
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


async def test_a_post_from_elsewhere_is_refused(site: Site) -> None:
    page = await site.http().post("/perangkat", data={"kode": "WDJB-MJHT"})
    assert page.status_code == 403


async def test_an_unknown_last_page_says_so(site: Site) -> None:
    page = await site.http().get("/perangkat/selesai/nothing.usaha-kecil.x")
    assert page.status_code == 410


async def test_az_20_how_old_a_sign_in_may_be_holds_for_devices_too(site: Site) -> None:
    kiosk, browser = await a_kiosk(site, default_max_age=60), site.browser()
    await kiosk.ask()
    await kiosk.approve(browser)
    assert (await kiosk.poll()).status_code == 200
    site.clock.advance(40)
    await kiosk.ask()
    began = len(browser.trail)
    await kiosk.approve(browser)
    assert not any("/masuk/" in step for step in browser.trail[began:]), "the twin: still fresh enough"
    assert (await kiosk.poll()).status_code == 200
    site.clock.advance(60)
    await kiosk.ask()
    began = len(browser.trail)
    await kiosk.approve(browser)
    assert any("/masuk/" in step for step in browser.trail[began:]), "the password is asked for again"
    said = read((await kiosk.poll()).json()["id_token"])
    assert site.clock.now() - said["auth_time"] <= 60


@pytest.mark.parametrize("name", NOT_HEEDED)
async def test_dv_04_nothing_is_asked_that_a_device_request_would_not_heed(site: Site, name: str) -> None:
    kiosk = await a_kiosk(site)
    refused = await kiosk.ask(**{name: "5"})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert name in refused.json()["error_description"]
    assert (await kiosk.ask(ui_locales="id", login_hint="x", vendor_thing="y")).status_code == 200, "hints and unknown names do no harm"


async def test_a_fapi_profile_has_no_device_grant(site: Site) -> None:
    """FAPI 2.0 Security Profile §5.3.2.2, whatever stands in the registration."""
    for profile, expected in ((SIGNING, "400 unauthorized_client"), (SECURITY, "400 unauthorized_client"), (PLAIN, "200")):
        client = await a_pusher(site, profile, grant_types=frozenset({"authorization_code", NAME}))
        answer = await site.http().post("/device_authorization", data={"scope": "openid name", **client.assertion()})
        assert told(answer) == expected
