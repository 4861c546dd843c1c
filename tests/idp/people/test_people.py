"""People as the other rooms see them: a cache that cannot be stale where it matters, and changes that hold at once."""

from __future__ import annotations

import pytest

from idp import guards
from idp.people.models import Identifier, IdentifierKind, Person, Status
from idp.people.service import People
from idp.store import Conflict
from kit.expiring import Put
from tests.site import Site

NIK = "3503110708909101"


async def new_person(site: Site, *identifiers: Identifier) -> Person:
    return await site.house.people.create({"name": "Uji Satu", "nik": NIK}, identifiers, actor="cli")


async def test_a_person_is_read_from_sql_once_per_guard_value(site: Site) -> None:
    people, person = site.house.people, await new_person(site)
    epoch = await people.epoch(person.id)
    with site.resources.stores.database.counting() as statements:
        first = await people.get(person.id, epoch)
        seen = len(statements)
        assert await people.get(person.id, epoch) is first
        assert 0 < seen == len(statements)


async def test_a_new_guard_value_reads_anew(site: Site) -> None:
    people, person = site.house.people, await new_person(site)
    before = await people.epoch(person.id)
    await people.get(person.id, before)
    await people.set_status(person.id, Status.DISABLED, actor="operator:o")
    after = await people.epoch(person.id)
    assert after != before
    found = await people.get(person.id, after)
    assert found is not None and found.status is Status.DISABLED


async def test_an_unknown_person_is_nobody(site: Site) -> None:
    assert await site.house.people.get("nobody", "0") is None


async def test_r5_what_lived_under_the_person_is_dead_when_the_status_has_changed(site: Site) -> None:
    people, store, person = site.house.people, site.resources.expiring, await new_person(site)
    name = guards.person(person.id)
    held = await store.guards(name)
    assert await store.put(Put("token", b"x", 60, held))
    await people.set_status(person.id, Status.LOCKED, actor="operator:o", reason="lost phone")
    assert await store.get("token") is None
    assert not await store.put(Put("later", b"x", 60, held)), "nothing is made from what was read before"
    assert await store.put(Put("fresh", b"x", 60, await store.guards(name))), "and the guard is open again"


@pytest.mark.parametrize(
    ("status", "reason", "event"),
    [
        (Status.LOCKED, "", "person.locked"),
        (Status.DISABLED, "", "person.disabled"),
        (Status.ACTIVE, "unlocked", "person.unlocked"),
        (Status.ACTIVE, "", "person.enabled"),
    ],
)
async def test_a_change_of_status_is_audited(site: Site, status: Status, reason: str, event: str) -> None:
    person = await new_person(site)
    await site.house.people.set_status(person.id, status, actor="operator:o", reason=reason)
    (row,) = await site.resources.stores.audit.search(event=event, subject=f"person:{person.id}")
    assert (row.entry.actor, row.entry.after) == ("operator:o", {"status": status.value})


async def test_a_verified_nik_belongs_to_one_person(site: Site) -> None:
    await new_person(site, Identifier(IdentifierKind.NIK, NIK, True))
    with pytest.raises(Conflict):
        await new_person(site, Identifier(IdentifierKind.NIK, NIK, True))
    await new_person(site, Identifier(IdentifierKind.NIK, NIK, False))


async def test_pv_04_a_subject_is_random_and_belongs_to_one_person_and_sector(site: Site) -> None:
    people = site.house.people
    first, second = await new_person(site), await new_person(site)
    subjects = {await people.subject(person.id, sector) for person in (first, second) for sector in ("a", "b")}
    assert len(subjects) == 4, "the same NIK twice, and still nothing in common"
    assert all(len(subject) >= 22 for subject in subjects)
    fresh = People(people.store, people.credentials, people.expiring, people.clock)
    assert await fresh.subject(first.id, "a") == await people.subject(first.id, "a")


async def test_pv_05_a_subject_outlives_a_new_data_key(site: Site) -> None:
    person = await new_person(site)
    before = await site.house.people.subject(person.id, "a")
    await site.resources.stores.data_keys.rotate(actor="cli", settle=0)
    fresh = People(site.resources.stores.people, site.resources.stores.credentials, site.resources.expiring, site.clock)
    assert await fresh.subject(person.id, "a") == before


async def test_the_caches_are_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.people.service.CACHED", 2)
    people, person = site.house.people, await new_person(site)
    for epoch in ("a", "b", "c"):
        await people.get(person.id, epoch)
        await people.subject(person.id, epoch)
    assert (len(people._cache), len(people._subjects)) == (2, 2)
