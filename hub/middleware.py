"""What stands before every route: request id, security headers, and the answers when something is not there or breaks.

Plain ASGI: the hot endpoints pay for one function call and one closure.
"""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.expiring import StoreUnavailable
from kit.secrets import new_id

log = structlog.get_logger("hub")

Breakage = Callable[[Request, int], Awaitable[Response]]

COMMON = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
CSP = b"content-security-policy"
PLAIN_CSP = (CSP, b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'")


class Front:
    """Adds the headers of security.md §4 to every response and turns a failure into an answer that tells nothing of the inside."""

    def __init__(self, app: ASGIApp, *, secure: bool, broken: Breakage) -> None:
        self.app = app
        self.broken = broken
        self.headers = [*COMMON, HSTS] if secure else COMMON
        self.plain = [*self.headers, PLAIN_CSP]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = message["headers"]
                message["headers"] = [*own, *(self.headers if any(name == CSP for name, _ in own) else self.plain)]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except StoreUnavailable as error:
            log.error("store_unavailable", path=pattern_of(scope), reason=str(error)[:80])
            if started:
                raise
            response = await self.broken(Request(scope, receive), 503)
            await response(scope, receive, send_with_headers)
        except Exception as error:
            reference = new_id()[:8]
            log.error("request_failed", path=pattern_of(scope), kind=type(error).__name__, reference=reference, where=frames_of(error))
            if started:
                return  # the application answered with our page already, or the answer broke off: the server closes the connection
            response = await self.broken(Request(scope, receive), 500)
            response.headers["X-Reference"] = reference
            await response(scope, receive, send_with_headers)


def frames_of(error: BaseException) -> list[str]:
    """Return where it happened, innermost last. Never the message: it may quote what a person typed (LG-27)."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def pattern_of(scope: Scope) -> str:
    """Return the first two parts of the path: enough to find the page, without ids that open something."""
    return "/".join(scope["path"].split("/")[:2])
