"""A process that writes consents until it is killed: `python -m tests.crash.writer <database url> <expiring file> <name>`.

Each line of its output says what it asks for, then that it is done: the pipe keeps what was acknowledged outside the process.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from consent.models import LedgerEvent, Standing
from hub.storage.expiring.sqlite import SqliteStore
from hub.storage.stores import open_stores
from kit.clock import SystemClock
from kit.expiring import Put
from tests.stores.conftest import MASTER_KEY
from tests.stores.samples import change, entry, state

PEOPLE = 4


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


async def main(url: str, expiring: str, name: str) -> None:
    stores = await open_stores(url, MASTER_KEY, SystemClock())
    sessions = SqliteStore(Path(expiring), SystemClock())

    async def person(number: int) -> None:
        """Agree and withdraw in turn, going on from what is kept; sign in anew each time."""
        who = f"{name}-{number}"
        kept = len(await stores.consent.history(who, limit=1_000_000))
        while True:
            kept += 1
            event = LedgerEvent.GIVEN if kept % 2 else LedgerEvent.WITHDRAWN
            standing = Standing.IN_FORCE if kept % 2 else Standing.WITHDRAWN
            say("ask", who, kept)
            made = state(f"r-{who}", standing, person=who)
            await stores.consent.append([change(event, made)], [entry(f"person:{who}")])
            await sessions.put(Put(f"s:{who}", str(kept).encode(), 3600, await sessions.guards(f"person:{who}")))
            say("done", who, kept)

    say("ready")
    await asyncio.gather(*(person(number) for number in range(PEOPLE)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
