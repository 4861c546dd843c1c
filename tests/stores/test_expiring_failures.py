"""A store that cannot answer says so, quickly, and answers again when it can."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis.asyncio

from hub.storage.expiring.redis import RedisStore
from hub.storage.expiring.sqlite import SqliteStore
from kit.clock import FixedClock
from kit.expiring import Put, StoreUnavailable
from tests.servers import redis_url, start_redis

RECORD = Put("k", b"value", 60, {"person:a": "0"})


@pytest.fixture
async def store() -> AsyncIterator[RedisStore]:
    opened = RedisStore(redis_url())
    yield opened
    await opened.aclose()


async def test_ft_10_a_redis_that_stands_still_is_unavailable_within_300_ms_and_then_comes_back() -> None:
    process, url = start_redis()
    store = RedisStore(url)
    await store.put(RECORD)
    process.send_signal(signal.SIGSTOP)
    try:
        for _ in range(2):  # on the open connection, then on a new one
            started = time.perf_counter()
            answers = await asyncio.gather(*(store.get("k") for _ in range(50)), return_exceptions=True)
            assert {type(answer) for answer in answers} == {StoreUnavailable}
            assert time.perf_counter() - started < 0.6, "well under a second on a busy machine; 0.25 s alone"
    finally:
        process.send_signal(signal.SIGCONT)
    assert await store.get("k") == b"value"
    await store.aclose()
    process.terminate()
    process.wait(10)


async def test_ft_10_a_redis_that_was_killed_is_unavailable_and_another_one_is_found_at_the_next_call() -> None:
    process, url = start_redis()
    store = RedisStore(url)
    await store.put(RECORD)
    waiting = [asyncio.ensure_future(store.get("k")) for _ in range(5)]
    process.kill()
    process.wait(10)
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(answer, StoreUnavailable) or answer == b"value" for answer in answers)
    with pytest.raises(StoreUnavailable):
        await store.get("k")
    path = Path(url.removeprefix("unix://"))
    path.unlink()
    other, _ = start_redis(path=path)
    assert await store.put(RECORD), "its scripts are loaded anew"
    assert await store.get("k") == b"value"
    await store.aclose()
    other.terminate()
    other.wait(10)


async def test_scripts_that_the_server_forgot_are_loaded_again(store: RedisStore) -> None:
    await store.put(RECORD)
    async with redis.asyncio.from_url(str(store.url)) as client:
        await client.script_flush()
    answers = await asyncio.gather(*(store.get("k") for _ in range(10)))
    assert answers == [b"value"] * 10


async def test_a_caller_that_gave_up_does_not_shift_the_answers_of_others(store: RedisStore) -> None:
    await store.put(*(Put(f"k{n}", b"%d" % n, 60) for n in range(20)))
    tasks = [asyncio.ensure_future(store.get(f"k{n}")) for n in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert answers[1::2] == [b"%d" % n for n in range(1, 20, 2)]
    assert await store.get("k4") == b"4"


async def test_a_redis_that_is_full_is_unavailable() -> None:
    process, url = start_redis("--maxmemory", "1mb", "--maxmemory-policy", "noeviction")
    store = RedisStore(url)
    with pytest.raises(StoreUnavailable, match="OOM"):
        for n in range(200):
            await store.put(Put(f"k{n}", b"x" * 20_000, 60))
    assert await store.get("k0") in (b"x" * 20_000, None)
    await store.aclose()
    process.terminate()
    process.wait(10)


@pytest.mark.parametrize(
    ("options", "unsafe"),
    [
        (["--appendonly", "yes", "--maxmemory", "64mb", "--maxmemory-policy", "noeviction"], []),
        (["--appendonly", "yes", "--maxmemory-policy", "allkeys-lru"], []),
        (["--appendonly", "yes", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"], ["maxmemory-policy must be noeviction"]),
        (["--maxmemory", "0"], ["appendonly must be yes"]),
    ],
    ids=["safe", "no limit", "evicts", "forgets"],
)
async def test_settings_of_the_server_that_break_a_promise_are_named(options: list[str], unsafe: list[str]) -> None:
    process, url = start_redis(*options)
    store = RedisStore(url)
    assert await store.unsafe_settings() == unsafe
    await store.aclose()
    process.terminate()
    process.wait(10)


async def test_calls_of_one_moment_share_one_round_trip(store: RedisStore) -> None:
    await store.ping()
    link = store._link
    assert link is not None
    writes: list[bytes] = []
    transport = link._transport

    class Counting:
        def write(self, data: bytes) -> None:
            writes.append(data)
            transport.write(data)

    link._transport = Counting()  # type: ignore[assignment]
    await asyncio.gather(*(store.get(f"k{n}") for n in range(50)))
    link._transport = transport
    assert len(writes) == 1


async def test_every_key_is_in_the_one_slot_of_the_house(store: RedisStore) -> None:
    await store.put(RECORD)
    await store.move("person:a")
    await store.increment("c", 60)
    async with redis.asyncio.from_url(str(store.url)) as client:
        keys = await client.keys("*")
        lives = [await client.ttl(key) for key in keys]
    assert len(keys) == 3
    assert all(key.startswith(b"{gapura}") for key in keys)
    assert all(life > 0 for life in lives), "nothing stays for ever"


async def test_a_session_and_a_finished_flow_stay_small(store: RedisStore) -> None:
    guards = {f"person:{'p' * 22}": "0", f"session:{'s' * 22}": "0", f"permit:{'p' * 22}:usaha-kecil": "0", "app:usaha-kecil": "0"}
    await store.put(Put("s:" + "d" * 43, b"v" * 400, 3600, guards))
    async with redis.asyncio.from_url(str(store.url)) as client:
        (key,) = await client.keys("*")
        used = await client.memory_usage(key)
    assert used <= 1000


async def test_sqlite_records_survive_a_restart(tmp_path: Path) -> None:
    clock = FixedClock()
    first = SqliteStore(tmp_path / "e.db", clock)
    await first.put(RECORD)
    await first.move("person:b")
    moved = await first.guards("person:b")
    await first.aclose()
    second = SqliteStore(tmp_path / "e.db", clock)
    assert await second.get("k") == b"value"
    assert await second.guards("person:b") == moved
    await second.aclose()
    assert os.stat(tmp_path / "e.db").st_mode & 0o077 == 0


async def test_the_moving_of_a_guard_waits_for_the_disk_and_other_writes_do_not(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "e.db", FixedClock())
    level = "NORMAL"
    commits: list[str] = []

    def hear(sql: str) -> None:
        nonlocal level
        if sql.startswith("PRAGMA synchronous = "):
            level = sql.rpartition(" ")[2]
        elif sql == "COMMIT":
            commits.append(level)

    store._db.set_trace_callback(hear)
    await store.put(RECORD)
    await store.close("person:a")
    await store.move("person:a")
    await store.put(Put("z", b"", 60))
    store._db.set_trace_callback(None)
    assert commits == ["NORMAL", "FULL", "FULL", "NORMAL"]
    assert store._db.execute("PRAGMA synchronous").fetchone() == (1,)
    await store.aclose()


async def test_ft_08_a_locked_file_is_unavailable_and_then_works_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.storage.expiring.sqlite.BUSY_SECONDS", 0.05)
    store = SqliteStore(tmp_path / "e.db", FixedClock())
    other = sqlite3.connect(tmp_path / "e.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable):
        await store.put(RECORD)
    assert await store.get("k") is None, "readers do not wait for a writer"
    other.execute("ROLLBACK")
    other.close()
    assert await store.put(RECORD)
    await store.aclose()
    with pytest.raises(StoreUnavailable):
        await store.get("k")


async def test_ft_08_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        SqliteStore(tmp_path / "no" / "such" / "folder.db", FixedClock())


async def test_a_purge_works_in_small_batches(tmp_path: Path) -> None:
    clock = FixedClock()
    store = SqliteStore(tmp_path / "e.db", clock)
    await store.put(*(Put(f"k{n}", b"", 10) for n in range(1200)))
    clock.advance(10)
    assert [await store.purge(clock.now()) for _ in range(4)] == [500, 500, 200, 0]
    await store.aclose()
