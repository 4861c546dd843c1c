"""The listeners of the directory and the connections they made: how many in all, how many from one address, and how they end."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog

from connectors.directory import Conversation
from hub.directory.link import Link
from kit.web.address import truncated

log = structlog.get_logger("hub")

Converse = Callable[[str], Conversation]


class Server:
    """The listeners and the connections they made. `most` in all, `most_each` from one address."""

    def __init__(self, converse: Converse, context: ssl.SSLContext, most: int, most_each: int) -> None:
        self.converse = converse
        self.context = context
        self.most = most
        self.most_each = most_each
        self.links: set[Link] = set()
        self.each: Counter[str] = Counter()
        self.ending = False
        self._empty = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def listen(self, host: str, port: int, *, tls: bool) -> int:
        """Listen there, with TLS from the first byte or by StartTLS; return the port."""
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=512)
        listener.setblocking(False)
        self._run(self._accept(listener, tls))
        return int(listener.getsockname()[1])

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listener: socket.socket, tls: bool) -> None:
        """Take connections in as they come; they count from here on, before any handshake."""
        with listener:
            while True:
                try:
                    connection, address = await asyncio.get_running_loop().sock_accept(listener)
                except OSError as error:  # no more files, or gone before it was taken
                    log.warning("ldap_accept_failed", kind=type(error).__name__)
                    await asyncio.sleep(0.1)
                    continue
                link = Link(self, tls, str(address[0]))
                if self.admit(link):
                    self._run(link.open(connection))
                else:
                    connection.close()

    def admit(self, link: Link) -> bool:
        """Take the connection in, unless there are too many."""
        if self.ending or len(self.links) >= self.most or self.each[link.place] >= self.most_each:
            log.warning("ldap_connections_over_limit", network=truncated(link.peer), all=len(self.links))
            return False
        self.links.add(link)
        self.each[link.place] += 1
        return True

    def forget(self, link: Link) -> None:
        if link in self.links:
            self.links.discard(link)
            self.each[link.place] -= 1
            if not self.each[link.place]:
                del self.each[link.place]
            if self.ending and not self.links:
                self._empty.set()

    async def stop(self, seconds: float = 10.0) -> None:
        """Listen no more, let what is being answered be answered, and close the rest."""
        self.ending = True
        for task in self._tasks:  # listeners, and handshakes
            task.cancel()
        for link in list(self.links):
            link.end()
        if self.links:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), seconds)
        for link in list(self.links):
            link.abort()
