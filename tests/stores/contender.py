"""A process of its own that races others: `python -m tests.stores.contender <kind> <url> <what>`; starts at a line on stdin."""

from __future__ import annotations

import asyncio
import json
import sys

from kit.expiring import ExpiringStore, Put
from tests.stores.conftest import MASTER_KEY, open_expiring

CALLS = 100


async def race(store: ExpiringStore, what: str) -> dict[str, int]:
    """Return how often this process won, and the highest count it saw."""
    await store.ping()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    if what == "put_if_absent":
        won: list[object] = await asyncio.gather(*(store.put_if_absent(Put("race", b"x", 60)) for _ in range(CALLS)))
        return {"won": sum(bool(one) for one in won)}
    if what == "take":
        taken = await asyncio.gather(*(store.take("race") for _ in range(CALLS)))
        return {"won": sum(one is not None for one in taken)}
    if what == "spend":
        spent = await asyncio.gather(*(store.spend("race", b"t", Put(f"at:{n}", b"a", 60)) for n in range(CALLS)))
        return {"won": sum(one is None for one in spent), "told": sum(one == b"t" for one in spent)}
    counts = await asyncio.gather(*(store.increment("race", 60) for _ in range(CALLS)))
    return {"won": len(set(counts)), "highest": max(counts)}


async def append(url: str) -> dict[str, int]:
    from hub.storage.stores import open_stores
    from kit.audit import AuditEvent, Entry
    from kit.clock import FixedClock

    stores = await open_stores(url, MASTER_KEY, FixedClock())
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    entry = Entry(AuditEvent.SIGNED_IN, "person:a", "person:a", 1)
    await asyncio.gather(*(stores.audit.append(entry, entry) for _ in range(CALLS // 4)))
    await stores.aclose()
    return {"won": CALLS // 2}


async def main(kind: str, url: str, what: str) -> None:
    if kind == "sql":
        print(json.dumps(await append(url)))
        return
    store = open_expiring(kind, url)
    print(json.dumps(await race(store, what)))
    await store.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
