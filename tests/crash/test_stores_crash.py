"""kill -9 of writing processes, without a server around them: what was acknowledged is there, whole, and nothing else (FT-01, FT-03)."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from consent.models import Standing
from hub.storage.expiring.sqlite import SqliteStore
from hub.storage.sql import migrate
from hub.storage.stores import Stores, open_stores
from kit.clock import SystemClock
from tests.crash.writer import PEOPLE
from tests.servers import Postgres
from tests.stores.conftest import MASTER_KEY

WRITERS = ("a", "b")
KILLS = 3
WRITES = 40


def write_and_kill(url: str, expiring: Path, chance: random.Random) -> tuple[dict[str, int], dict[str, int]]:
    """Run the writers until enough is acknowledged, kill them at a random moment, and return what was asked and done last, by person."""
    command = [sys.executable, "-m", "tests.crash.writer", url, str(expiring)]
    running = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in WRITERS]
    asked: dict[str, int] = {}
    done: dict[str, int] = {}

    def note(line: str) -> bool:
        kind, *rest = line.split()
        if rest:
            (asked if kind == "ask" else done)[rest[0]] = int(rest[1])
        return kind == "done"

    pipes = [one.stdout for one in running if one.stdout is not None]
    for pipe in pipes:
        seen = 0
        while seen < WRITES // len(WRITERS):
            seen += note(pipe.readline())
    time.sleep(chance.random() * 0.05)  # the moment of the kill, not a wait for anything
    for one in running:
        one.kill()
    for pipe in pipes:
        for line in pipe:
            if line.endswith("\n"):
                note(line)
        pipe.close()
    for one in running:
        one.wait(10)
    return asked, done


async def settled(stores: Stores) -> None:
    """Return when PostgreSQL has finished or rolled back what the killed processes had sent."""
    busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gapura' AND state <> 'idle' AND pid <> pg_backend_pid()"
    while not stores.database.sqlite:
        async with stores.database.read() as connection:
            if (await connection.execute(text(busy))).scalar_one() == 0:
                return


async def check(stores: Stores, sessions: SqliteStore, asked: dict[str, int], done: dict[str, int]) -> int:
    """Return how many writes that were in flight are kept."""
    kept_in_flight = 0
    for name in WRITERS:
        for number in range(PEOPLE):
            who = f"{name}-{number}"
            rows = await stores.consent.history(who, limit=1_000_000)
            assert done.get(who, 0) <= len(rows) <= asked.get(who, 0), f"{who}: lost or invented"
            kept_in_flight += len(rows) - done.get(who, 0)
            states = await stores.consent.states(who)
            expected = [Standing.IN_FORCE if len(rows) % 2 else Standing.WITHDRAWN] if rows else []
            assert [one.standing for one in states] == expected
            assert len(await stores.audit.search(subject=f"person:{who}", limit=1000)) == min(len(rows), 1000), "audited exactly once"
            session = await sessions.get(f"s:{who}")
            assert int(session or 0) >= done.get(who, 0), "still signed in"
    for report in await stores.proving.whole():  # each person's own chain and present states too
        assert report.intact, report
    return kept_in_flight


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
async def test_ft_03_killed_writers_leave_whole_transactions_and_one_chain(tmp_path: Path, store: str) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'gapura.db'}" if store == "sqlite" else Postgres(durable=True).fresh()
    await migrate.upgrade(url)
    stores = await open_stores(url, MASTER_KEY, SystemClock())
    sessions = SqliteStore(tmp_path / "expiring.db", SystemClock())
    chance = random.Random(7)
    total: dict[str, int] = {}
    for _ in range(KILLS):
        asked, done = await asyncio.to_thread(write_and_kill, url, tmp_path / "expiring.db", chance)
        total |= done
        await settled(stores)
        await check(stores, sessions, asked, total)
    assert sum(total.values()) >= KILLS * WRITES
    await sessions.aclose()
    await stores.aclose()
