"""Secrets of connectors on both databases: sealed, numbered, with an overlap after a rotation (TI-05, FB-09)."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, update

from hub.storage.sql.connector_tables import connector_secrets
from hub.storage.stores import Stores
from kit.sealing import CannotOpen

NOW = 1_800_000_000


async def test_ti_05_the_newest_comes_first_and_the_former_ones_have_an_end(stores: Stores) -> None:
    kept = stores.connector_secrets
    await kept.add("simpeg", "key", "satu", now=NOW, former_until=NOW)
    await kept.add("simpeg", "key", "dua", now=NOW + 10, former_until=NOW + 100)
    await kept.add("simpeg", "key", "tiga", now=NOW + 20, former_until=NOW + 200)
    await kept.add("lain", "key", "empat", now=NOW, former_until=NOW)
    found = await kept.all()
    assert [(one.value, one.until) for one in found["simpeg"]["key"]] == [("tiga", 0), ("dua", NOW + 200), ("satu", NOW + 100)]
    assert [one.value for one in found["lain"]["key"]] == ["empat"]
    assert await kept.forget("simpeg", now=NOW + 100) == 1
    assert [one.value for one in (await kept.all())["simpeg"]["key"]] == ["tiga", "dua"]


async def test_of_many_first_values_one_is_kept(stores: Stores) -> None:
    kept = stores.connector_secrets
    await asyncio.gather(*(kept.make("kind:saml", "signing", f"kunci {n}", now=NOW) for n in range(8)))
    assert len((await kept.all())["kind:saml"]["signing"]) == 1


async def test_fb_09_whoever_has_only_the_database_reads_nothing(stores: Stores) -> None:
    await stores.connector_secrets.add("simpeg", "key", "rahasia-besar", now=NOW, former_until=NOW)
    async with stores.database.read() as connection:
        (row,) = (await connection.execute(select(connector_secrets))).all()
    assert b"rahasia" not in row.value


async def test_a_value_moved_to_another_connector_does_not_open(stores: Stores) -> None:
    await stores.connector_secrets.add("simpeg", "key", "rahasia-besar", now=NOW, former_until=NOW)
    async with stores.database.write() as connection:
        await connection.execute(update(connector_secrets).values(connector="lain"))
    with pytest.raises(CannotOpen):
        await stores.connector_secrets.all()
