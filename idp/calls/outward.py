"""The one way out to an older API: guarded addresses, one deadline, a bounded answer, a bulkhead and a breaker for each connector.

Whoever is slow or down holds as many calls as its own setting says, for seconds, and then none: every other connector is as before (C12).
What counts against it is judged by what its answer says, never by its status alone: an older API says no with 500, and a caller who asks
what it refuses must not close it to all others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from connectors.apis.settings import ApiSettings
from connectors.calls import Failure, Fault, OutboundRequest, Response
from kit.breaker import Breaker, Rule
from kit.outbound import Lanes, read_limited

MOST_TOKEN_ANSWER = 65_536
LARGE = 65_536  # bytes; an answer beyond is read in a thread: unpacking one of a megabyte takes the loop a second
COUNTED = (Fault.BROKEN, Fault.UNREACHABLE)

Read = TypeVar("Read")


@dataclass(slots=True)
class Lane:
    """One connector's: how many calls wait, and whether it is asked at all. `held_until`: the moment that it named itself."""

    breaker: Breaker
    waiting: int = 0
    held_until: float = 0


@dataclass(frozen=True)
class Outward:
    clients: Lanes
    now: Callable[[], float] = time.monotonic
    lanes: dict[str, Lane] = field(default_factory=dict)

    def lane(self, connector: str, settings: ApiSettings) -> Lane:
        """Five failures in the time that five answers may take open it, so that it opens even when one call waits after the other."""
        if connector not in self.lanes:
            self.lanes[connector] = Lane(Breaker(Rule(window=min(60.0, max(10.0, 5 * settings.timeout_seconds)))))
        return self.lanes[connector]

    async def send(
        self,
        connector: str,
        settings: ApiSettings,
        request: OutboundRequest,
        read: Callable[[Response], Read | Failure],
        *,
        most: int = 0,
    ) -> Read | Failure:
        """Return what `read` makes of the answer; a Failure when there is none, or it is not asked for."""
        lane, now = self.lane(connector, settings), self.now()
        if now < lane.held_until:
            return Failure(Fault.LIMITED, pause=int(lane.held_until - now) + 1)
        if lane.waiting >= settings.at_once:
            return Failure(Fault.BUSY, pause=1)
        if not lane.breaker.admits(now):
            return Failure(Fault.BUSY, pause=lane.breaker.retry_after(now))
        lane.waiting += 1
        told = False
        try:
            outcome = await self._asked(connector, settings, request, read, most or settings.most_answer_bytes)
            told = True
            failure = outcome if isinstance(outcome, Failure) else None
            (lane.breaker.failed if failure is not None and failure.fault in COUNTED else lane.breaker.succeeded)(self.now())
            if failure is not None and failure.held:
                lane.held_until = self.now() + failure.pause
            return outcome
        finally:
            lane.waiting -= 1
            if not told:  # the caller went away
                lane.breaker.abandoned()

    async def _asked(
        self, connector: str, settings: ApiSettings, request: OutboundRequest, read: Callable[[Response], Read | Failure], most: int
    ) -> Read | Failure:
        response = await self._answer(self.clients.of(connector, settings.at_once), settings, request, most)
        if isinstance(response, Failure):
            return response
        return await asyncio.to_thread(read, response) if len(response.body) > LARGE else read(response)

    async def _answer(self, http: httpx.AsyncClient, settings: ApiSettings, request: OutboundRequest, most: int) -> Response | Failure:
        if not all(value.isascii() and value.isprintable() and value == value.strip() for value in request.headers.values()):
            return UNSENDABLE
        try:
            made = http.build_request(
                request.method, request.url, headers=dict(request.headers), content=request.body or None, timeout=settings.timeout_seconds
            )
        except httpx.InvalidURL:
            return Failure(Fault.MALFORMED, "the call makes an address that is too long, or is none")
        try:
            async with asyncio.timeout(settings.timeout_seconds):
                response = await http.send(made, stream=True)
                try:
                    body = await read_limited(response, most)
                finally:
                    await response.aclose()
                return Response(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)
        except httpx.LocalProtocolError:
            return UNSENDABLE
        except (TimeoutError, httpx.HTTPError):
            return Failure(Fault.UNREACHABLE)  # never the error's own words: they may quote the address


# What callers send was judged before: what is left stands in the connector's settings and secrets, and nothing of it went out.
UNSENDABLE = Failure(Fault.REFUSED, "a setting or secret of the connector holds what cannot be sent in a header")
