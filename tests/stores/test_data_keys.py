"""Data keys: made once, wrapped by the master key, rotated with everything sealed anew; never silently replaced (FT-16)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from hub.storage.sql.data_keys import SEALED, WrongMasterKey
from hub.storage.sql.tables import data_keys
from hub.storage.stores import Stores, open_stores
from idp.people.models import IdentifierKind
from idp.store import SigningKeyRow
from kit.audit import AuditEvent
from kit.clock import FixedClock
from kit.sealing import CannotOpen
from tests.stores.conftest import MASTER_KEY
from tests.stores.samples import IDENTIFIERS, NIK, NOW, credential, person
from tests.stores.test_registry import CONNECTOR


async def fill(stores: Stores) -> None:
    await stores.people.create(person(), IDENTIFIERS)
    await stores.credentials.put(credential())
    await stores.registry.save_connector(CONNECTOR)
    private = stores.ring.seal(b"private jwk", "signing-key:k1")
    await stores.keys.add(SigningKeyRow("k1", "ES256", "active", private, {}, NOW, NOW))


async def check(stores: Stores) -> None:
    assert [one for one, _ in await stores.people.find(IdentifierKind.NIK, NIK)] == [person()]
    assert set(await stores.people.identifiers("siti")) == set(IDENTIFIERS)
    assert await stores.credentials.of_person("siti", "totp") == credential()
    assert await stores.registry.connectors() == [CONNECTOR]
    (key,) = await stores.keys.all()
    assert stores.ring.open(key.private, "signing-key:k1") == b"private jwk"


async def sealing_ids(stores: Stores) -> set[int]:
    found = set()
    for sealed in SEALED:
        async with stores.database.read() as connection:
            for row in await connection.execute(select(sealed.table.c[sealed.column])):
                found.add(stores.ring.key_id(row[0]))
    return found


async def test_the_same_keys_are_there_after_a_restart(stores: Stores, sql_url: str, clock: FixedClock) -> None:
    await fill(stores)
    again = await open_stores(sql_url, MASTER_KEY, clock)
    await check(again)
    await again.aclose()


async def test_processes_that_start_first_at_the_same_time_have_one_ring(sql_url: str, clock: FixedClock) -> None:
    opened = await asyncio.gather(*(open_stores(sql_url, MASTER_KEY, clock) for _ in range(4)))
    assert len({stores.ring.index_key for stores in opened}) == 1
    assert len({stores.ring.keys[1] for stores in opened}) == 1
    for stores in opened:
        await stores.aclose()


async def test_ft_16_another_master_key_is_refused_and_nothing_is_changed(stores: Stores, sql_url: str, clock: FixedClock) -> None:
    await fill(stores)
    with pytest.raises(WrongMasterKey, match=r"storage\.master_key"):
        await open_stores(sql_url, b"another key of thirty-two bytes!", clock)
    async with stores.database.read() as connection:
        assert len((await connection.execute(select(data_keys))).all()) == 2
    await check(stores)


async def test_ft_16_lost_data_keys_are_never_replaced_beside_sealed_data(stores: Stores, sql_url: str, clock: FixedClock) -> None:
    await fill(stores)
    async with stores.database.write() as connection:
        await connection.execute(text("DELETE FROM data_keys"))
    with pytest.raises(WrongMasterKey, match="restore"):
        await open_stores(sql_url, MASTER_KEY, clock)
    async with stores.database.read() as connection:
        assert (await connection.execute(select(data_keys))).all() == []


async def test_a_rotation_seals_everything_anew(stores: Stores, sql_url: str, clock: FixedClock) -> None:
    await fill(stores)
    assert await sealing_ids(stores) == {1}
    assert await stores.data_keys.rotate(actor="cli", settle=0) == 2
    await check(stores)
    assert await stores.data_keys.reseal() == 8
    assert await sealing_ids(stores) == {2}
    await check(stores)
    assert await stores.data_keys.reseal() == 0
    again = await open_stores(sql_url, MASTER_KEY, clock)
    assert again.ring.active == 2
    await check(again)
    await again.aclose()
    assert (await stores.audit.search())[0].entry.event is AuditEvent.DATA_KEY_ROTATED


async def test_a_reseal_that_was_interrupted_goes_on(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(stores)
    await stores.data_keys.rotate(actor="cli", settle=0)
    monkeypatch.setattr("hub.storage.sql.data_keys.SEALED", SEALED[:3])
    assert await stores.data_keys.reseal() == 5
    assert await sealing_ids(stores) == {1, 2}
    monkeypatch.undo()
    monkeypatch.setattr("hub.storage.sql.data_keys.BATCH", 1)
    assert await stores.data_keys.reseal() == 3
    assert await sealing_ids(stores) == {2}
    await check(stores)


async def test_a_worker_that_has_not_met_the_new_key_finds_it(stores: Stores, sql_url: str, clock: FixedClock) -> None:
    other = await open_stores(sql_url, MASTER_KEY, clock)
    await fill(stores)
    await stores.data_keys.rotate(actor="cli", settle=0)
    await stores.data_keys.reseal()
    assert other.ring.active == 1
    await check(other)
    assert other.ring.active == 2
    await other.aclose()


async def test_a_sealed_value_moved_to_another_row_does_not_open(stores: Stores) -> None:
    await fill(stores)
    await stores.people.create(person("budi", claims={"name": "Budi"}), [])
    async with stores.database.write() as connection:
        await connection.execute(text("UPDATE people SET claims = (SELECT claims FROM people WHERE id = 'siti') WHERE id = 'budi'"))
    with pytest.raises(CannotOpen):
        await stores.people.get("budi")
    assert await stores.people.get("siti") == person()


async def test_nobody_seals_with_a_key_that_others_have_not_met(stores: Stores, sql_url: str, clock: FixedClock) -> None:
    rotating = asyncio.ensure_future(stores.data_keys.rotate(actor="cli", settle=60))
    other = await open_stores(sql_url, MASTER_KEY, clock)
    while 2 not in other.ring.keys:
        await other.data_keys.refresh()
    assert other.ring.active == 1, "known, not yet used"
    rotating.cancel()
    await other.aclose()
    assert await stores.data_keys.rotate(actor="cli", settle=0) == 3, "a rotation that was interrupted is simply done again"
    assert stores.ring.active == 3


async def test_a_value_changed_during_the_reseal_is_not_overwritten(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(stores)
    await stores.data_keys.rotate(actor="cli", settle=0)
    sealed = next(one for one in SEALED if one.table.name == "credentials")
    async with stores.database.read() as connection:
        old = (await connection.execute(select(*[sealed.table.c[name] for name in sealed.key], sealed.table.c.secret))).all()
    await stores.credentials.put(replace(credential(), secret="changed meanwhile"))
    assert await stores.data_keys._replace(sealed, list(old)) == 0
    kept = await stores.credentials.of_person("siti", "totp")
    assert kept is not None
    assert kept.secret == "changed meanwhile"
