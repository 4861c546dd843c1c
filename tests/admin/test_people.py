"""People: found by one exact key with a reason, masked, changed only after a look-up; roles by the super-admin alone."""

from __future__ import annotations

import pytest
from starlette.responses import Response

from admin.actions.people import PER_DAY, TooManyLookUps
from admin.errors import Forbidden, Invalid, NotFound
from idp.people.models import Role, RoleGrant, Status
from idp.sessions.models import ACR_PASSWORD
from kit.audit import AuditEvent
from tests.admin.operators import account, bare_request, operator_of, working
from tests.site import SITI, Site


async def siti(site: Site, operator: object) -> str:
    found = await site.house.admin.actions.people.find(operator, SITI, reason="counter", case="LK-1")  # type: ignore[arg-type] # an Operator
    assert len(found) == 1
    return found[0]


async def test_a_look_up_is_noted_with_its_reason_and_without_the_key(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    person = await siti(site, operator)
    row = (await site.resources.stores.audit.search(event=AuditEvent.PERSON_LOOKED_UP))[0].entry
    assert (row.actor, row.subject, row.reason, row.after) == (operator.actor, f"person:{person}", "counter LK-1", {"key": "nik"})
    assert SITI not in str(row)


async def test_a_profile_is_masked_and_closed_to_whoever_did_not_look_up(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    person = await siti(site, operator)
    profile = await site.house.admin.actions.people.profile(operator, person)
    assert profile.masked["nik"] == "3503••••••••9001" and SITI not in str(profile) and "Peragawati" not in str(profile)
    other = await working(site, Role.OPERATOR, email="lain@example.id")
    with pytest.raises(NotFound):
        await site.house.admin.actions.people.profile(other, person)
    site.clock.advance(3601)
    with pytest.raises(NotFound):
        await site.house.admin.actions.people.profile(operator, person)


async def test_a_name_is_no_key_and_a_reason_is_needed(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    with pytest.raises(Invalid) as refused:
        await site.house.admin.actions.people.find(operator, "Siti", reason="")
    assert {p.field for p in refused.value.problems} == {"value", "reason"}


async def test_ad_21_an_operator_cannot_read_in_bulk(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    for _ in range(PER_DAY):
        await siti(site, operator)
    with pytest.raises(TooManyLookUps):
        await siti(site, operator)
    other = await working(site, Role.OPERATOR, email="lain@example.id")
    assert await siti(site, other)


async def test_the_auditor_sees_no_personal_value_not_even_masked(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    person = await siti(site, operator)
    auditor = await working(site, Role.AUDITOR, email="audit@example.id")
    for attempt in (
        site.house.admin.actions.people.find(auditor, SITI, reason="counter"),
        site.house.admin.actions.people.profile(auditor, person),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def test_locking_and_opening_an_account(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    person = await siti(site, operator)
    people = site.house.admin.actions.people
    await people.set_status(operator, person, Status.LOCKED, reason="Laporan HP hilang")
    assert (await site.resources.stores.people.get(person)).status is Status.LOCKED  # type: ignore[union-attr] # seeded
    rows = await site.resources.stores.audit.search(event=AuditEvent.PERSON_LOCKED)
    assert (rows[0].entry.actor, rows[0].entry.reason) == (operator.actor, "Laporan HP hilang")
    await people.set_status(operator, person, Status.ACTIVE, reason="Warga datang sendiri")
    assert (await site.resources.stores.people.get(person)).status is Status.ACTIVE  # type: ignore[union-attr] # seeded
    with pytest.raises(Invalid):
        await people.set_status(operator, person, Status.CLOSED, reason="Bukan urusan operator")


async def test_an_operator_ends_one_session_and_only_of_that_person(site: Site) -> None:
    operator = await working(site, Role.OPERATOR)
    person = await siti(site, operator)
    kept = await site.resources.stores.people.get(person)
    assert kept is not None
    await site.house.sessions.begin(bare_request(), Response(), kept, amr=("pwd",), acr=ACR_PASSWORD, own_device=False)
    sessions = await site.house.sessions.of_person(person)
    assert len(sessions) == 1
    stranger = (await site.house.admin.actions.people.find(operator, "bayu@example.id", reason="counter"))[0]
    with pytest.raises(NotFound):
        await site.house.admin.actions.people.end_session(operator, stranger, sessions[0].id)
    await site.house.admin.actions.people.end_session(operator, person, sessions[0].id)
    assert await site.house.sessions.of_person(person) == []


async def test_ad_03_nobody_raises_themselves_and_an_operator_raises_nobody(site: Site) -> None:
    admin = await working(site, Role.SUPER_ADMIN)
    operator = await working(site, Role.OPERATOR, email="lain@example.id")
    person = await siti(site, operator)
    roles = site.house.admin.actions.roles
    with pytest.raises(Forbidden):
        await roles.grant(operator, person, Role.OPERATOR, reason="Pegawai baru")
    with pytest.raises(Forbidden):
        await roles.grant(admin, admin.person, Role.OPERATOR, reason="Untuk diri sendiri")
    await siti(site, admin)
    await roles.grant(admin, person, Role.OPERATOR, reason="Pegawai baru")
    kept = await site.resources.stores.people.get(person)
    assert kept is not None and kept.has_role(Role.OPERATOR, site.clock.now())
    await roles.revoke(admin, person, Role.OPERATOR, reason="Pindah tugas")
    kept = await site.resources.stores.people.get(person)
    assert kept is not None and not kept.has_role(Role.OPERATOR, site.clock.now())
    events = [row.entry.event for row in await site.resources.stores.audit.search(subject=f"person:{person}")]
    assert AuditEvent.ROLE_GRANTED in events and AuditEvent.ROLE_REVOKED in events


async def test_an_expired_or_agency_bound_role_opens_nothing(site: Site) -> None:
    person = await account(site, Role.CITIZEN)
    store = site.resources.stores.people
    await store.grant_role(person.id, RoleGrant(Role.OPERATOR, None, site.clock.now() - 1))
    await store.grant_role(person.id, RoleGrant(Role.AUDITOR, "DINKES"))
    kept = await store.get(person.id)
    assert kept is not None and operator_of(site, kept).roles == frozenset({Role.CITIZEN})
