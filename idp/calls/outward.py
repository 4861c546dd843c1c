"""The one way out to an older API: guarded addresses, one deadline, a bounded answer, a bulkhead and a breaker for each connector.

Whoever is slow or down holds as many calls as its own setting says, for seconds, and then none: every other connector is as before (C12).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from connectors.apis.settings import ApiSettings
from connectors.calls import Failure, Fault, OutboundRequest, Response
from kit.breaker import Breaker, Rule
from kit.outbound import read_limited

MOST_TOKEN_ANSWER = 65_536


@dataclass(slots=True)
class Lane:
    """One connector's: how many calls wait, and whether it is asked at all."""

    breaker: Breaker
    waiting: int = 0


@dataclass(frozen=True)
class Outward:
    http: httpx.AsyncClient
    now: Callable[[], float] = time.monotonic
    lanes: dict[str, Lane] = field(default_factory=dict)

    def lane(self, connector: str, settings: ApiSettings) -> Lane:
        """Five failures in the time that five answers may take open it, so that it opens even when one call waits after the other."""
        if connector not in self.lanes:
            self.lanes[connector] = Lane(Breaker(Rule(window=min(60.0, max(10.0, 5 * settings.timeout_seconds)))))
        return self.lanes[connector]

    async def send(self, connector: str, settings: ApiSettings, request: OutboundRequest, *, most: int = 0) -> Response | Failure:
        """Return the answer, whatever it says; a Failure when there is none, or it is not asked for."""
        lane = self.lane(connector, settings)
        if lane.waiting >= settings.at_once:
            return Failure(Fault.BUSY, pause=1)
        if not lane.breaker.admits(self.now()):
            return Failure(Fault.BUSY, pause=lane.breaker.retry_after(self.now()))
        lane.waiting += 1
        told = False
        try:
            response = await self._ask(settings, request, most or settings.most_answer_bytes)
            told = True
            worked = isinstance(response, Response) and response.status < 500
            (lane.breaker.succeeded if worked else lane.breaker.failed)(self.now())
            return response
        finally:
            lane.waiting -= 1
            if not told:  # the caller went away
                lane.breaker.abandoned()

    async def _ask(self, settings: ApiSettings, request: OutboundRequest, most: int) -> Response | Failure:
        headers = dict(request.headers)
        try:
            async with (
                asyncio.timeout(settings.timeout_seconds),
                self.http.stream(
                    request.method, request.url, headers=headers, content=request.body or None, timeout=settings.timeout_seconds
                ) as response,
            ):
                body = await read_limited(response, most)
                return Response(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL):
            return Failure(Fault.UNREACHABLE)  # never the error's own words: they may quote the address
