"""One connection of the directory: how long, how much, and TLS. What is said on it is the conversation's.

It is read only as fast as it is answered. A stranger has half a minute to say who he is, a message twenty seconds to be whole, and whoever
does not take his answers is let go. What came before StartTLS is never read as if it had come after it (CVE-2011-0411).
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any, cast

import structlog

from connectors.directory import Then, Unreadable
from kit.web.address import limit_key

if TYPE_CHECKING:
    from hub.directory.server import Server

log = structlog.get_logger("hub")

STRANGER_SECONDS = 30.0
MESSAGE_SECONDS = 20.0
IDLE_SECONDS = 600.0
HANDSHAKE_SECONDS = 10.0
MOST_WAITING = 65_536  # bytes that came and are not answered yet


class Link(asyncio.Protocol):
    """One connection. Messages are answered one after the other, in the order in which they came."""

    transport: asyncio.Transport

    def __init__(self, server: Server, tls: bool, peer: str) -> None:
        self.server = server
        self.secure = tls
        self.peer, self.place = peer, limit_key(peer)
        self.buffer = bytearray()
        self.loop = asyncio.get_running_loop()
        self.conversation = server.converse(peer)
        self._work: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._part = False  # a message has begun and is not whole
        self._paused = False
        self._deadline = self.loop.time() + STRANGER_SECONDS
        self._timer: asyncio.TimerHandle | None = None

    async def open(self, connection: socket.socket) -> None:
        """Begin, after the handshake where there is one."""
        how: dict[str, Any] = {"ssl": self.server.context, "ssl_handshake_timeout": HANDSHAKE_SECONDS} if self.secure else {}
        try:
            await self.loop.connect_accepted_socket(lambda: self, connection, **how)
        except (OSError, EOFError):  # no handshake, or one that was given up; ssl.SSLError is one
            self._gone()
        except asyncio.CancelledError:
            self._gone()
            raise

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._timer = self.loop.call_at(self._deadline, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone()
        if self._work is not None:
            self._work.cancel()
        self._writable.set()

    def _gone(self) -> None:
        self.server.forget(self)
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if len(self.buffer) > MOST_WAITING and not self._paused:
            self._paused = True
            self.transport.pause_reading()
        if self._work is None:
            self._work = self.loop.create_task(self._answer())

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def end(self) -> None:
        """Close when nothing is being answered; else after the answer on its way."""
        if self._work is None and self._timer is not None:  # without a timer it is still shaking hands: its opening is ended elsewhere
            self._close(self.conversation.goodbye(fault=False))

    def abort(self) -> None:
        if self._timer is not None:
            self.transport.abort()

    async def _answer(self) -> None:
        """Answer what is whole in the buffer."""
        try:
            while (message := self.conversation.cut(self.buffer)) is not None:
                if not self.conversation.known and self.loop.time() >= self._deadline:  # one who sends without end is never idle
                    self.abort()
                    return
                reply = await self.conversation.answer(message, secure=self.secure)
                if reply.then is Then.START_TLS:
                    if not await self._start_tls(reply.data):
                        return
                    continue
                if reply.data:
                    self.transport.write(reply.data)
                    if not self._writable.is_set():
                        await asyncio.wait_for(self._writable.wait(), MESSAGE_SECONDS)
                if reply.then is Then.CLOSE or self.server.ending:
                    self._close(b"" if reply.then is Then.CLOSE else self.conversation.goodbye(fault=False))
                    return
        except Unreadable:
            self._close(self.conversation.goodbye(fault=True))
        except TimeoutError:
            self.abort()
        except Exception as error:  # whatever it is, it is this connection's alone
            log.error("ldap_answer_failed", kind=type(error).__name__)
            self.abort()
        finally:
            self._work = None
            self._rest()

    async def _start_tls(self, answer: bytes) -> bool:
        """Say that TLS may begin, and let it; False when the connection is over. RFC 4511 §4.14."""
        if self.buffer:  # sent before TLS began: who knows by whom
            self.abort()
            return False
        self.transport.pause_reading()
        self.transport.write(answer)
        try:
            made = await self.loop.start_tls(
                self.transport, self, self.server.context, server_side=True, ssl_handshake_timeout=HANDSHAKE_SECONDS
            )
        except (OSError, EOFError):  # no handshake, or one that was given up; ssl.SSLError is one
            self.abort()
            made = None
        if made is None:
            self._gone()  # without TLS nobody tells us that the connection is lost
            return False
        self.transport, self.secure = made, True
        return True

    def _rest(self) -> None:
        """Note until when the connection may wait for more; go on reading."""
        if self.transport.is_closing():
            return
        if self._paused and len(self.buffer) <= MOST_WAITING:
            self._paused = False
            self.transport.resume_reading()
        now = self.loop.time()
        if not self.conversation.known:
            self._wait_until(min(self._deadline, now + STRANGER_SECONDS))
        elif not self.buffer:
            self._wait_until(now + IDLE_SECONDS)
        elif not self._part:
            self._wait_until(now + MESSAGE_SECONDS)
        self._part = bool(self.buffer)

    def _wait_until(self, deadline: float) -> None:
        """A later deadline is seen when the timer of the earlier one goes off: to move it at every message would cost more."""
        self._deadline = deadline
        if self._timer is not None and self._timer.when() > deadline:
            self._timer.cancel()
            self._timer = self.loop.call_at(deadline, self._look)

    def _look(self) -> None:
        now = self.loop.time()
        if now >= self._deadline and self._work is None:
            self.abort()
            return
        self._timer = self.loop.call_at(max(self._deadline, now + 1), self._look)

    def _close(self, last: bytes) -> None:
        if last and not self.transport.is_closing():
            self.transport.write(last)
        self.transport.close()
