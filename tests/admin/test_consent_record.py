"""The officer's look at one person's consent record: with a reason and a fresh proof, noted, and visible to her (UX CH-5)."""

from __future__ import annotations

import pytest

from admin.actions.people import PER_DAY, TooManyLookUps
from admin.errors import Forbidden, Invalid, NotConfirmed, NotFound
from admin.permissions import TABLE, Permission
from idp.people.models import Role
from kit.audit import AuditEvent
from tests.admin.operators import at_console, working
from tests.admin.test_api import call, with_password
from tests.forms import words_of
from tests.portal.walks import agreed, citizen, person_id, sent
from tests.site import SITI, Site

REASON = "Permintaan salinan data, surat 12/2026"


@pytest.mark.parametrize("role", sorted(TABLE[Permission.CONSENT_READ]))
async def test_the_record_is_shown_after_it_was_noted_and_without_a_value(site: Site, role: Role) -> None:
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    await sent(site, "pendampingan-usaha", "name", "nik")
    officer, person = await working(site, role), await person_id(site)
    found = await site.house.admin.actions.consent_records.of_person(officer, person, reason=REASON)
    assert (
        record in {state.record_id for state in found.states} and found.ledger and found.disclosures[0].disclosure.claims == ("name", "nik")
    )
    assert SITI not in repr(found) and "Peragawati" not in repr(found)
    row = (await site.resources.stores.audit.search(event=AuditEvent.CONSENT_READ))[0].entry
    assert (row.actor, row.subject, row.reason) == (officer.actor, f"person:{person}", REASON)


async def test_ux_ch_5_she_reads_who_looked_and_why(site: Site) -> None:
    officer = await working(site, Role.AUDITOR)
    await site.house.admin.actions.consent_records.of_person(officer, await person_id(site), reason=REASON)
    said = words_of((await (await citizen(site)).go("/riwayat")).text)
    assert "Petugas Ratna Ujiwati membuka catatan izin Anda" in said and f"Alasan: {REASON}" in said


async def test_without_reason_proof_or_role_nothing_is_shown_or_noted(site: Site) -> None:
    person, records = await person_id(site), site.house.admin.actions.consent_records
    with pytest.raises(Invalid):
        await records.of_person(await working(site, Role.AUDITOR, email="a@example.id"), person, reason=" ")
    with pytest.raises(NotConfirmed):
        await records.of_person(await working(site, Role.AUDITOR, confirmed=False, email="b@example.id"), person, reason=REASON)
    for number, role in enumerate((Role.OPERATOR, Role.AGENCY_ADMIN, Role.CITIZEN)):
        with pytest.raises(Forbidden):
            await records.of_person(await working(site, role, email=f"c{number}@example.id"), person, reason=REASON)
    with pytest.raises(NotFound):
        await records.of_person(await working(site, Role.AUDITOR, email="d@example.id"), "tidak-ada", reason=REASON)
    assert await site.resources.stores.audit.search(event=AuditEvent.CONSENT_READ) == []


async def test_ad_21_nobody_reads_records_in_bulk(site: Site) -> None:
    officer, person = await working(site, Role.AUDITOR), await person_id(site)
    records = site.house.admin.actions.consent_records
    for _ in range(PER_DAY):
        await records.of_person(officer, person, reason=REASON)
    with pytest.raises(TooManyLookUps):
        await records.of_person(officer, person, reason=REASON)


async def test_the_api_asks_for_the_proof_first(site: Site) -> None:
    officer = await with_password(site, Role.AUDITOR)
    browser, person = await at_console(site, officer), await person_id(site)
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    path = f"/people/{person}/consent-record"
    answer = await call(browser, "POST", path, {"reason": REASON})
    assert answer.status_code == 200 and record in answer.text and SITI not in answer.text
    site.clock.advance(301)
    late = await call(browser, "POST", path, {"reason": REASON})
    assert (late.status_code, late.json()["code"]) == (403, "not_confirmed")
