"""The disclosure log: durable before the first answer that carries the data leaves, and cheap for every later one.

Concurrent first disclosures share one commit. A later release of the same claims under the same grant raises a counter in memory that is
written at least once a minute. What is remembered is bounded; forgetting costs one more statement, never a lost row.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from consent.models import Disclosure
from consent.store import DisclosureStore
from kit.clock import Clock

KNOWN = 50_000
Key = tuple[str, tuple[str, ...]]


class DisclosureLog:
    def __init__(self, store: DisclosureStore, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self._known: OrderedDict[Key, None] = OrderedDict()
        self._counts: dict[Key, tuple[int, int]] = {}
        self._waiting: list[tuple[Disclosure, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def record(self, disclosure: Disclosure) -> None:
        """Return when the disclosure is durable; raise what the store raised, so that the caller does not answer."""
        key = (disclosure.grant, disclosure.claims)
        if key in self._known:
            times, _ = self._counts.get(key, (0, 0))
            self._counts[key] = (times + 1, disclosure.at)
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((disclosure, done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        """Write what has gathered, in one commit at a time, until nothing waits."""
        await asyncio.sleep(0)
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await self.store.record([disclosure for disclosure, _ in batch])
            except Exception as error:
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
                continue
            for disclosure, done in batch:
                self._remember((disclosure.grant, disclosure.claims))
                if not done.done():
                    done.set_result(None)
        self._writer = None

    def _remember(self, key: Key) -> None:
        self._known[key] = None
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)

    async def flush(self) -> None:
        """Write the counters. Called every half minute, and before a worker ends."""
        counts, self._counts = self._counts, {}
        if counts:
            try:
                await self.store.raise_counters([(grant, claims, times, at) for (grant, claims), (times, at) in counts.items()])
            except Exception:
                for key, (times, at) in counts.items():
                    more, last = self._counts.get(key, (0, 0))
                    self._counts[key] = (times + more, max(at, last))
                raise
