"""Tampering with an append-only table is found, and the exact row is named (AD-11). Processes that append at once make one chain."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

import pytest
from sqlalchemy import text

from hub.storage.sql.chains import CHAINS, Chain
from hub.storage.stores import Stores
from kit.audit import AuditEvent, ChainReport
from tests.stores.contest import contest
from tests.stores.samples import change, disclosure, entry, state


@pytest.fixture(params=["audit", "ledger", "disclosures"])
async def table(request: pytest.FixtureRequest, stores: Stores) -> str:
    """A chain of twelve rows in the named table."""
    name: str = request.param
    for n in range(12):
        if name == "audit":
            await stores.audit.append(entry(f"person:{n}", reason="Ä “aneh”", before={"b": 1}, after={"a": [1, None]}))
        elif name == "ledger":
            await stores.consent.append([change(made=state(f"r{n}", purpose=f"p{n}"))])
        else:
            await stores.disclosures.record([disclosure(f"d{n}", grant=f"g{n}")])
    return name


async def report(stores: Stores, table: str) -> ChainReport:
    return await {"audit": stores.audit, "ledger": stores.consent, "disclosures": stores.disclosures}[table].verify()


async def tamper(stores: Stores, statements: Sequence[str]) -> None:
    async with stores.database.write() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_an_untouched_chain_is_intact(stores: Stores, table: str) -> None:
    found = await report(stores, table)
    assert (found.rows, found.intact, found.reason) == (12, True, "")


TAMPERINGS = {
    "edit": (["UPDATE {t} SET at = at + 1 WHERE seq = 7"], 7, "the row was changed"),
    "edit the first": (["UPDATE {t} SET at = at + 1 WHERE seq = 1"], 1, "the row was changed"),
    "edit the last": (["UPDATE {t} SET at = at + 1 WHERE seq = 12"], 12, "the row was changed"),
    "edit a hash": (["UPDATE {t} SET hash = 'f' WHERE seq = 7"], 7, "the row was changed"),
    "delete": (["DELETE FROM {t} WHERE seq = 7"], 7, "the row is missing"),
    "delete the first": (["DELETE FROM {t} WHERE seq = 1"], 1, "the row is missing"),
    "delete and close the gap": (
        ["DELETE FROM {t} WHERE seq = 7", "UPDATE {t} SET seq = seq - 1 WHERE seq = 8"],
        7,
        "the row does not follow from the one before",
    ),
    "reorder": (
        ["UPDATE {t} SET seq = -5 WHERE seq = 5", "UPDATE {t} SET seq = 5 WHERE seq = 6", "UPDATE {t} SET seq = 6 WHERE seq = -5"],
        5,
        "the row does not follow from the one before",
    ),
    "cut the tail": (["DELETE FROM {t} WHERE seq > 9"], 10, "the row is missing: the tail was cut"),
    "cut everything": (["DELETE FROM {t}"], 1, "the row is missing: the tail was cut"),
    "cut the tail and move the head": (
        [
            "UPDATE chain_heads SET seq = 9, hash = (SELECT hash FROM {t} WHERE seq = 9) WHERE chain = '{c}'",
            "DELETE FROM {t} WHERE seq > 9",
        ],
        9,
        "the head row was changed or is missing",
    ),
    "remove the head": (["DELETE FROM chain_heads WHERE chain = '{c}'"], 1, "the head row was changed or is missing"),
}


@pytest.mark.parametrize("case", TAMPERINGS)
async def test_ad_11_the_broken_row_is_named(stores: Stores, table: str, case: str) -> None:
    statements, broken_at, reason = TAMPERINGS[case]
    chain = "consent" if table == "ledger" else table
    await tamper(stores, [statement.format(t=table, c=chain) for statement in statements])
    found = await report(stores, table)
    assert (found.intact, found.broken_at, found.reason) == (False, broken_at, reason)


async def test_ad_11_every_field_of_a_row_is_under_its_hash(stores: Stores, table: str) -> None:
    """Change each column in turn and put it back."""
    columns = [column.name for column in CHAINS["consent" if table == "ledger" else table].columns if column.name != "seq"]
    for name in columns:
        number = name in ("at", "expires_at")
        async with stores.database.read() as connection:
            kept = (await connection.execute(text(f'SELECT "{name}" FROM {table} WHERE seq = 4'))).scalar()
        await tamper(stores, [f'UPDATE {table} SET "{name}" = {"1" if number else repr("x" + name)} WHERE seq = 4'])
        assert (await report(stores, table)).broken_at == 4, name
        async with stores.database.write() as connection:
            await connection.execute(text(f'UPDATE {table} SET "{name}" = :kept WHERE seq = 4'), {"kept": kept})
    assert (await report(stores, table)).intact


async def test_ad_11_a_row_added_behind_the_head_is_named(stores: Stores) -> None:
    await stores.audit.append(entry(), entry())
    async with stores.database.write() as connection:
        row = dict((await connection.execute(text("SELECT * FROM audit WHERE seq = 2"))).mappings().one())
        forged = row | {"seq": 3, "previous": row["hash"], "hash": hashlib.sha256(b"x").hexdigest()}
        names = ", ".join(f'"{name}"' for name in forged)
        values = ", ".join(f":{name}" for name in forged)
        await connection.execute(text(f"INSERT INTO audit ({names}) VALUES ({values})"), forged)
    found = await stores.audit.verify()
    assert (found.broken_at, found.reason) == (3, "the row stands behind the head")


async def test_a_long_chain_is_walked_in_batches(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.storage.sql.chains.BATCH", 10)
    await stores.audit.append(*(entry(f"person:{n}") for n in range(45)))
    with stores.database.counting() as statements:
        found = await stores.audit.verify()
    assert (found.rows, found.intact) == (45, True)
    assert len(statements) == 8


async def test_a_chain_may_grow_while_it_is_verified(stores: Stores) -> None:
    await stores.audit.append(*(entry(f"person:{n}") for n in range(30)))

    async def grow() -> None:
        for n in range(10):
            await stores.audit.append(entry(f"person:new{n}"))

    *reports, _ = await asyncio.gather(*(stores.audit.verify() for _ in range(10)), grow())
    assert all(found is not None and found.intact for found in reports)


async def test_r7_two_processes_that_append_at_once_make_one_chain(stores: Stores, sql_url: str) -> None:
    await asyncio.to_thread(contest, "sql", sql_url, "append")
    found = await stores.audit.verify()
    assert (found.rows, found.intact) == (100, True)


async def test_the_trail_is_searched_newest_first(stores: Stores) -> None:
    failed = entry("person:b", AuditEvent.SIGN_IN_FAILED, at=entry().at + 5, reason="salah", names={"app": "Usaha"})
    await stores.audit.append(entry("person:a"), failed, entry("person:c", at=entry().at + 9))
    search = stores.audit.search
    assert [row.seq for row in await search()] == [3, 2, 1]
    assert [row.seq for row in await search(limit=1, before_seq=3)] == [2]
    assert [row.entry for row in await search(event="person.sign_in_failed")] == [failed]
    assert [row.seq for row in await search(subject="person:a", actor="operator:o")] == [1]
    assert [row.seq for row in await search(since=entry().at + 5, until=entry().at + 8)] == [2]
    assert await search(actor="operator:x") == []


async def test_appending_nothing_changes_nothing(stores: Stores) -> None:
    await stores.audit.append()
    assert (await stores.audit.verify()).rows == 0


def test_heads_of_different_chains_have_different_digests() -> None:
    assert Chain("audit", b"k" * 32).mac(1, "h") != Chain("consent", b"k" * 32).mac(1, "h")
