"""Sentinel tells where the primary is, also after a failover; in a Cluster all keys are on the node that has our slot."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis.asyncio

from hub.storage.expiring.redis import RedisStore
from kit.expiring import Put, StoreUnavailable
from tests.servers import free_port, start_redis

RECORD = Put("k", b"value", 60, {"person:a": "0"})


async def eventually(what: object, seconds: float = 15) -> None:
    """Return when the awaited condition holds: servers settle among themselves in their own time."""
    async with asyncio.timeout(seconds):
        while not await what():  # type: ignore[operator]
            await asyncio.sleep(0.05)


@pytest.fixture
async def servers() -> AsyncIterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.terminate()
        process.wait(10)


async def test_sentinel_names_the_primary_also_after_another_took_over(servers: list[subprocess.Popen[bytes]], tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    servers.extend(start_redis("--port", str(port))[0] for port in ports)
    watching = free_port()
    config = tmp_path / "sentinel.conf"
    config.write_text(f"port {watching}\ndir {tmp_path}\nsentinel monitor gapura 127.0.0.1 {ports[0]} 1\n")
    servers.append(subprocess.Popen(["redis-server", str(config), "--sentinel"], stdout=subprocess.DEVNULL))
    old, new = (redis.asyncio.Redis(port=port, db=3) for port in ports)
    store = RedisStore(f"redis+sentinel://127.0.0.1:{watching}/gapura/3")

    async def answers() -> bool:
        try:
            return await store.put(RECORD) and await store.get("k") == b"value"
        except StoreUnavailable:
            return False

    await eventually(answers)
    assert (await old.dbsize(), await new.dbsize()) == (1, 0)

    await old.execute_command("REPLICAOF", "127.0.0.1", str(ports[1]))
    with pytest.raises(StoreUnavailable, match="READONLY"):
        await store.put(RECORD)
    async with redis.asyncio.Redis(port=watching) as told:
        await told.execute_command("SENTINEL", "REMOVE", "gapura")
        await told.execute_command("SENTINEL", "MONITOR", "gapura", "127.0.0.1", str(ports[1]), "1")
    await eventually(answers)
    assert await new.dbsize() == 1
    for one in (old, new):
        await one.aclose()
    await store.aclose()


async def test_a_cluster_is_followed_to_the_node_of_our_slot(servers: list[subprocess.Popen[bytes]]) -> None:
    ports = [free_port(), free_port()]
    for port in ports:
        servers.append(start_redis("--port", str(port), "--cluster-enabled", "yes", "--cluster-port", str(free_port()))[0])
    first, second = (redis.asyncio.Redis(port=port) for port in ports)
    slot = int(await first.execute_command("CLUSTER", "KEYSLOT", "{gapura}:k"))
    await second.execute_command("CLUSTER", "ADDSLOTSRANGE", slot, slot)
    await first.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, slot - 1, slot + 1, 16383)
    bus = int((await second.execute_command("CONFIG", "GET", "cluster-port"))[b"cluster-port"])
    await first.execute_command("CLUSTER", "MEET", "127.0.0.1", ports[1], bus)

    async def moved() -> bool:
        try:
            await first.get("{gapura}:k")
        except redis.exceptions.ResponseError as error:
            return "MOVED" in f"{type(error).__name__} {error}".upper()
        return False

    await eventually(moved)
    store = RedisStore(f"redis://127.0.0.1:{ports[0]}")

    async def answers() -> bool:
        try:
            return await store.put(RECORD)
        except StoreUnavailable:
            return False

    await eventually(answers)
    assert await store.get("k") == b"value"
    assert await second.dbsize() == 1
    assert await first.dbsize() == 0
    await store.aclose()
    await first.aclose()
    await second.aclose()
