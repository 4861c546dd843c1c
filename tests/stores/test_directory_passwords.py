"""Passwords for the directory: found by digest while they are good, so many a person and no more, revoked for good."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hub.storage.stores import Stores
from idp.directory.store import DirectoryPassword
from kit.audit import AuditEvent
from tests.stores.samples import NOW, entry, person

ONE = DirectoryPassword("p1", "arsip", "siti", "Peramban", "mac-1", NOW)


async def test_it_is_found_by_its_digest_until_it_is_revoked(stores: Stores) -> None:
    kept = stores.directory_passwords
    await stores.people.create(person(), ())
    assert await kept.add(ONE, 5, [entry(event=AuditEvent.DIRECTORY_PASSWORD_MADE)])
    assert await kept.find("mac-1") == ONE
    assert await kept.find("mac-2") is None
    assert await kept.revoke("p1", NOW + 1)
    assert not await kept.revoke("p1", NOW + 2)
    assert await kept.find("mac-1") is None
    assert await kept.of_person("siti") == []


async def test_so_many_and_no_more_of_any_number_at_once(stores: Stores) -> None:
    await stores.people.create(person(), ())
    several = [replace(ONE, id=f"p{n}", mac=f"mac-{n}") for n in range(8)]
    added = await asyncio.gather(*(stores.directory_passwords.add(one, 3) for one in several))
    assert added.count(True) == 3
    assert len(await stores.directory_passwords.of_person("siti")) == 3
    assert await stores.directory_passwords.add(replace(ONE, id="x", mac="x", connector="lain"), 3), "counted by connector"


async def test_holders_are_those_asked_for_at_that_connector(stores: Stores) -> None:
    await stores.people.create(person(), ())
    await stores.people.create(person("budi"), ())
    rows = [ONE, replace(ONE, id="p2", mac="m2", person="budi", created_at=NOW - 1), replace(ONE, id="p3", mac="m3", connector="lain")]
    for row in rows:
        await stores.directory_passwords.add(row, 5)
    assert [one.id for one in await stores.directory_passwords.holders("arsip", ("siti", "budi"))] == ["p2", "p1"]
    assert [one.id for one in await stores.directory_passwords.holders("arsip", ("budi",))] == ["p2"]
    assert await stores.directory_passwords.holders("arsip", ()) == []


async def test_signing_out_everywhere_revokes_all_of_one_person(stores: Stores) -> None:
    await stores.people.create(person(), ())
    await stores.people.create(person("budi"), ())
    for row in (ONE, replace(ONE, id="p2", mac="m2", connector="lain"), replace(ONE, id="p3", mac="m3", person="budi")):
        await stores.directory_passwords.add(row, 5)
    await stores.directory_passwords.revoke_all("siti", NOW)
    assert await stores.directory_passwords.of_person("siti") == []
    assert await stores.directory_passwords.find("m3") is not None


async def test_the_day_of_use_only_moves_on(stores: Stores) -> None:
    await stores.people.create(person(), ())
    await stores.directory_passwords.add(ONE, 5)
    for day in (86400, 172800, 86400):
        await stores.directory_passwords.used("p1", day)
    found = await stores.directory_passwords.find("mac-1")
    assert found is not None and found.used_at == 172800
