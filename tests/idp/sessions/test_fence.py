"""The fence: nothing is made from a permission that is just being changed."""

from __future__ import annotations

import pytest

from hub.storage.expiring.memory import MemoryStore
from idp import guards
from idp.sessions.fence import GuardFence
from kit.clock import FixedClock
from kit.expiring import Put

NAME = guards.permit("p", "a")


async def made(store: MemoryStore, key: str) -> bool:
    return await store.put(Put(key, b"x", 60, await store.guards(NAME)))


async def test_during_the_change_nothing_is_made_and_afterwards_the_old_is_dead() -> None:
    store = MemoryStore(FixedClock())
    assert await made(store, "before")
    async with GuardFence(store).changing("p", "a"):
        assert not await made(store, "during")
        assert await store.get("before") is None
    assert await store.get("before") is None and await made(store, "after")


async def test_a_change_that_failed_opens_the_fence_again() -> None:
    store = MemoryStore(FixedClock())
    with pytest.raises(ValueError, match="failed"):
        async with GuardFence(store).changing("p", "a"):
            raise ValueError("failed")
    assert await made(store, "after")


async def test_another_application_is_not_touched() -> None:
    store = MemoryStore(FixedClock())
    other = guards.permit("p", "b")
    await store.put(Put("other", b"x", 60, await store.guards(other)))
    async with GuardFence(store).changing("p", "a"):
        assert await store.get("other") == b"x"
