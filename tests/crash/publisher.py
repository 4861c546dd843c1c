"""A process that publishes two connectors, one change set after another, until it is killed. Prints each that is acknowledged."""

from __future__ import annotations

import asyncio
import sys

from hub.storage.stores import open_stores
from kit.clock import SystemClock
from tests.stores.conftest import MASTER_KEY
from tests.stores.test_connector_revisions import entry, publication


async def publish(url: str) -> None:
    stores = await open_stores(url, MASTER_KEY, SystemClock())
    begun = len(await stores.connector_revisions.of("simpeg"))
    for number in range(begun + 1, begun + 10_000):
        both = [publication(number, secret=f"nilai-{number}"), publication(number, "arsip")]
        await stores.connector_revisions.publish(both, [entry(), entry("arsip")], now=number)
        print("done", number, flush=True)


if __name__ == "__main__":
    asyncio.run(publish(sys.argv[1]))
