"""Asking an older system: bounded in time, size and number, left alone while it is down, each request on a connection of its own.

A connection is never used twice: whatever a broken system sends after an answer can then never become the answer to somebody else. The
size is that of what was unpacked (FB-06).
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import structlog

from connectors.apps.form_login.settings import FormLoginSettings
from hub.bridge.errors import OlderDown, OlderTooLarge
from hub.bridge.headers import Pairs
from kit.breaker import Breaker, State

log = structlog.get_logger("bridge")

BUSY_AFTER = 2  # seconds
DOWN = (502, 503, 504)  # what a web server says when the program behind it is gone


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whole. Header names are lower case."""

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
        self.breaker = Breaker()
        self.room = asyncio.Semaphore(settings.at_once)

    async def ask(self, method: str, target: str, headers: Pairs, body: bytes | None = None, *, most: int = 0) -> Reply:
        """Return the answer; raise OlderDown or OlderTooLarge. `target` is the raw path and query; `most` the largest body in bytes.

        Whoever finds no place for half the patience is told so; that says nothing of the older system, so the breaker does not count it.
        """
        try:
            async with asyncio.timeout(self.settings.seconds / 2):
                await self.room.acquire()
        except TimeoutError:
            log.warning("older_system_busy", connector=self.connector)
            raise OlderDown("busy", after=BUSY_AFTER) from None
        try:
            return await self._judged(method, target, headers, body, most or self.settings.most_page_bytes)
        finally:
            self.room.release()

    async def _judged(self, method: str, target: str, headers: Pairs, body: bytes | None, most: int) -> Reply:
        """Ask, unless the system is left alone, and tell the breaker what came of it."""
        if not self.breaker.admits(self.steady()):
            raise OlderDown("resting", after=self.breaker.retry_after(self.steady()))
        told = False
        try:
            async with asyncio.timeout(self.settings.seconds):
                reply = await self._ask(method, target, headers, body, most)
            if reply.status in DOWN:
                raise OlderDown("says that it is down")
            self.breaker.succeeded(self.steady())
            told = True
            return reply
        except OlderTooLarge:
            self.breaker.succeeded(self.steady())  # it answers
            told = True
            raise
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OlderDown) as error:
            told = True
            raise self._failed(error) from None
        finally:
            if not told:
                self.breaker.abandoned()

    def _failed(self, error: Exception) -> OlderDown:
        before = self.breaker.state(self.steady())
        self.breaker.failed(self.steady())
        after = self.breaker.state(self.steady())
        log.warning("older_system_failed", connector=self.connector, kind=type(error).__name__)
        if after is State.OPEN and before is not State.OPEN:
            log.error("older_system_left_alone", connector=self.connector)
        return OlderDown(type(error).__name__, after=self.breaker.retry_after(self.steady()))

    async def _ask(self, method: str, target: str, headers: Pairs, body: bytes | None, most: int) -> Reply:
        url = httpx.URL(self.settings.upstream).copy_with(raw_path=target.encode("ascii"))
        extensions = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), self.settings.seconds)}
        request = httpx.Request(method, url, headers=headers, content=body, extensions=extensions)
        response = await self.http.send(request, stream=True, follow_redirects=False)
        try:
            raw = bytearray()
            async for chunk in response.aiter_raw():
                raw += chunk
                if len(raw) > most:
                    raise OlderTooLarge("too large")
        finally:
            await response.aclose()
        pairs = [(name.lower(), value) for name, value in response.headers.multi_items()]
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
