"""Asking an older system: bounded in time, size and number, left alone while it is down, each request on a connection of its own.

A connection is never used twice: whatever a broken system sends after an answer can then never become the answer to somebody else. The
size is that of what was unpacked (FB-06).
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakValueDictionary

import httpx
import structlog

from connectors.apps.form_login.form import resembles
from connectors.apps.form_login.settings import FormLoginSettings
from hub.bridge.errors import OlderDown, OlderTooLarge
from hub.bridge.headers import Pairs
from hub.bridge.outages import Outages
from kit.breaker import State

log = structlog.get_logger("bridge")
Found = TypeVar("Found")

BUSY_AFTER = 2  # seconds
DOWN = (502, 503, 504)  # what a web server says when the program behind it is gone
OF_ONE = 2  # requests of one person at one time, at least; more: a quarter of what the system bears
TO_CONNECT = 0.8  # of the patience: who cannot even connect is told apart from who waits for a page


class _SaysDown(Exception):
    """It answered that it is down, or what is no answer in HTTP."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whole. Header names are lower case; in values a character stands for the byte of the same number."""

    status: int
    headers: Pairs
    body: bytes = field(repr=False)

    def one(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def set_cookies(self) -> list[str]:
        return [value for name, value in self.headers if name == "set-cookie"]


class Older:
    """One older system as this process reaches it."""

    def __init__(
        self, connector: str, settings: FormLoginSettings, http: httpx.AsyncClient, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self.connector = connector
        self.settings = settings
        self.http = http
        self.steady = steady
        self.outages = Outages()
        self.room = asyncio.Semaphore(settings.at_once)
        self.rooms: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()  # by person, while anything of hers runs or waits

    async def ask(self, method: str, target: str, headers: Pairs, body: bytes | None = None, *, who: str, most: int = 0) -> Reply:
        """Return the answer; raise OlderDown or OlderTooLarge. `target` is the raw path and query; `most` the largest body in bytes.

        `who` is the person who asks: one alone takes a quarter of the places, and her slow pages alone close the system to nobody.
        """
        async with self._place(who):
            return await self._judged(method, target, headers, body, most or self.settings.most_page_bytes, who)

    async def read(self, page: bytes, reading: Callable[[], Found]) -> Found:
        """Return what the reading of the page finds, within the same patience; nobody else waits for it. Raise OlderTooLarge."""
        if not resembles(self.settings, page):
            return reading()
        try:
            async with asyncio.timeout(self.settings.seconds):
                return await asyncio.to_thread(reading)
        except TimeoutError:
            raise OlderTooLarge("takes too long to read") from None

    @asynccontextmanager
    async def _place(self, who: str) -> AsyncIterator[None]:
        """Hold a place of this person and one of all. Raise OlderDown when none is free for half the patience.

        That says nothing of the older system, so it is no failure of it.
        """
        own = self.rooms.setdefault(who, asyncio.Semaphore(max(OF_ONE, self.settings.at_once // 4)))
        try:
            async with asyncio.timeout(self.settings.seconds / 2):
                await own.acquire()
                try:
                    await self.room.acquire()
                except BaseException:
                    own.release()
                    raise
        except TimeoutError:
            log.warning("older_system_busy", connector=self.connector)
            raise OlderDown("busy", after=BUSY_AFTER) from None
        try:
            yield
        finally:
            self.room.release()
            own.release()

    async def _judged(self, method: str, target: str, headers: Pairs, body: bytes | None, most: int, who: str) -> Reply:
        """Ask, unless the system is left alone, and note what came of it."""
        if not self.outages.admits(self.steady(), who):
            raise OlderDown("resting", after=self.outages.retry_after(self.steady()))
        told = False
        try:
            async with asyncio.timeout(self.settings.seconds):
                reply = await self._ask(method, target, headers, body, most)
            if reply.status in DOWN or not 200 <= reply.status <= 599:
                raise _SaysDown
            self.outages.succeeded(self.steady())
            told = True
            return reply
        except OlderTooLarge:
            self.outages.succeeded(self.steady())  # it answers
            told = True
            raise
        except (httpx.LocalProtocolError, httpx.InvalidURL) as error:
            raise OlderDown(type(error).__name__, after=BUSY_AFTER) from None  # we could not even ask: no failure of the system
        except (TimeoutError, httpx.HTTPError, _SaysDown) as error:
            told = True
            raise self._failed(error, who) from None
        finally:
            if not told:
                self.outages.abandoned()

    def _failed(self, error: Exception, who: str) -> OlderDown:
        # when it is there and only this page fails, the cause may be who asked for it
        doubtful = isinstance(error, (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout, _SaysDown))
        before = self.outages.state(self.steady())
        self.outages.failed(self.steady(), who if doubtful else None)
        after = self.outages.state(self.steady())
        log.warning("older_system_failed", connector=self.connector, kind=type(error).__name__)
        if after is State.OPEN and before is not State.OPEN:
            log.error("older_system_left_alone", connector=self.connector)
        return OlderDown(type(error).__name__, after=self.outages.retry_after(self.steady()))

    async def _ask(self, method: str, target: str, headers: Pairs, body: bytes | None, most: int) -> Reply:
        url = httpx.URL(self.settings.upstream).copy_with(raw_path=target.encode("ascii"))
        patience = self.settings.seconds
        extensions = {"timeout": {**dict.fromkeys(("read", "write", "pool"), patience), "connect": patience * TO_CONNECT}}
        raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        request = httpx.Request(method, url, headers=raw_headers, content=body, extensions=extensions)
        response = await self.http.send(request, stream=True, follow_redirects=False)
        try:
            raw = bytearray()
            async for chunk in response.aiter_raw():
                raw += chunk
                if len(raw) > most:
                    raise OlderTooLarge("too large")
        finally:
            await response.aclose()
        pairs = [(name.decode("latin-1").lower(), value.decode("latin-1").strip()) for name, value in response.headers.raw]
        return Reply(response.status_code, pairs, _unpacked(response.headers.get("content-encoding", "identity"), bytes(raw), most))

    async def aclose(self) -> None:
        await self.http.aclose()


def _unpacked(coding: str, raw: bytes, most: int) -> bytes:
    """Return the body without its coding, which was not asked for; raise OlderTooLarge beyond `most` bytes, or for an unknown one."""
    coding = coding.strip().lower()
    if coding in ("", "identity") or not raw:
        return raw
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise OlderTooLarge("unknown coding")
    reader = zlib.decompressobj(zlib.MAX_WBITS | 32)  # of both, whichever it is
    try:
        found = reader.decompress(raw, most + 1)
    except zlib.error:
        raise OlderTooLarge("broken coding") from None
    if len(found) > most or not reader.eof:
        raise OlderTooLarge("too large when unpacked, or cut off")
    return found
