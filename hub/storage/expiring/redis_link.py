"""One pipelined connection to Redis: whatever is asked in one turn of the event loop leaves in one write.

redis-py opens it (address, TLS, user, database) and hands over its transport; from then on commands are packed and answers parsed by
hiredis straight from the protocol, which costs a fraction of a client call. Answers come in the order of the questions. When anything is
wrong with the connection every waiting caller gets StoreUnavailable and the link is dead; the store opens another at the next call.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, cast

import hiredis

from kit.expiring import StoreUnavailable

PATIENCE = 0.2  # seconds without any answer while one is owed
GRACE = 0.05  # once more, because a busy event loop may see the timer before the answer


class Link(asyncio.Protocol):
    """Owns the transport. Lives in one event loop."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._loop = asyncio.get_running_loop()
        self._writer = writer  # kept, because it closes its transport when it is forgotten
        self._transport = writer.transport
        self._reader = hiredis.Reader()
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._unsent: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        self._heard = 0.0
        self._suspected = False
        self.dead = False
        self._transport.set_protocol(self)

    def send(self, command: tuple[bytes | int, ...]) -> asyncio.Future[Any]:
        """Return the future answer to one command. A reply that is an error comes as hiredis.ReplyError, as a value."""
        future = self._loop.create_future()
        if self.dead:
            future.set_exception(StoreUnavailable("the connection to Redis is closed"))
            return future
        if not self._unsent:
            self._loop.call_soon(self._flush)
        self._unsent.append(cast("bytes", hiredis.pack_command(cast("Any", command))))
        self._waiting.append(future)
        return future

    def _flush(self) -> None:
        if self.dead:
            return
        if len(self._waiting) == len(self._unsent):
            self._heard = self._loop.time()
        self._transport.write(b"".join(self._unsent))
        self._unsent.clear()
        if self._timer is None:
            self._timer = self._loop.call_later(PATIENCE, self._look)

    def _look(self) -> None:
        """Give up when an answer is owed and nothing was heard for the time of patience."""
        self._timer = None
        if self.dead or not self._waiting:
            return
        silent = self._loop.time() - self._heard
        if silent < PATIENCE:
            self._suspected = False
            self._timer = self._loop.call_later(PATIENCE - silent + 0.001, self._look)
        elif not self._suspected:
            self._suspected = True
            self._timer = self._loop.call_later(GRACE, self._look)
        else:
            self.close("Redis did not answer in time")

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        self._suspected = False
        reader, waiting = self._reader, self._waiting
        try:
            reader.feed(data)
            while (reply := reader.gets()) is not False:
                future = waiting.popleft()
                if not future.done():
                    future.set_result(reply)
        except (hiredis.ProtocolError, IndexError):
            self.close("Redis answered what was not asked")

    def connection_lost(self, exc: Exception | None) -> None:
        self.close("Redis closed the connection")

    def close(self, reason: str = "the store was closed") -> None:
        """Drop the connection; every waiting caller gets StoreUnavailable."""
        if self.dead:
            return
        self.dead = True
        self._transport.abort()
        if self._timer is not None:
            self._timer.cancel()
        self._unsent.clear()
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(StoreUnavailable(reason))
