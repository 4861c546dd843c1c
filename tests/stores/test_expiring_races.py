"""Exactly one winner: among a hundred calls of one worker, and among two processes."""

from __future__ import annotations

import asyncio

import pytest

from kit.expiring import ExpiringStore, Put
from tests.stores.conftest import Backend
from tests.stores.contest import contest


async def test_one_of_a_hundred_put_if_absent_wins(store: ExpiringStore) -> None:
    won = await asyncio.gather(*(store.put_if_absent(Put("k", str(n).encode(), 60)) for n in range(100)))
    assert sum(won) == 1
    assert await store.get("k") == str(won.index(True)).encode()


async def test_one_of_a_hundred_takes_wins(store: ExpiringStore) -> None:
    await store.put(Put("k", b"value", 60))
    taken = await asyncio.gather(*(store.take("k") for _ in range(100)))
    assert sorted(one or b"" for one in taken) == [b""] * 99 + [b"value"]


async def test_one_of_a_hundred_spends_wins_and_the_others_learn_its_token(store: ExpiringStore) -> None:
    await store.put(Put("k", b"value", 60))
    spent = await asyncio.gather(*(store.spend("k", b"%d" % n, Put(f"at:{n}", b"a", 60)) for n in range(100)))
    winner = spent.index(None)
    assert [one for one in spent if one is not None] == [b"%d" % winner] * 99
    written = [n for n in range(100) if await store.get(f"at:{n}") is not None]
    assert written == [winner]


async def test_a_hundred_increments_count_to_a_hundred(store: ExpiringStore) -> None:
    assert sorted(await asyncio.gather(*(store.increment("k", 60) for _ in range(100)))) == list(range(1, 101))


@pytest.mark.parametrize("what", ["put_if_absent", "take", "spend", "increment"])
@pytest.mark.parametrize("backend", ["sqlite", "redis"], indirect=True)  # a dict belongs to one process
async def test_two_processes_have_one_winner(backend: Backend, what: str) -> None:
    if what in ("take", "spend"):
        backend.clock.moment = 4_000_000_000  # the other processes use the real time; this record outlives the test
        await backend.store.put(Put("race", b"value", 60))
    results = await asyncio.to_thread(contest, backend.kind, backend.url, what)
    if what == "increment":
        assert max(result["highest"] for result in results) == 200
        assert [result["won"] for result in results] == [100, 100]
    else:
        assert sum(result["won"] for result in results) == 1
    if what == "spend":
        assert sum(result["told"] for result in results) == 199
