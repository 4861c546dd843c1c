"""Sign-out messages leave the outbox: signed when they are sent, each answered within 3 s, tried again for a day.

OpenID Connect Back-Channel Logout 1.0 §2.5. Bulkheads: a worker has at most 64 on their way, 8 of them to one client, and a client that
just failed rests, so that however many are waiting for dead applications, the living ones are told (LO-06). A claim in the outbox
lasts longer than a try: two workers never send the same message at once, and what a dead worker held is sent by another.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from urllib.parse import urlencode

import httpx
import orjson
import structlog

from connectors.front_door import Message
from idp.applications.registry import Registry
from idp.keys.schedule import KeySchedule
from idp.signout.farewells import Farewells
from idp.signout.logout_token import TYPE, logout_token_claims
from idp.signout.store import Delivery, OutboxStore
from kit.clock import Clock
from kit.expiring import StoreUnavailable

log = structlog.get_logger("idp")

AT_ONCE = 64
PER_CLIENT = 8
REST_SECONDS = 5
PAUSES = (5, 30, 120, 600, 1800, 3600)  # seconds after the first, second, … failure; the last one goes on
GIVE_UP_AFTER = 86400
UNKNOWN_TRIES = 3  # a client this worker has not heard of may be a second old; one that is still unknown was deleted
GIVEN_UP = -1
NOTHING = Message("", b"")


class Sender(Protocol):
    """Sends deliveries of one kind that is not a sign-out."""

    @property
    def give_up_after(self) -> int:
        """Seconds after which a delivery is given up."""

    async def send(self, delivery: Delivery) -> str | None:
        """Make one attempt; return what went wrong, nothing when it is done, None when its receiver is unknown."""


NO_SENDERS: Mapping[str, Sender] = {}


def next_try(delivery: Delivery, now: int, give_up_after: int = GIVE_UP_AFTER) -> int:
    """Return when to try again after one more failure, or GIVEN_UP once a day (or so long) has passed."""
    pause = PAUSES[min(delivery.attempts, len(PAUSES) - 1)]
    return now + pause if now + pause <= delivery.created_at + give_up_after else GIVEN_UP


class Deliverer:
    """One per worker. `http` is built by kit.outbound: public addresses only, no redirects."""

    def __init__(
        self,
        outbox: OutboxStore,
        registry: Registry,
        keys: KeySchedule,
        http: httpx.AsyncClient,
        farewells: Farewells,
        issuer: str,
        clock: Clock,
        *,
        seconds: float = 3.0,
        senders: Mapping[str, Sender] = NO_SENDERS,
    ) -> None:
        self.outbox = outbox
        self.registry = registry
        self.keys = keys
        self.http = http
        self.farewells = farewells
        self.issuer = issuer
        self.clock = clock
        self.seconds = seconds
        self.senders = senders
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._busy: Counter[str] = Counter()
        self._rests: dict[str, int] = {}  # client id -> until when

    async def run(self) -> None:
        """Begin to send what is due, as far as there is room. Called twice a second; waits for no application."""
        now = self.clock.now()
        self._rests = {target: until for target, until in self._rests.items() if until > now}
        while room := AT_ONCE - len(self._tasks):
            full = {target for target, count in self._busy.items() if count >= PER_CLIENT}
            found = await self.outbox.due(now, room, without=full | set(self._rests))
            await self._begin(found, now)
            if len(found) < room:
                return

    async def deliver(self, ids: Collection[str], seconds: float) -> frozenset[str]:
        """Send these at once and wait for at most `seconds`; return which are delivered by then. The others go on by themselves."""
        if ids:
            now = self.clock.now()
            await self._begin(await self.outbox.claim(ids, now), now)
            tasks = [self._tasks[one] for one in ids if one in self._tasks]
            if tasks:
                await asyncio.wait(tasks, timeout=seconds)
        return frozenset(one.id for one in await self.outbox.find(ids) if one.delivered_at is not None) if ids else frozenset()

    async def aclose(self) -> None:
        """Break off what is on its way: its claim runs out and another worker sends it."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin(self, found: Sequence[Delivery], now: int) -> None:
        too_many = []
        for delivery in found:
            if self._busy[delivery.target] >= PER_CLIENT:
                too_many.append(delivery.id)
                continue
            self._busy[delivery.target] += 1
            task = self._tasks[delivery.id] = asyncio.create_task(self._try(delivery), name="sign-out")
            task.add_done_callback(lambda _, one=delivery: self._done(one))  # type: ignore[misc] # mypy cannot infer a lambda's default
        if too_many:
            await self.outbox.put_off(too_many, now + 1)

    def _done(self, delivery: Delivery) -> None:
        del self._tasks[delivery.id]
        self._busy -= Counter([delivery.target])

    async def _try(self, delivery: Delivery) -> None:
        """Make one attempt and keep its outcome. When our own store fails, the claim runs out and the message is sent again."""
        known, sender = True, self.senders.get(delivery.kind)
        try:
            found = await (sender.send(delivery) if sender is not None else self._send(delivery))
            known = found is not None
            error = "the client is not registered" if found is None else found
        except Exception as problem:
            error = f"not sent: {type(problem).__name__}"
        now = self.clock.now()
        try:
            if not error:
                await self.outbox.settle(delivery.id, delivered_at=now, next_at=now, error="")
                return
            self._rests[delivery.target] = now + REST_SECONDS
            after = sender.give_up_after if sender is not None else GIVE_UP_AFTER
            later = next_try(delivery, now, after) if known or delivery.attempts + 1 < UNKNOWN_TRIES else GIVEN_UP
            log.warning(
                "sign_out_not_delivered" if sender is None else "notice_not_delivered",
                client=delivery.target,
                reason=error,
                attempts=delivery.attempts + 1,
                given_up=later < 0,
            )
            await self.outbox.settle(delivery.id, delivered_at=None, next_at=later, error=error)
        except StoreUnavailable as problem:
            log.error("sign_out_not_settled", client=delivery.target, reason=str(problem)[:80])

    async def _send(self, delivery: Delivery) -> str | None:
        message = self._message(delivery)
        return None if message is None else await self._tell(message)

    def _message(self, delivery: Delivery) -> Message | None:
        """Return what to post: a logout token to a client, what its kind makes of it to an older system; None when nobody is known there.

        A receiver without an address has nothing to be told: its message has no URL.
        """
        told = orjson.loads(delivery.payload)
        connector = self.farewells.connector(delivery.target)
        if connector is not None:
            return self.farewells.message(connector, told["key"], told["handle"]) or NOTHING
        client = self.registry.now.clients.get(delivery.target)
        if client is None:
            return None
        if client.backchannel_logout_uri is None:
            return NOTHING
        claims = logout_token_claims(
            issuer=self.issuer, client_id=client.client_id, subject=told["sub"], sid=told["sid"], now=self.clock.now()
        )
        token = self.keys.signer.sign(claims, client.id_token_alg, TYPE)
        return Message(client.backchannel_logout_uri, urlencode({"logout_token": token}).encode())

    async def _tell(self, message: Message) -> str:
        """Post the message; return what went wrong, or nothing."""
        if not message.url:
            return ""
        headers = {**message.headers, "Content-Type": message.content_type}
        try:
            async with (
                asyncio.timeout(self.seconds),
                self.http.stream("POST", message.url, content=message.body, headers=headers) as response,
            ):
                return "" if 200 <= response.status_code < message.understood_below else f"HTTP {response.status_code}"
        except (TimeoutError, httpx.TimeoutException):
            return f"no answer within {self.seconds:g} s"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"{type(error).__name__}: {error}"[:160]
