"""A person is erased for good: what says who she is goes everywhere, what proves the past stays, and every chain still verifies (PV-10)."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from admin.errors import Forbidden, Invalid, NotConfirmed, NotFound
from consent.duty_models import DutyKind
from consent.models import LedgerEvent, Standing
from consent.rights import Rights
from hub.storage.sql import tables as t
from hub.storage.sql.connector_tables import directory_passwords, vault
from idp.people.models import IdentifierKind, Role, Status
from kit.audit import AuditEvent
from tests.admin.operators import working
from tests.site import SITI, Site
from tests.stores.samples import change, disclosure, state
from tests.stores.test_proof_keys import key_of

WHY = "Permintaan warga, surat 12/2026"


async def prepared(site: Site) -> str:
    """Siti with two consents, a disclosure and a vaulted password; her id, for an operator who looked her up."""
    stores = site.resources.stores
    ((person, _),) = await stores.people.find(IdentifierKind.NIK, SITI)
    await stores.consent.append([change(made=state(f"r{n}", person=person.id, purpose=f"p{n}")) for n in range(2)])
    gone = state("r1", Standing.WITHDRAWN, person=person.id, purpose="p1", expires_at=None)
    await stores.consent.append([change(LedgerEvent.WITHDRAWN, gone)])
    await stores.disclosures.record([disclosure(person=person.id)])
    await stores.vault.put("lama", person.id, "siti", "rahasia lama", site.clock.now())
    return person.id


async def test_pv_10_what_says_who_she_is_is_gone_and_the_record_still_verifies(site: Site) -> None:
    person = await prepared(site)
    operator, actions, stores = await working(site, Role.SUPER_ADMIN), site.house.admin.actions, site.resources.stores
    await actions.people.find(operator, SITI, reason="rights")
    ledger, disclosed = await stores.consent.history(person), await stores.disclosures.of_person(person)
    assert await key_of(stores, person) is not None
    await actions.erasure.erase(operator, person, typed=person[:8], reason=WHY)

    left = await stores.people.get(person)
    assert left is not None and (left.status, dict(left.claims), left.roles) == (Status.CLOSED, {}, ())
    assert await key_of(stores, person) is None
    assert await stores.people.find(IdentifierKind.NIK, SITI) == []
    async with stores.database.read() as connection:
        for table in (t.identifiers, t.credentials, t.roles, t.sessions, t.families, vault, directory_passwords):
            assert (await connection.execute(select(table).where(table.c.person == person))).all() == [], table.name

    rows = await stores.consent.history(person)
    assert rows[1:] == ledger
    assert [(row.event, row.record_id) for row in rows[:1]] == [(LedgerEvent.ENDED, "r0")]
    assert {one.record_id: one.standing for one in await stores.consent.states(person)} == {"r0": Standing.ENDED, "r1": Standing.WITHDRAWN}
    assert await stores.disclosures.of_person(person) == disclosed
    assert [one for one in await stores.proving.whole() if not one.intact] == []
    row = (await stores.audit.search(event=AuditEvent.PERSON_ERASED))[0].entry
    assert (row.actor, row.subject, row.reason) == (operator.actor, f"person:{person}", WHY)
    assert (await actions.people.profile(operator, person)).masked == {}


async def test_pv_10_nothing_of_her_is_left_in_the_file(site: Site) -> None:
    """SQLite would keep what was deleted on free pages and in its log: it is overwritten. What was sealed is looked for as it was kept."""
    person = await prepared(site)
    stores = site.resources.stores
    async with stores.database.read() as connection:
        sealed = [
            (await connection.execute(select(t.people.c.claims).where(t.people.c.id == person))).scalar_one(),
            (await connection.execute(select(t.people.c.proof_key).where(t.people.c.id == person))).scalar_one(),
            (await connection.execute(select(vault.c.secret).where(vault.c.person == person))).scalar_one(),
            *(await connection.execute(select(t.identifiers.c.value).where(t.identifiers.c.person == person))).scalars(),
        ]
        file = Path((await connection.exec_driver_sql("PRAGMA database_list")).all()[0][2])

    def content() -> bytes:
        return b"".join(part.read_bytes() for part in (file, file.with_name(file.name + "-wal")) if part.exists())

    assert all(value[-16:] in content() for value in sealed)
    operator = await working(site, Role.SUPER_ADMIN)
    await site.house.admin.actions.people.find(operator, SITI, reason="rights")
    await site.house.admin.actions.erasure.erase(operator, person, typed=person[:8], reason=WHY)
    assert [value for value in sealed if value[-16:] in content()] == []
    with sqlite3.connect(file) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_ad_13_an_erasure_needs_the_super_admin_a_fresh_proof_the_name_and_a_reason(site: Site) -> None:
    person = await prepared(site)
    actions, erase = site.house.admin.actions, site.house.admin.actions.erasure.erase
    admin = await working(site, Role.SUPER_ADMIN)
    with pytest.raises(NotFound):  # nobody looked her up
        await erase(admin, person, typed=person[:8], reason=WHY)
    await actions.people.find(admin, SITI, reason="rights")
    with pytest.raises(Invalid) as refused:
        await erase(admin, person, typed="", reason="x")
    assert {one.field for one in refused.value.problems} == {"reason", "name"}
    with pytest.raises(NotConfirmed):
        await erase(replace(admin, confirmed_at=site.clock.now() - 301), person, typed=person[:8], reason=WHY)
    other = await working(site, Role.OPERATOR, email="lain@example.id")
    await actions.people.find(other, SITI, reason="rights")
    with pytest.raises(Forbidden):
        await erase(other, person, typed=person[:8], reason=WHY)
    assert (await site.resources.stores.people.get(person)).status is Status.ACTIVE  # type: ignore[union-attr] # seeded


async def test_an_erasure_that_was_interrupted_is_finished_by_the_same_command(site: Site) -> None:
    person = await prepared(site)
    operator, actions, stores = await working(site, Role.SUPER_ADMIN), site.house.admin.actions, site.resources.stores
    await actions.people.find(operator, SITI, reason="rights")
    await site.house.people.set_status(person, Status.CLOSED, actor=operator.actor)
    for _ in range(2):
        await actions.erasure.erase(operator, person, typed=person[:8], reason=WHY)
    assert dict((await stores.people.get(person)).claims) == {}  # type: ignore[union-attr] # a row without content
    assert [one for one in await stores.proving.whole() if not one.intact] == []


async def test_pv_10_the_agency_owes_the_deletion_and_no_words_are_left(site: Site) -> None:
    person = await prepared(site)
    operator, actions, stores = await working(site, Role.SUPER_ADMIN), site.house.admin.actions, site.resources.stores
    await Rights(site.house.consent).request(person, "r0", DutyKind.CORRECTION, "Nama saya Siti.", channel="portal", language="id")
    await actions.people.find(operator, SITI, reason="rights")
    await actions.erasure.erase(operator, person, typed=person[:8], reason=WHY)
    owed = await stores.duties.of_person(person, record_id="r0")
    assert {one.kind for one in owed if one.open} == {DutyKind.STOP, DutyKind.DELETE, DutyKind.CORRECTION}
    assert {one.words for one in owed} == {""}
