"""No body is read beyond what a form of an operator can need, before anybody is asked who sends it (WB-03)."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 256 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Limited:
    """The application, with every body cut off at `MOST` bytes, whatever its Content-Length says."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "0")
        size = 0 if length.isdigit() and int(length) <= MOST else MOST + 1

        async def counted() -> Message:
            nonlocal size
            message = await receive() if size <= MOST else {"type": "http.request"}
            size += len(message.get("body", b""))
            if size > MOST:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)
