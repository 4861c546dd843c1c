"""People, their identifiers, roles and pairwise subjects on every SQL back end."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from hub.storage.stores import Stores
from idp.people.models import Identifier, IdentifierKind, Role, RoleGrant, Status
from idp.store import Conflict
from kit.audit import AuditEvent
from kit.clock import FixedClock
from tests.stores.samples import EMAIL, IDENTIFIERS, NIK, PHONE, entry, person


async def test_a_person_comes_back_as_kept(stores: Stores) -> None:
    await stores.people.create(person(), IDENTIFIERS, [entry(event=AuditEvent.PERSON_CREATED)])
    assert await stores.people.get("siti") == person()
    assert sorted(await stores.people.identifiers("siti"), key=lambda one: one.kind) == sorted(IDENTIFIERS, key=lambda one: one.kind)
    assert await stores.people.get("nobody") is None
    assert await stores.people.count() == 1
    assert [row.entry.event for row in await stores.audit.search()] == [AuditEvent.PERSON_CREATED]


@pytest.mark.parametrize(
    ("kind", "value", "verified"),
    [(IdentifierKind.NIK, NIK, True), (IdentifierKind.PHONE, PHONE, True), (IdentifierKind.EMAIL, EMAIL, False)],
)
async def test_a_person_is_found_by_each_identifier(stores: Stores, kind: IdentifierKind, value: str, verified: bool) -> None:
    await stores.people.create(person(), IDENTIFIERS)
    assert await stores.people.find(kind, value) == [(person(), verified)]
    assert await stores.people.find(kind, value + "0") == []


async def test_a_phone_may_belong_to_several_accounts(stores: Stores) -> None:
    await stores.people.create(person("a"), [IDENTIFIERS[1]])
    await stores.people.create(person("b", created_at=person().created_at + 1), [IDENTIFIERS[1]])
    assert [one.id for one, _ in await stores.people.find(IdentifierKind.PHONE, PHONE)] == ["a", "b"]


async def test_a_verified_nik_has_one_open_account(stores: Stores) -> None:
    await stores.people.create(person("a"), [IDENTIFIERS[0]])
    with pytest.raises(Conflict):
        await stores.people.create(person("b"), [IDENTIFIERS[0]], [entry()])
    assert await stores.people.get("b") is None
    assert await stores.audit.search() == [], "nothing of the refused account is kept"
    await stores.people.create(person("c"), [replace(IDENTIFIERS[0], verified=False)])
    assert [one.id for one, verified in await stores.people.find(IdentifierKind.NIK, NIK) if verified] == ["a"]


async def test_r6_of_concurrent_registrations_of_one_nik_one_wins(stores: Stores) -> None:
    results = await asyncio.gather(*(stores.people.create(person(f"p{n}"), [IDENTIFIERS[0]]) for n in range(10)), return_exceptions=True)
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 9
    assert await stores.people.count() == 1


async def test_a_closed_account_is_not_found_and_frees_its_nik(stores: Stores, clock: FixedClock) -> None:
    await stores.people.create(person("old"), [IDENTIFIERS[0]])
    clock.advance(5)
    await stores.people.set_status("old", Status.CLOSED, [entry(event=AuditEvent.PERSON_DISABLED)])
    assert await stores.people.find(IdentifierKind.NIK, NIK) == []
    closed = await stores.people.get("old")
    assert closed is not None
    assert (closed.status, closed.updated_at) == (Status.CLOSED, clock.now())
    await stores.people.create(person("new"), [IDENTIFIERS[0]])
    with pytest.raises(Conflict):
        await stores.people.set_status("old", Status.ACTIVE)
    assert [one.id for one, _ in await stores.people.find(IdentifierKind.NIK, NIK)] == ["new"]


async def test_a_locked_account_is_still_found(stores: Stores) -> None:
    await stores.people.create(person(), IDENTIFIERS)
    await stores.people.set_status("siti", Status.LOCKED)
    assert [one.status for one, _ in await stores.people.find(IdentifierKind.NIK, NIK)] == [Status.LOCKED]


async def test_claims_and_language_change(stores: Stores) -> None:
    await stores.people.create(person(), [])
    await stores.people.set_claims("siti", {"name": "Baru"}, "basic", [entry()])
    await stores.people.set_language("siti", "en")
    changed = await stores.people.get("siti")
    assert changed is not None
    assert (changed.claims, changed.level, changed.language) == ({"name": "Baru"}, "basic", "en")


async def test_roles_are_given_replaced_and_taken(stores: Stores) -> None:
    await stores.people.create(person(roles=()), [])
    await stores.people.grant_role("siti", RoleGrant(Role.AUDITOR, None, 5), [entry(event=AuditEvent.ROLE_GRANTED)])
    await stores.people.grant_role("siti", RoleGrant(Role.AUDITOR, None, 9))
    await stores.people.grant_role("siti", RoleGrant(Role.AUDITOR, "dinkes"))
    kept = await stores.people.get("siti")
    assert kept is not None
    assert set(kept.roles) == {RoleGrant(Role.AUDITOR, None, 9), RoleGrant(Role.AUDITOR, "dinkes")}
    await stores.people.revoke_role("siti", Role.AUDITOR, None, [entry(event=AuditEvent.ROLE_REVOKED)])
    kept = await stores.people.get("siti")
    assert kept is not None
    assert kept.roles == (RoleGrant(Role.AUDITOR, "dinkes"),)


async def test_a_subject_is_made_once_per_person_and_sector(stores: Stores) -> None:
    await stores.people.create(person("a"), [])
    await stores.people.create(person("b"), [])
    made = await asyncio.gather(*(stores.people.subject("a", "dinkes") for _ in range(20)))
    assert len(set(made)) == 1
    assert len(made[0]) == 22
    others = {await stores.people.subject("a", "rsud"), await stores.people.subject("b", "dinkes")}
    assert len(others | set(made)) == 3
    assert await stores.people.person_of_subject("dinkes", made[0]) == "a"
    assert await stores.people.person_of_subject("rsud", made[0]) is None


async def test_identifiers_of_one_kind_may_be_several(stores: Stores) -> None:
    second = Identifier(IdentifierKind.PHONE, "+6281111111111", False)
    await stores.people.create(person(), [*IDENTIFIERS, second])
    assert second in await stores.people.identifiers("siti")
    assert await stores.people.find(IdentifierKind.PHONE, second.value) == [(person(), False)]
