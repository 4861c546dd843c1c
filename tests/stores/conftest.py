"""Every back end behind one face, so that one suite proves them all."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis.asyncio

from hub.storage.expiring.memory import MemoryStore
from hub.storage.expiring.redis import RedisStore
from hub.storage.expiring.sqlite import SqliteStore
from hub.storage.sql import migrate
from hub.storage.stores import Stores, open_stores
from kit.clock import FixedClock, SystemClock
from kit.expiring import ExpiringStore
from tests.servers import postgres, postgres_database, redis_url

MIGRATED: dict[str, str] = {}
MASTER_KEY = b"a master key of thirty-two bytes"


@dataclass
class Backend:
    """One expiring store, and the hand that moves its time."""

    kind: str
    url: str
    store: ExpiringStore
    clock: FixedClock

    async def age(self, seconds: int) -> None:
        """Let time pass. Redis keeps its own: every key of the database, and every deadline in it, is brought forward instead."""
        self.clock.advance(seconds)
        if self.kind != "redis":
            return
        async with redis.asyncio.from_url(self.url) as client:
            for key in await client.keys("*"):
                left = await client.pttl(key) - seconds * 1000
                if left <= 0:
                    await client.delete(key)
                    continue
                value = await client.get(key)
                if key.startswith(b"{gapura}g:") and b"!" in value:
                    name, _, deadline = value.partition(b"!")
                    value = name + b"!%d" % (int(deadline) - seconds * 1000)
                    await client.set(key, value)
                await client.pexpire(key, left)

    def another(self) -> ExpiringStore:
        """Return a second store on the same records, as a second worker has."""
        if self.kind == "redis":
            return RedisStore(self.url)
        return SqliteStore(Path(self.url), self.clock) if self.kind == "sqlite" else self.store


def open_expiring(kind: str, url: str) -> ExpiringStore:
    return RedisStore(url) if kind == "redis" else SqliteStore(Path(url), SystemClock())


@pytest.fixture(params=["memory", "sqlite", "redis"])
async def backend(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Backend]:
    kind: str = request.param
    clock = FixedClock()
    if kind == "redis":
        url = redis_url()
        store: ExpiringStore = RedisStore(url)
    else:
        url = str(tmp_path / "expiring.db")
        store = MemoryStore(clock) if kind == "memory" else SqliteStore(Path(url), clock)
    yield Backend(kind, url, store, clock)
    await store.aclose()


@pytest.fixture
def store(backend: Backend) -> ExpiringStore:
    return backend.store


@pytest.fixture(params=["sqlite", "postgresql"])
def sql_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    asyncio.run(migrate.upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
async def sql_url(sql_kind: str, tmp_path: Path, empty_file: Path) -> str:
    """The URL of a fresh database with the present schema."""
    if sql_kind == "sqlite":
        shutil.copy(empty_file, tmp_path / "gapura.db")
        return f"sqlite+aiosqlite:///{tmp_path / 'gapura.db'}"
    if "name" not in MIGRATED:
        url = postgres_database()
        await migrate.upgrade(url)
        MIGRATED["name"] = url.rpartition("/")[2]
    return postgres().fresh(MIGRATED["name"])


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def stores(sql_url: str, clock: FixedClock) -> AsyncIterator[Stores]:
    opened = await open_stores(sql_url, MASTER_KEY, clock)
    yield opened
    await opened.aclose()
