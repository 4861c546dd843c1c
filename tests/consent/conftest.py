"""The consent room on a real SQLite database and real guards."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consent.models import Notice
from consent.service import ConsentService
from hub.storage.expiring.memory import MemoryStore
from hub.storage.sql import migrate
from hub.storage.stores import Stores, open_stores
from idp.sessions.fence import GuardFence
from kit.clock import FixedClock
from tests.consent.samples import NOW, notice

EMPTY: dict[str, Path] = {}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def expiring(clock: FixedClock) -> MemoryStore:
    return MemoryStore(clock)


@pytest.fixture
async def stores(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, clock: FixedClock) -> AsyncIterator[Stores]:
    if "file" not in EMPTY:
        EMPTY["file"] = tmp_path_factory.mktemp("consent") / "empty.db"
        await migrate.upgrade(f"sqlite+aiosqlite:///{EMPTY['file']}")
    shutil.copy(EMPTY["file"], tmp_path / "gapura.db")
    opened = await open_stores(f"sqlite+aiosqlite:///{tmp_path / 'gapura.db'}", b"a master key of thirty-two bytes", clock)
    yield opened
    await opened.aclose()


@pytest.fixture
def published() -> dict[str, Notice]:
    """The texts that the registry would have; a test may publish more."""
    return {one.id: one for one in (notice(), notice(service="sktm"))}


@pytest.fixture
def service(stores: Stores, expiring: MemoryStore, clock: FixedClock, published: dict[str, Notice]) -> ConsentService:
    return ConsentService(stores.consent, GuardFence(expiring), clock, lambda: published)
