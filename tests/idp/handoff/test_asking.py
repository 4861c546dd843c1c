"""Everything about consent comes to a kind that nobody wrote a line for: asking, difference, specific data, minors, withdrawal, record."""

from __future__ import annotations

from dataclasses import replace

import httpx

from consent.models import Basis, Disclosure, LedgerEvent, Standing
from tests.forms import Browser, forms_of, words_of
from tests.idp.consent.texts import SERVICE, publish, purpose
from tests.idp.handoff.conftest import connect, ticket_of, walk
from tests.idp.handoff.plain import ARRIVE
from tests.site import PASSWORD, SITI, Site

DUTY = purpose("catat", "name", "nik", basis=Basis.LEGAL_DUTY, required=True)
NEEDED = purpose("dampingi", "kecamatan", required=True)
NEWS = purpose("kabar", "phone_number")
BOTH = purpose("kabar", "phone_number", "email")
HEALTH = purpose("kesehatan", "bpjs_number")
ROWS = [{"claim": one, "field": one} for one in ("name", "nik", "kecamatan", "phone_number", "email", "bpjs_number")]
PLACE = "/polos/usaha-kecil/masuk"


async def ready(town: Site, *purposes: object) -> Browser:
    """Put the small-business application behind the throw-away kind, with this text; return a browser at whose page Siti signed in."""
    await publish(town, *purposes)  # type: ignore[arg-type]
    await connect(town, "usaha-kecil", rows=ROWS)
    browser = town.browser()
    await browser.go(PLACE)
    return browser


async def received(town: Site, page: httpx.Response) -> set[str]:
    """Return which data the older application finds behind the ticket."""
    found = (await town.http().get("/polos/lihat", params={"karcis": ticket_of(page)})).json()
    return set(found) - {"sub"}


async def disclosed(town: Site) -> list[Disclosure]:
    rows = await town.resources.stores.disclosures.of_person("demo-siti", service=SERVICE)
    return [row.disclosure for row in rows]


async def test_cn_01_cn_11_it_asks_records_and_hands_over_exactly_what_was_agreed_to(town: Site) -> None:
    browser = await ready(town, DUTY, NEEDED, BOTH)
    page = await browser.sign_in(SITI, PASSWORD)
    assert "Bagikan data Anda" in words_of(page.text)
    page = await browser.submit(button="setuju", tick=(f"{SERVICE}.kabar.email",))
    assert await received(town, page) == {"name", "nik", "kecamatan", "email"}
    rows = await town.house.consent.history("demo-siti")
    assert {(row.event, row.channel) for row in rows} == {(LedgerEvent.INFORMED, "connector"), (LedgerEvent.GIVEN, "connector")}
    assert [set(one.claims) for one in await disclosed(town)] == [{"name", "nik", "kecamatan", "email"}]


async def test_cn_01_it_shows_the_difference_and_asks_only_for_what_is_new(town: Site) -> None:
    browser = await ready(town, DUTY, NEEDED, NEWS)
    await browser.sign_in(SITI, PASSWORD)
    await browser.submit(button="setuju", tick=(f"{SERVICE}.kabar",))
    await publish(town, DUTY, NEEDED, BOTH, version="2.1")
    page = await browser.go(PLACE)
    assert "Baru: Email." in words_of(page.text)
    assert [form.boxes for form in forms_of(page.text) if form.boxes] == [{f"{SERVICE}.kabar.email": "1"}]
    assert await received(town, await browser.submit(button="lanjutkan")) == {"name", "nik", "kecamatan", "phone_number"}


async def test_it_asks_for_specific_data_alone_with_a_fresh_password_and_for_a_year(town: Site) -> None:
    browser = await ready(town, DUTY, replace(HEALTH, valid_for=None))
    page = await browser.sign_in(SITI, PASSWORD)
    assert "Nomor kartu BPJS" not in words_of(page.text)
    town.clock.advance(301)
    page = await browser.submit(button="lanjutkan")
    assert "Data berikut bersifat khusus" in words_of(page.text)
    page = await browser.sign_in(SITI, PASSWORD)
    assert "Bagikan data khusus Anda" in words_of(page.text)
    assert await received(town, await browser.submit(button="lanjutkan", tick=(f"{SERVICE}.kesehatan",))) == {"name", "nik", "bpjs_number"}
    (row,) = [one for one in await town.house.consent.history("demo-siti") if one.purpose == f"{SERVICE}.kesehatan"]
    assert row.expires_at == row.at + 365 * 86400


async def test_it_lets_no_minor_through_and_says_so_to_both(town: Site) -> None:
    browser = await ready(town, DUTY)
    service = town.house.registry.now.services[SERVICE]
    await town.resources.stores.registry.save_service(replace(service, guardian_if_minor=True))
    person = await town.resources.stores.people.get("demo-siti")
    assert person is not None
    await town.resources.stores.people.set_claims(person.id, {**person.claims, "birthdate": "2009-05-06"}, "verified")
    await town.house.reload()
    page = await browser.sign_in(SITI, PASSWORD)
    assert page.status_code == 403
    assert "orang tua atau wali" in words_of(page.text)
    assert f'href="{ARRIVE}?galat=minor"' in page.text
    assert await disclosed(town) == []


async def test_cn_10_a_withdrawn_and_an_expired_consent_release_nothing_more(town: Site) -> None:
    browser = await ready(town, DUTY, NEEDED, BOTH)
    await browser.sign_in(SITI, PASSWORD)
    page = await browser.submit(button="setuju", tick=(f"{SERVICE}.kabar.email", f"{SERVICE}.kabar.phone_number"))
    first = ticket_of(page)
    consent = town.house.consent
    records = {state.purpose: state for state in await consent.states("demo-siti")}
    news = records[f"{SERVICE}.kabar"].record_id
    await consent.withdraw("demo-siti", news, channel="portal", language="id", claims=frozenset({"email"}))
    assert (await town.http().get("/polos/lihat", params={"karcis": first})).status_code == 404, "what was issued before is dead"
    assert await received(town, await walk(browser, await browser.go(PLACE))) == {"name", "nik", "kecamatan", "phone_number"}
    await consent.withdraw("demo-siti", records[f"{SERVICE}.dampingi"].record_id, channel="portal", language="id")
    page = await browser.go(PLACE)
    assert "Bagikan data Anda" in words_of(page.text), "a required consent is asked again"
    await browser.submit(button="setuju")
    town.clock.advance(365 * 86400)
    await browser.go(PLACE)
    page = await browser.sign_in(SITI, PASSWORD)
    assert "Bagikan data Anda" in words_of(page.text)
    present = {state.purpose: state.standing for state in await consent.states("demo-siti", SERVICE)}
    assert present[f"{SERVICE}.kabar"] is Standing.WITHDRAWN
