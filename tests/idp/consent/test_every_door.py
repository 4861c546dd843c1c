"""Specific data and minors at the doors without a page of their own: a device, an exchange, a refresh (UU 27/2022 Pasal 4, 25)."""

from __future__ import annotations

from dataclasses import replace

from consent.models import Basis
from tests.forms import words_of
from tests.idp.consent.texts import SERVICE, publish, purpose
from tests.idp.device.kiosk import a_kiosk
from tests.idp.grants.test_token_exchange import a_town
from tests.site import PASSWORD, SITI, Site, new_party

DUTY = purpose("catat", "name", "nik", basis=Basis.LEGAL_DUTY, required=True)
HEALTH = purpose("kesehatan", "bpjs_number")


async def guard(site: Site, slug: str) -> None:
    """From now on a guardian agrees for children at this service, and Siti's birthdate is a child's."""
    service = site.house.registry.now.services[slug]
    await site.resources.stores.registry.save_service(replace(service, guardian_if_minor=True))
    person = await site.resources.stores.people.get("demo-siti")
    assert person is not None
    await site.resources.stores.people.set_claims(person.id, {**person.claims, "birthdate": "2009-05-06"}, "verified")
    await site.house.reload()


async def test_a_device_gets_specific_data_only_by_the_page_of_their_own_on_the_phone(site: Site) -> None:
    await publish(site, DUTY, HEALTH)
    kiosk = await a_kiosk(site, scopes=frozenset({"openid", "name", "nik", "bpjs_number"}))
    await kiosk.ask("openid name nik bpjs_number")
    browser = site.browser()
    await browser.go("/perangkat")
    await browser.submit(kode=kiosk.shown["user_code"])
    await browser.submit(button="kodenya sama")
    page = await browser.sign_in(SITI, PASSWORD)
    assert "Nomor kartu BPJS" not in words_of(page.text)
    site.clock.advance(301)
    page = await browser.submit(button="lanjutkan")
    assert "Data berikut bersifat khusus" in words_of(page.text)
    assert (await kiosk.poll()).json()["error"] == "authorization_pending"
    page = await browser.sign_in(SITI, PASSWORD)
    assert "Bagikan data khusus Anda" in words_of(page.text)
    await browser.submit(button="lanjutkan", tick=(f"{SERVICE}.kesehatan",))
    token = (await kiosk.poll()).json()["access_token"]
    told = await site.http().get("/userinfo", headers={"authorization": f"Bearer {token}"})
    assert told.json()["bpjs_number"] == "0000000009001"


async def test_an_exchange_cannot_pass_what_was_not_asked_on_a_page_nor_a_minor(site: Site) -> None:
    await publish(site, DUTY)
    town = await a_town(site)
    assert (await town.exchange(scope="openid name")).status_code == 200
    needed = purpose("anak", "children", basis=Basis.PUBLIC_TASK, required=True)
    await publish(site, replace(DUTY, id="antrean.catat"), needed, service="antrean-puskesmas", application="e-link")
    refused = await town.exchange(scope="openid name")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target"), "specific data are next, on a page"


async def test_an_exchange_towards_a_service_where_a_guardian_agrees_refuses_a_minor(site: Site) -> None:
    town = await a_town(site)
    assert (await town.exchange(scope="openid name")).status_code == 200
    await guard(site, "antrean-puskesmas")
    await guard(site, "imunisasi-anak")
    refused = await town.exchange(scope="openid name")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")


async def test_a_refresh_token_of_a_minor_ends_when_the_service_begins_to_need_a_guardian(site: Site) -> None:
    party = await new_party(site)
    tokens = await party.tokens(scope="openid offline_access name nik kecamatan phone_number")
    renewed = (await party.refresh(tokens["refresh_token"])).json()
    assert renewed["access_token"]
    await guard(site, SERVICE)
    refused = await party.refresh(renewed["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
