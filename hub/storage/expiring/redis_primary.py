"""Finding and opening the Redis that takes writes: the one of the URL, the primary that Sentinel names, or the Cluster node of our slot.

`redis://…` (`rediss://…`, `unix://…`) or `redis+sentinel://[user:password@]host:26379,host:26379/<name of the primary>[/<database>]`.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import ConnectionPool
from redis.asyncio.sentinel import Sentinel

SENTINEL = "redis+sentinel://"


class Primary:
    def __init__(self, url: str, seconds: float) -> None:
        self._seconds = seconds
        self._sentinel: Any = None
        self._name = ""
        self._node: tuple[str, int] | None = None  # where a Cluster sent us
        if url.startswith(SENTINEL):
            url = self._by_sentinel(url)
        options: dict[str, Any] = {"socket_timeout": seconds, "socket_connect_timeout": seconds, "driver_info": None, "retry": None}
        self._pool: Any = ConnectionPool.from_url(url, protocol=2, **options)

    def _by_sentinel(self, url: str) -> str:
        """Keep where the sentinels are; return the URL of a Redis whose address they will tell."""
        parts = urlsplit(url)
        user, at, hosts = parts.netloc.rpartition("@")
        self._name, _, database = parts.path.strip("/").partition("/")
        if not self._name:
            raise ValueError("storage.expiring_url: redis+sentinel://host:26379,…/<name of the primary>")
        addresses = [(host, int(port or 26379)) for host, _, port in (one.partition(":") for one in hosts.split(","))]
        typed: Any = Sentinel  # redis-py leaves its constructor untyped
        self._sentinel = typed(addresses, socket_timeout=self._seconds, socket_connect_timeout=self._seconds)
        return f"redis://{user}{at}sentinel/{database}"

    async def connect(self) -> asyncio.StreamWriter:
        """Return the stream of a fresh connection, authenticated and on its database. Raise RedisError, OSError or TimeoutError."""
        connection = self._pool.make_connection()
        node, self._node = self._node, None
        async with asyncio.timeout(self._seconds):
            if self._sentinel is not None:
                node = await self._sentinel.discover_master(self._name)
            if node is not None:
                connection.host, connection.port = node
            await connection.connect()
        writer: asyncio.StreamWriter = connection._writer  # redis-py has no public way to hand its transport over
        connection._reader = connection._writer = None
        return writer

    def moved(self, reply: str) -> None:
        """Go next to the node that `MOVED <slot> <host>:<port>` names; all our keys are in that one slot."""
        host, _, port = reply.rsplit(" ", 1)[-1].rpartition(":")
        self._node = (host, int(port))

    async def aclose(self) -> None:
        if self._sentinel is not None:
            for one in self._sentinel.sentinels:
                await one.aclose()
