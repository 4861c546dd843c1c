"""Under 18 where a parent or guardian agrees: refused in words, with the counter named; the application gets access_denied."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from consent.models import LedgerEvent
from tests.forms import words_of
from tests.idp.consent.test_consent_page import code_of, ledger
from tests.site import PASSWORD, SITI, Party, Site, answer_of, new_party

SERVICE = "pendampingan-usaha"


async def guarded(site: Site, **claims: object) -> Party:
    """Return an application whose service needs a guardian for children, and let Siti's record say this."""
    service = site.house.registry.now.services[SERVICE]
    await site.resources.stores.registry.save_service(replace(service, guardian_if_minor=True))
    stores = site.resources.stores
    person = await stores.people.get("demo-siti")
    assert person is not None
    level = str(claims.pop("level", person.level))
    kept = {name: value for name, value in {**person.claims, **claims}.items() if value is not None}
    await stores.people.set_claims(person.id, kept, level)
    return await new_party(site)


async def arrive(party: Party, **more: str) -> httpx.Response:
    await party.start(**more)
    return await party.browser.sign_in(SITI, PASSWORD)


async def test_a_minor_is_told_whom_to_bring_to_which_counter_and_the_application_why(site: Site) -> None:
    party = await guarded(site, birthdate="2009-05-06")
    page = await arrive(party)
    said = words_of(page.text)
    assert page.status_code == 403
    assert "Layanan ini memerlukan orang tua atau wali" in said
    assert "Datang ke loket" in said
    assert "bersama orang tua atau wali" in said
    assert await ledger(site) == [], "nothing was asked of a child"
    back = page.text.partition(f'href="{party.redirect_uri}?')[2].partition('"')[0].replace("&amp;", "&")
    answer = answer_of(f"{party.redirect_uri}?{back}")
    assert (answer["error"], answer["state"]) == ("access_denied", "state-1")
    assert answer["error_description"].startswith("SSO-AUTH-019:")


async def test_a_silent_request_for_a_minor_ends_with_the_same_code(site: Site) -> None:
    party = await guarded(site, birthdate="2009-05-06")
    await arrive(party)
    answer = answer_of((await party.start(prompt="none")).headers["location"])
    assert (answer["error"], answer["error_description"][:12]) == ("access_denied", "SSO-AUTH-019")


@pytest.mark.parametrize(
    "record", [{"birthdate": None}, {"birthdate": "06-05-2009"}, {"level": "basic"}], ids=["none", "unreadable", "never checked"]
)
async def test_an_age_that_is_not_known_from_a_checked_record_is_refused_in_words(site: Site, record: dict[str, object]) -> None:
    page = await arrive(await guarded(site, **record))
    said = words_of(page.text)
    assert page.status_code == 403
    assert "Umur Anda belum dapat kami pastikan" in said
    assert "Petugas memeriksa tanggal lahir Anda" in said
    assert {row.event for row in await ledger(site)} <= {LedgerEvent.REFUSED}


async def test_from_the_eighteenth_birthday_on_nobody_is_in_the_way(site: Site) -> None:
    party = await guarded(site, birthdate="2008-11-24")
    page = await arrive(party)
    assert "Bagikan data Anda" in words_of(page.text)
    assert code_of(await party.browser.submit(button="setuju"), party)
