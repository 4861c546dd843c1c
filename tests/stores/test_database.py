"""Settings of the two databases, migrations, and what happens when a database cannot do what it should."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from hub.storage.sql import migrate
from hub.storage.sql.connector_tables import connector_secrets
from hub.storage.sql.database import Database, create_engine
from hub.storage.stores import Stores, open_stores
from kit.clock import FixedClock
from kit.expiring import StoreUnavailable
from tests.servers import Postgres, postgres, postgres_database
from tests.stores.conftest import MASTER_KEY
from tests.stores.samples import change, entry, person


async def value(stores: Stores, statement: str) -> object:
    async with stores.database.read() as connection:
        return (await connection.execute(text(statement))).scalar()


@pytest.mark.parametrize("sql_kind", ["sqlite"], indirect=True)
async def test_sqlite_keeps_every_commit_before_it_answers(stores: Stores) -> None:
    settings = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    assert {name: await value(stores, f"PRAGMA {name}") for name in settings} == settings


@pytest.mark.parametrize("sql_kind", ["postgresql"], indirect=True)
async def test_ft_04_postgresql_keeps_every_commit_before_it_answers(stores: Stores) -> None:
    assert await value(stores, "SHOW synchronous_commit") == "on"
    assert await value(stores, "SHOW statement_timeout") == "3s"


async def test_ft_04_a_weaker_setting_of_the_database_is_raised_and_a_stronger_one_kept() -> None:
    url = postgres_database()
    name = url.rpartition("/")[2]
    for configured, expected in (("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")):
        postgres().sql(f"ALTER DATABASE {name} SET synchronous_commit = {configured}")
        database = Database(url)
        async with database.read() as connection:
            assert (await connection.execute(text("SHOW synchronous_commit"))).scalar() == expected
        await database.aclose()


async def test_ft_06_a_statement_that_takes_too_long_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.storage.sql.database.STATEMENT_MS", 100)
    database = Database(postgres_database())
    started = time.perf_counter()
    with pytest.raises(StoreUnavailable):
        async with database.read() as connection:
            await connection.execute(text("SELECT pg_sleep(20)"))
    assert time.perf_counter() - started < 5
    async with database.read() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar() == 1
    await database.aclose()


async def test_ft_07_a_database_that_went_away_is_unavailable_and_found_again_when_it_is_back() -> None:
    server = Postgres()
    url = server.fresh()
    await migrate.upgrade(url)
    stores = await open_stores(url, MASTER_KEY, FixedClock())
    await stores.consent.append([change()], [entry()])
    server.process.send_signal(3)  # what an operator's immediate shutdown does
    server.process.wait(10)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await stores.consent.states("siti")
        with pytest.raises(StoreUnavailable):
            await stores.consent.append([change()])
    server.start()
    assert [one.record_id for one in await stores.consent.states("siti")] == ["r1"]
    assert (await stores.consent.verify()).rows == 1
    await stores.aclose()
    server.process.send_signal(2)
    server.process.wait(10)


@pytest.mark.parametrize("sql_kind", ["sqlite"], indirect=True)
async def test_ft_18_nothing_is_done_when_it_cannot_be_audited(stores: Stores) -> None:
    await stores.people.create(person(), [])
    async with stores.database.write() as connection:
        await connection.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the audit cannot be written'); END")
        )
    for write in (
        stores.consent.append([change()], [entry()]),
        stores.people.set_claims("siti", {}, "basic", [entry()]),
    ):
        with pytest.raises(Exception, match="audit"):
            await write
    assert await stores.people.get("siti") == person()
    assert await stores.consent.states("siti") == []


@pytest.mark.parametrize("sql_kind", ["sqlite"], indirect=True)
async def test_ft_08_a_busy_file_is_unavailable_and_then_works_again(stores: Stores, sql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = sqlite3.connect(sql_url.removeprefix("sqlite+aiosqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with stores.database.read() as connection:
        await connection.execute(text("PRAGMA busy_timeout = 20"))
    with pytest.raises(StoreUnavailable):
        await stores.audit.append(entry())
    other.execute("ROLLBACK")
    assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    other.close()
    await stores.audit.append(entry())
    assert (await stores.audit.verify()).rows == 1


async def test_a_fresh_database_lacks_every_migration_and_then_none(tmp_path: Path) -> None:
    for url in (f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", postgres_database()):
        assert await migrate.current(url) is None
        missing = await migrate.pending(url)
        assert missing[0].startswith("0001: ")
        assert not await migrate.is_current(url)
        assert await migrate.upgrade(url) == missing
        assert await migrate.pending(url) == []
        assert await migrate.is_current(url)
        assert await migrate.upgrade(url) == []
        assert await migrate.current(url) == missing[-1].partition(":")[0]


async def test_upgrades_at_the_same_moment_do_the_work_once(tmp_path: Path) -> None:
    for url in (f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", postgres_database()):
        done = await asyncio.gather(*(migrate.upgrade(url) for _ in range(3)))
        assert sorted(len(steps) for steps in done)[:2] == [0, 0]
        assert await migrate.pending(url) == []


async def test_a_database_of_a_newer_release_is_refused(stores: Stores, sql_url: str) -> None:
    async with stores.database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not await migrate.is_current(sql_url)
    for step in (migrate.upgrade, migrate.pending):
        with pytest.raises(migrate.NewerDatabase, match="newer release"):
            await step(sql_url)


async def test_the_migrations_make_the_tables_that_the_code_uses(sql_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), connector_secrets.metadata))

    engine = create_engine(sql_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_a_database_without_schema_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="data_keys"):
        await open_stores(f"sqlite+aiosqlite:///{tmp_path / 'bare.db'}", MASTER_KEY, FixedClock())


async def test_statements_are_counted_while_asked_for(stores: Stores) -> None:
    with stores.database.counting() as outer:
        await stores.people.count()
        with stores.database.counting() as inner:
            await stores.people.count()
    await stores.people.count()
    assert (len(outer), len(inner)) == (2, 1)
