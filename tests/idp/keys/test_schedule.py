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
from idp.keys.algorithms import SIGNING
from idp.keys.plan import ANNOUNCED
from idp.keys.schedule import KeySchedule, TooSoon, UnknownKey
from idp.keys.signer import BadToken
from idp.settings import IdpSettings
from idp.store import Conflict
from kit.audit import AuditEvent
from kit.clock import FixedClock
from tests.idp.samples import NOW

CLAIMS = {"sub": "x"}
DAY = 86400
SETTINGS = IdpSettings(key_rotation_seconds=90 * DAY, key_retirement_seconds=31 * DAY)
MASTER_KEY = b"a master key of thirty-two bytes"


class Room:
    """One database of keys, and as many workers as a test wants."""

    def __init__(self, stores: Stores, clock: FixedClock) -> None:
        self.stores = stores
        self.clock = clock
        self.expiring = MemoryStore(clock)

    async def worker(self) -> KeySchedule:
        schedule = KeySchedule(self.stores.keys, self.stores.ring, self.expiring, self.clock, SETTINGS)
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


async def test_the_first_start_makes_a_key_of_each_algorithm_and_the_slow_next_ones_come_after_it(room: Room) -> None:
    schedule = await room.worker()
    for alg in SIGNING:
        slow = alg in ("RS256", "PS256")
        assert sorted((await room.states(alg)).values()) == (["active"] if slow else ["active", "next"]), alg
        assert schedule.signer.verify(schedule.signer.sign(CLAIMS, alg)) == CLAIMS
    await schedule.ensure()
    assert len(await room.stores.keys.all()) == 8, "a second start makes none"
    await schedule.tend()
    for alg in SIGNING:
        assert sorted((await room.states(alg)).values()) == ["active", "next"], alg
    room.clock.advance(60)
    await schedule.tend()
    assert len(await room.stores.keys.all()) == 10, "nothing is left to do"


async def test_no_two_algorithms_share_a_key_and_none_shows_its_private_part(room: Room) -> None:
    schedule = await room.worker()
    keys = schedule.jwks()["keys"]
    assert [key["alg"] for key in keys if key["kid"] == schedule.signer.active[key["alg"]][0]] == list(SIGNING)
    assert len({key["kid"] for key in keys}) == len(keys)
    assert len({key.get("n", key.get("x")) for key in keys}) == len(keys)
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)
        assert key["use"] == "sig"


async def test_jw_15_a_next_key_signs_only_when_it_was_published_for_a_day(room: Room) -> None:
    schedule = await room.worker()
    active, following = await room.kid("active"), await room.kid("next")
    room.clock.advance(ANNOUNCED - 1)
    with pytest.raises(TooSoon) as early:
        await schedule.rotate("ES256", actor="cli")
    assert early.value.ready == {"ES256": NOW + ANNOUNCED}
    assert await room.kid("active") == active, "nothing has changed"
    room.clock.advance(1)
    assert await schedule.rotate("ES256", actor="cli") == [following]
    with pytest.raises(TooSoon):
        await schedule.rotate("ES256", actor="cli")
    assert len(await schedule.rotate("ES256", actor="cli", at_once=True)) == 1, "an operator may insist"


async def test_jw_15_all_algorithms_rotate_together_or_none(room: Room) -> None:
    schedule = await room.worker()
    await schedule.tend()
    room.clock.advance(ANNOUNCED)
    await schedule.rotate("EdDSA", actor="cli")
    before = {row.kid: row.state for row in await room.stores.keys.all()}
    with pytest.raises(TooSoon) as early:
        await schedule.rotate(actor="cli")
    assert list(early.value.ready) == ["EdDSA"]
    assert {row.kid: row.state for row in await room.stores.keys.all()} == before
    room.clock.advance(ANNOUNCED)
    assert len(await schedule.rotate(actor="cli")) == len(SIGNING)


async def test_jw_15_a_key_is_published_before_it_signs_and_after_it_stopped(room: Room) -> None:
    schedule = await room.worker()
    active, following = await room.kid("active"), await room.kid("next")
    token = schedule.signer.sign(CLAIMS, "ES256")
    assert following in published(schedule)
    assert await schedule.rotate("ES256", actor="cli", at_once=True) == [following]
    assert await room.kid("active") == following
    assert await room.kid("retiring") == active
    assert {active, following, await room.kid("next")} <= set(published(schedule))
    assert schedule.signer.verify(token) == CLAIMS
    assert await room.kid("active", "RS256") in published(schedule), "the other algorithm went on as it was"


async def test_jw_15_the_schedule_rotates_after_ninety_days_and_not_before(room: Room) -> None:
    schedule, other = await room.worker(), await room.worker()
    await schedule.tend()
    following = {alg: await room.kid("next", alg) for alg in SIGNING}
    room.clock.advance(90 * DAY - 1)
    await schedule.tend()
    assert {alg: await room.kid("next", alg) for alg in SIGNING} == following
    room.clock.advance(1)
    await asyncio.gather(schedule.tend(), other.tend())
    assert {alg: await room.kid("active", alg) for alg in SIGNING} == following, "rotated once, although two workers looked"
    await other.refresh()
    assert published(other) == published(schedule)


async def test_jw_15_a_key_retires_for_a_month_and_then_goes(room: Room) -> None:
    schedule = await room.worker()
    first = await room.kid("active")
    token = schedule.signer.sign(CLAIMS, "ES256")
    await schedule.rotate("ES256", actor="cli", at_once=True)
    room.clock.advance(31 * DAY - 1)
    await schedule.tend()
    assert schedule.signer.verify(token) == CLAIMS
    room.clock.advance(31)
    await schedule.tend()
    assert (await room.states())[first] == "removed"
    assert first not in published(schedule)
    with pytest.raises(BadToken, match="unknown key"):
        schedule.signer.verify(token)


async def test_jw_15_every_worker_follows_a_change(room: Room) -> None:
    one, other = await room.worker(), await room.worker()
    before = other.version
    await other.refresh()
    assert other.version == before, "nothing moved, nothing was read"
    token = one.signer.sign(CLAIMS, "ES256")
    await one.rotate("ES256", actor="cli", at_once=True)
    await other.refresh()
    assert published(other) == published(one)
    assert other.signer.verify(token) == CLAIMS
    assert one.signer.verify(other.signer.sign(CLAIMS, "RS256")) == CLAIMS
    await one.remove(await room.kid("retiring"), actor="cli")
    await other.refresh()
    with pytest.raises(BadToken):
        other.signer.verify(token)


async def test_jw_15_a_worker_that_was_not_told_sees_the_change_when_it_tends(room: Room) -> None:
    one, other = await room.worker(), await room.worker()
    lost = await room.kid("active")
    row = next(row for row in await room.stores.keys.all() if row.kid == lost)
    await room.stores.keys.set_states({lost: "retiring"}, NOW, expected={lost: "active"}, add=[await one._made(row.alg, "active")])
    await other.tend()
    assert other.signer.active["ES256"][0] == await room.kid("active") != lost


async def test_jw_15_a_lost_key_is_removed_at_once_even_while_it_signs(room: Room) -> None:
    schedule = await room.worker()
    for alg in ("ES256", "PS256"):  # with a next key announced, and before there is one
        lost = await room.kid("active", alg)
        token = schedule.signer.sign(CLAIMS, alg)
        await schedule.remove(lost, actor="cli")
        assert (await room.states(alg))[lost] == "removed"
        assert lost not in published(schedule)
        with pytest.raises(BadToken):
            schedule.signer.verify(token)
        assert schedule.signer.verify(schedule.signer.sign(CLAIMS, alg)) == CLAIMS


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
    await schedule.rotate("ES256", actor="cli", at_once=True)
    token = schedule.signer.sign(CLAIMS, "ES256")
    assert await schedule.roll_back("ES256", actor="cli") == first
    assert (await room.kid("active"), await room.kid("next")) == (first, second)
    assert schedule.signer.verify(token) == CLAIMS, "what the newer key signed stays good"
    assert await schedule.rotate("ES256", actor="cli", at_once=True) == [second]


async def test_two_that_rotate_at_once_rotate_once(room: Room) -> None:
    one, other = await room.worker(), await room.worker()
    following = await room.kid("next")
    done = await asyncio.gather(*(schedule.rotate("ES256", actor="cli", at_once=True) for schedule in (one, other)), return_exceptions=True)
    assert [result for result in done if not isinstance(result, Conflict)] == [[following]]
    assert sorted((await room.states()).values()) == ["active", "next", "retiring"]


async def test_every_change_stands_in_the_trail_with_its_reason(room: Room) -> None:
    schedule = await room.worker()
    active, following = await room.kid("active"), await room.kid("next")
    await schedule.rotate("ES256", actor="operator:x", reason="planned", at_once=True)
    await schedule.remove(active, actor="operator:x", reason="stolen")
    found = [line.entry for line in await room.stores.audit.search(actor="operator:x")]
    said = {(entry.event, entry.subject, entry.after["state"], entry.reason) for entry in found}
    assert said >= {
        (AuditEvent.KEY_ROTATED, f"key:{following}", "active", "planned"),
        (AuditEvent.KEY_ROTATED, f"key:{active}", "retiring", "planned"),
        (AuditEvent.KEY_REMOVED, f"key:{active}", "removed", "stolen"),
    }


async def test_no_private_key_is_readable_where_it_is_kept(room: Room) -> None:
    for row in await room.stores.keys.all():
        opened = orjson.loads(room.stores.ring.open(row.private, f"signing-key:{row.kid}"))
        assert opened["d"]
        assert opened["d"].encode() not in row.private
        assert opened["kty"].encode() not in row.private[16:64]
