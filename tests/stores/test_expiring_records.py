"""What a record of the expiring store promises, on every back end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kit.expiring import ExpiringStore, Put
from tests.stores.conftest import Backend

RECORD = Put("code:a", b"\x00value\xff", 60)


async def test_a_record_is_there_until_its_time_is_over(backend: Backend) -> None:
    assert await backend.store.put(RECORD)
    await backend.age(59)
    assert await backend.store.get("code:a") == b"\x00value\xff"
    await backend.age(1)
    assert await backend.store.get("code:a") is None


async def test_a_record_that_was_never_put_is_absent(store: ExpiringStore) -> None:
    assert await store.get("code:a") is None
    assert await store.take("code:a") is None
    assert await store.spend("code:a", b"t") == b""


@pytest.mark.parametrize("value", [b"", b"\xff", b"\x00", b"\x01\x02", b"x" * 100_000], ids=["empty", "255", "zero", "short", "long"])
async def test_any_bytes_come_back_as_they_were(store: ExpiringStore, value: bytes) -> None:
    await store.put(Put("k", value, 60, {"person:a": "0"}), Put("plain", value, 60))
    assert await store.get("k") == value
    assert await store.get("plain") == value


async def test_putting_again_replaces_value_and_time(backend: Backend) -> None:
    await backend.store.put(RECORD)
    await backend.age(30)
    await backend.store.put(replace(RECORD, value=b"new"))
    await backend.age(59)
    assert await backend.store.get("code:a") == b"new"


async def test_a_record_with_no_time_left_is_forgotten(store: ExpiringStore) -> None:
    await store.put(RECORD)
    assert await store.put(replace(RECORD, ttl=0))
    assert await store.get("code:a") is None


async def test_take_gives_the_value_once(store: ExpiringStore) -> None:
    await store.put(RECORD)
    assert await store.take("code:a") == b"\x00value\xff"
    assert await store.take("code:a") is None
    assert await store.get("code:a") is None


async def test_put_if_absent_keeps_the_first(backend: Backend) -> None:
    assert await backend.store.put_if_absent(RECORD)
    assert not await backend.store.put_if_absent(replace(RECORD, value=b"second"))
    assert await backend.store.get("code:a") == b"\x00value\xff"
    await backend.age(60)
    assert await backend.store.put_if_absent(replace(RECORD, value=b"second"))


async def test_a_spent_record_answers_only_with_its_first_token(backend: Backend) -> None:
    store = backend.store
    await store.put(RECORD)
    assert await store.spend("code:a", b"first", Put("at:1", b"token", 600)) is None
    assert await store.spend("code:a", b"second", Put("at:2", b"token", 600)) == b"first"
    assert await store.get("at:1") == b"token"
    assert await store.get("at:2") is None
    assert await store.get("code:a") is None
    assert await store.take("code:a") is None
    assert not await store.put_if_absent(RECORD), "a spent key cannot be used anew"
    await backend.age(60)
    assert await store.spend("code:a", b"third") == b"", "the mark lives as long as the record would have"
    assert await store.get("at:1") == b"token"


async def test_delete_forgets_every_named_record(store: ExpiringStore) -> None:
    await store.put(RECORD, Put("b", b"b", 60), Put("c", b"c", 60))
    await store.delete("code:a", "b", "never-there")
    assert [await store.get(key) for key in ("code:a", "b", "c")] == [None, None, b"c"]
    await store.delete()


async def test_a_window_counts_from_its_first_event(backend: Backend) -> None:
    store = backend.store
    assert [await store.increment("throttle:a", 60) for _ in range(3)] == [1, 2, 3]
    await backend.age(59)
    assert await store.increment("throttle:a", 60) == 4
    assert await store.increment("throttle:b", 60) == 1
    await backend.age(1)
    assert await store.increment("throttle:a", 60) == 1


async def test_records_counters_and_guards_of_one_name_are_different_things(store: ExpiringStore) -> None:
    await store.put(Put("x", b"value", 60))
    await store.move("x")
    assert await store.increment("x", 60) == 1
    assert await store.get("x") == b"value"


async def test_purge_frees_only_what_is_past_its_time(backend: Backend) -> None:
    await backend.store.put(RECORD, Put("long", b"l", 600))
    await backend.store.increment("c", 60)
    await backend.age(60)
    gone = await backend.store.purge(backend.clock.now())
    assert gone == (0 if backend.kind == "redis" else 2)
    assert await backend.store.get("long") == b"l"


async def test_a_second_worker_sees_the_same_records(backend: Backend) -> None:
    await backend.store.put(RECORD)
    other = backend.another()
    assert await other.take("code:a") == b"\x00value\xff"
    assert await backend.store.get("code:a") is None
    await other.ping()
    if other is not backend.store:
        await other.aclose()
