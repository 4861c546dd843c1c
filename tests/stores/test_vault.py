"""Credentials for older systems: kept sealed, refused ones marked, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from hub.storage.stores import Stores, open_stores
from idp.vault import SERVICE, Held
from kit.audit import AuditEvent
from kit.clock import FixedClock
from kit.sealing import CannotOpen
from tests.stores.samples import entry
from tests.stores.test_at_rest import content

CANARY = "kenari-kuning-di-sangkar-7731"
NAME = "siti.peraga.lama"


async def test_what_is_kept_comes_back_and_what_replaces_it_is_not_refused(stores: Stores) -> None:
    assert await stores.vault.of("aduan", "siti") is None
    await stores.vault.put("aduan", "siti", NAME, CANARY, 100)
    await stores.vault.put("aduan", SERVICE, "layanan", "lain", 100)
    assert await stores.vault.of("aduan", "siti") == Held(NAME, CANARY, 100, 0)
    assert await stores.vault.of("aduan", SERVICE) == Held("layanan", "lain", 100, 0)
    assert await stores.vault.of("lain", "siti") is None
    assert await stores.vault.refuse("aduan", "siti", 100, 110)
    assert (await stores.vault.of("aduan", "siti")) == Held(NAME, CANARY, 100, 110)
    await stores.vault.put("aduan", "siti", NAME, "baru", 120)
    assert await stores.vault.of("aduan", "siti") == Held(NAME, "baru", 120, 0)


async def test_fb_07_only_the_credential_that_was_tried_is_marked_and_once(stores: Stores) -> None:
    await stores.vault.put("aduan", "siti", NAME, "lama", 100)
    await stores.vault.put("aduan", "siti", NAME, "baru", 101)  # she entered another one while the old one was on its way
    assert not await stores.vault.refuse("aduan", "siti", 100, 102)
    assert (await stores.vault.of("aduan", "siti")) == Held(NAME, "baru", 101, 0)
    assert await stores.vault.refuse("aduan", "siti", 101, 103)
    assert not await stores.vault.refuse("aduan", "siti", 101, 104)


async def test_forgetting_leaves_nothing_but_a_line_in_the_trail(stores: Stores) -> None:
    await stores.vault.put("aduan", "siti", NAME, CANARY, 100, [entry(event=AuditEvent.FACTOR_ADDED)])
    assert await stores.vault.forget("aduan", "siti", [entry(event=AuditEvent.FACTOR_REMOVED)])
    assert not await stores.vault.forget("aduan", "siti", [entry(event=AuditEvent.FACTOR_REMOVED)])
    assert await stores.vault.of("aduan", "siti") is None
    assert [row.entry.event for row in await stores.audit.search()] == [AuditEvent.FACTOR_REMOVED, AuditEvent.FACTOR_ADDED]


async def test_fb_09_the_database_alone_tells_neither_name_nor_password(stores: Stores, sql_url: str, tmp_path: Path) -> None:
    await stores.vault.put("aduan", "siti", NAME, CANARY, 100)
    raw = await content(stores, tmp_path)
    assert b"aduan" in raw, "the search sees what is there"
    for canary in (NAME, CANARY):
        assert canary.encode() not in raw and canary.encode().hex().encode() not in raw
    with pytest.raises(Exception, match=r"(?i)key"):
        await open_stores(sql_url, b"another master key, also 32 bytes"[:32], FixedClock())


async def test_fb_09_a_row_moved_to_another_person_opens_nothing(stores: Stores) -> None:
    await stores.vault.put("aduan", "siti", NAME, CANARY, 100)
    async with stores.database.write() as connection:
        await connection.execute(text("UPDATE vault SET person = 'joko'"))
    with pytest.raises(CannotOpen):
        await stores.vault.of("aduan", "joko")


async def test_fb_01_what_is_held_does_not_tell_itself() -> None:
    assert CANARY not in repr(Held(NAME, CANARY, 1, 0)) and NAME not in repr(Held(NAME, CANARY, 1, 0))


async def test_a_new_data_key_takes_the_vault_with_it(stores: Stores) -> None:
    await stores.vault.put("aduan", "siti", NAME, CANARY, 100)
    await stores.data_keys.rotate(actor="cli", settle=0)
    assert await stores.data_keys.reseal() >= 1
    assert await stores.vault.of("aduan", "siti") == Held(NAME, CANARY, 100, 0)
