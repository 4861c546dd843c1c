"""How patient a worker is with a connection (WB-12): a request that has begun is whole within twenty seconds, or the connection is closed.

A reverse proxy usually sees to this; where there is none, or it is set up wrongly, half a request must not hold a place for ever.
"""

from __future__ import annotations

import asyncio
import resource

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_SECONDS = 20.0
MOST_CONNECTIONS = 4000  # of one worker; beyond it 503 with what little that costs


class PatientProtocol(HttpToolsProtocol):
    """Times only what does not come in one piece, so that an ordinary request costs next to nothing here."""

    waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn narrows it
        super().connection_made(transport)
        self._time()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.waiting is not None:
            self.waiting.cancel()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        cycle = self.cycle  # of the newest request whose headers are whole; its scope is older than that of a request that has just begun
        if cycle is None or cycle.more_body or cycle.scope is not self.scope:
            self._time()
        elif self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None

    def _time(self) -> None:
        if self.waiting is None:
            self.waiting = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def _give_up(self) -> None:
        self.transport.abort()


def allow_files() -> None:
    """Let this process open as many files as the system lets it: each connection is one."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
