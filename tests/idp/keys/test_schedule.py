"""The life of signing keys: next → active → retiring → removed, the same for every worker, and nothing of it readable in the database."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from hub.storage.expiring.memory import MemoryStore
from hub.storage.sql import migrate
from hub.storage.stores import Stores, open_stores
from idp.keys.schedule import RETIRED_AFTER, KeySchedule, UnknownKey
from idp.keys.signer import BadToken
from kit.audit import AuditEvent
from kit.clock import FixedClock
from tests.idp.samples import NOW

CLAIMS = {"sub": "x"}
MASTER_KEY = b"a master key of thirty-two bytes"


class Room:
    """One database of keys, and as many workers as a test wants."""

    def __init__(self, stores: Stores, clock: FixedClock) -> None:
        self.stores = stores
        self.clock = clock
        self.expiring = MemoryStore(clock)

    async def worker(self) -> KeySchedule:
        schedule = KeySchedule(self.stores.keys, self.stores.ring, self.expiring, self.clock)
        await schedule.refresh()
        return schedule

    async def states(self, alg: str = "ES256") -> dict[str, str]:
        return {row.kid: row.state for row in await self.stores.keys.all() if row.alg == alg}

    async def kid(self, state: str, alg: str = "ES256") -> str:
        (found,) = [kid for kid, one in (await self.states(alg)).items() if one == state]
        return found


@pytest.fixture(scope="module")
def first_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database after the first start, made once: RSA keys take their time."""
    path = tmp_path_factory.mktemp("keys") / "keys.db"

    async def make() -> None:
        await migrate.upgrade(url_of(path))
        stores = await open_stores(url_of(path), MASTER_KEY, FixedClock(NOW))
        await (await Room(stores, FixedClock(NOW)).worker()).ensure()
        await stores.aclose()

    asyncio.run(make())
    return path


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def room(first_keys: Path, tmp_path: Path) -> AsyncIterator[Room]:
    shutil.copy(first_keys, tmp_path / "keys.db")
    clock = FixedClock(NOW)
    stores = await open_stores(url_of(tmp_path / "keys.db"), MASTER_KEY, clock)
    yield Room(stores, clock)
    await stores.aclose()


def published(schedule: KeySchedule) -> list[str]:
    return [key["kid"] for key in schedule.jwks()["keys"]]


async def test_the_first_start_makes_an_active_and_a_next_key_of_each_algorithm(room: Room) -> None:
    schedule = await room.worker()
    for alg in ("ES256", "RS256"):
        assert sorted((await room.states(alg)).values()) == ["active", "next"]
    assert len(set(published(schedule))) == 4
    await schedule.ensure()
    assert len(await room.stores.keys.all()) == 4, "a second start makes none"
    for key in schedule.jwks()["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)
        assert (key["use"], key["alg"] in ("ES256", "RS256")) == ("sig", True)


async def test_jw_15_a_key_is_published_before_it_signs_and_after_it_stopped(room: Room) -> None:
    schedule = await room.worker()
    active, following = await room.kid("active"), await room.kid("next")
    token = schedule.signer.sign(CLAIMS, "ES256")
    assert await schedule.rotate("ES256", actor="cli") == [following]
    assert await room.kid("active") == following
    assert await room.kid("retiring") == active
    assert {active, following, await room.kid("next")} <= set(published(schedule))
    assert schedule.signer.verify(token) == CLAIMS
    assert await room.kid("active", "RS256") in published(schedule), "the other algorithm went on as it was"


async def test_jw_15_a_retired_key_goes_a_day_later_not_before(room: Room) -> None:
    schedule = await room.worker()
    first = await room.kid("active")
    await schedule.rotate("ES256", actor="cli")
    room.clock.advance(RETIRED_AFTER)
    await schedule.rotate("ES256", actor="cli")
    assert (await room.states())[first] == "retiring"
    room.clock.advance(1)
    await schedule.rotate("ES256", actor="cli")
    assert (await room.states())[first] == "removed"
    assert first not in published(schedule)


async def test_jw_15_every_worker_follows_a_change(room: Room) -> None:
    one, other = await room.worker(), await room.worker()
    before = other.version
    await other.refresh()
    assert other.version == before, "nothing moved, nothing was read"
    token = one.signer.sign(CLAIMS, "ES256")
    await one.rotate(actor="cli")
    await other.refresh()
    assert published(other) == published(one)
    assert other.signer.verify(token) == CLAIMS
    assert one.signer.verify(other.signer.sign(CLAIMS, "RS256")) == CLAIMS
    await one.remove(await room.kid("retiring"), actor="cli")
    await other.refresh()
    with pytest.raises(BadToken):
        other.signer.verify(token)


async def test_jw_15_a_lost_key_is_removed_at_once_even_while_it_signs(room: Room) -> None:
    schedule = await room.worker()
    lost = await room.kid("active")
    token = schedule.signer.sign(CLAIMS, "ES256")
    await schedule.remove(lost, actor="cli")
    assert (await room.states())[lost] == "removed"
    assert lost not in published(schedule)
    with pytest.raises(BadToken):
        schedule.signer.verify(token)
    assert schedule.signer.verify(schedule.signer.sign(CLAIMS, "ES256")) == CLAIMS


async def test_a_next_key_that_is_removed_is_replaced(room: Room) -> None:
    schedule = await room.worker()
    lost = await room.kid("next")
    await schedule.remove(lost, actor="cli")
    assert await room.kid("next") != lost
    for kid in (lost, "unknown"):
        with pytest.raises(UnknownKey):
            await schedule.remove(kid, actor="cli")


async def test_jw_15_a_rotation_is_taken_back_in_one_step(room: Room) -> None:
    schedule = await room.worker()
    with pytest.raises(UnknownKey):
        await schedule.roll_back("ES256", actor="cli")
    first, second = await room.kid("active"), await room.kid("next")
    await schedule.rotate("ES256", actor="cli")
    token = schedule.signer.sign(CLAIMS, "ES256")
    assert await schedule.roll_back("ES256", actor="cli") == first
    assert (await room.kid("active"), await room.kid("next")) == (first, second)
    assert schedule.signer.verify(token) == CLAIMS, "what the newer key signed stays good"
    assert await schedule.rotate("ES256", actor="cli") == [second]


async def test_every_change_stands_in_the_trail(room: Room) -> None:
    schedule = await room.worker()
    active = await room.kid("active")
    await schedule.rotate("ES256", actor="operator:x")
    await schedule.remove(active, actor="operator:x")
    found = [line.entry for line in await room.stores.audit.search(actor="operator:x")]
    assert {(entry.event, entry.subject) for entry in found} >= {(AuditEvent.KEY_REMOVED, f"key:{active}")}
    assert AuditEvent.KEY_ROTATED in {entry.event for entry in found}


async def test_no_private_key_is_readable_where_it_is_kept(room: Room) -> None:
    for row in await room.stores.keys.all():
        opened = orjson.loads(room.stores.ring.open(row.private, f"signing-key:{row.kid}"))
        assert opened["d"]
        assert opened["d"].encode() not in row.private
        assert opened["kty"].encode() not in row.private[16:64]
