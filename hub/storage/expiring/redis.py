"""The expiring store in Redis: every call is one script or command, one round trip, shared with the other calls of the same moment."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import hiredis
from redis.exceptions import RedisError

from hub.storage.expiring.records import GUARD_SECONDS, encode
from hub.storage.expiring.redis_link import Link
from hub.storage.expiring.redis_primary import Primary
from hub.storage.expiring.scripts import COUNTER, GUARD, RECORD, SCRIPTS
from kit.expiring import Put, StoreUnavailable
from kit.secrets import new_id

CONNECT_SECONDS = 0.25
SHA = {name: hashlib.sha1(body, usedforsecurity=False).hexdigest().encode() for name, body in SCRIPTS.items()}
DROP_ON = ("READONLY", "LOADING", "MASTERDOWN", "NOREPLICAS")  # the answer of a server that is not, or no longer, the primary


class RedisStore:
    """Time is the server's. One pipelined connection per worker; opened at the first call, opened again after an error."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._primary = Primary(url, CONNECT_SECONDS)
        self._link: Link | None = None
        self._opening: asyncio.Task[Link] | None = None

    async def _open(self) -> Link:
        try:
            link = Link(await self._primary.connect())
        except (RedisError, OSError, TimeoutError) as error:
            raise StoreUnavailable(f"no connection to Redis: {type(error).__name__}") from error
        await self._load(link)
        self._link = link
        return link

    async def _load(self, link: Link) -> None:
        for answer in [link.send((b"SCRIPT", b"LOAD", body)) for body in SCRIPTS.values()]:
            reply = await answer
            if isinstance(reply, hiredis.ReplyError):
                link.close()
                raise StoreUnavailable(f"Redis refuses: {reply}")

    async def _connected(self) -> Link:
        """Return a live link. Any number of callers share one attempt to open it."""
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._open())
            self._opening.add_done_callback(self._opened)
        return await asyncio.shield(self._opening)

    def _opened(self, task: asyncio.Task[Link]) -> None:
        self._opening = None
        if not task.cancelled():
            task.exception()  # seen by those who waited; nobody need have

    async def _ask(self, *command: bytes | int) -> Any:
        link = self._link
        if link is None or link.dead:
            link = await self._connected()
        reply = await link.send(command)
        if isinstance(reply, hiredis.ReplyError):
            kind = str(reply).partition(" ")[0]
            if kind in ("NOSCRIPT", "MOVED"):  # nothing was done yet, so asking again is safe
                if kind == "MOVED":
                    self._primary.moved(str(reply))
                    link.close("the slot is on another node")
                    link = await self._connected()
                else:
                    await self._load(link)
                reply = await link.send(command)
            if isinstance(reply, hiredis.ReplyError):
                if str(reply).startswith(DROP_ON):
                    link.close()
                raise StoreUnavailable(f"Redis refuses: {str(reply).partition(' ')[0]}") from reply
        return reply

    async def get(self, key: str) -> bytes | None:
        value: bytes | None = await self._ask(b"EVALSHA", SHA["get"], 1, RECORD + key.encode())
        return value

    async def put(self, *records: Put) -> bool:
        keys = [RECORD + record.key.encode() for record in records]
        return bool(await self._ask(b"EVALSHA", SHA["put"], len(keys), *keys, *_pairs(records)))

    async def put_if_absent(self, record: Put) -> bool:
        key = RECORD + record.key.encode()
        return bool(await self._ask(b"EVALSHA", SHA["put_if_absent"], 1, key, record.ttl, encode(record)))

    async def take(self, key: str) -> bytes | None:
        value: bytes | None = await self._ask(b"EVALSHA", SHA["take"], 1, RECORD + key.encode())
        return value

    async def spend(self, key: str, token: bytes, *records: Put) -> bytes | None:
        keys = [RECORD + key.encode(), *(RECORD + record.key.encode() for record in records)]
        first: bytes | None = await self._ask(b"EVALSHA", SHA["spend"], len(keys), *keys, token, *_pairs(records))
        return first

    async def delete(self, *keys: str) -> None:
        if keys:
            await self._ask(b"UNLINK", *(RECORD + key.encode() for key in keys))

    async def guards(self, *names: str) -> dict[str, str]:
        if not names:
            return {}
        values = await self._ask(b"EVALSHA", SHA["guards"], len(names), *(GUARD + name.encode() for name in names))
        return {name: value.decode() for name, value in zip(names, values, strict=True)}

    async def close(self, *names: str, seconds: int = 5) -> None:
        if names:
            keys = [GUARD + name.encode() for name in names]
            values = [new_id().encode() for _ in names]
            await self._ask(b"EVALSHA", SHA["close"], len(keys), *keys, seconds, GUARD_SECONDS, *values)

    async def move(self, *names: str) -> None:
        if names:
            keys = [GUARD + name.encode() for name in names]
            await self._ask(b"EVALSHA", SHA["move"], len(keys), *keys, GUARD_SECONDS, *(new_id().encode() for _ in names))

    async def increment(self, key: str, window: int) -> int:
        count: int = await self._ask(b"EVALSHA", SHA["increment"], 1, COUNTER + key.encode(), window)
        return count

    async def purge(self, now: int) -> int:
        """Redis frees what is past its time by itself."""
        return 0

    async def ping(self) -> None:
        await self._ask(b"PING")

    async def unsafe_settings(self) -> list[str]:
        """Return what of this server's configuration breaks a promise of the store; empty when all is well.

        A server that evicts keys forgets moved guards, and what they ended would be alive again; one without a log forgets them when it
        restarts.
        """
        raw: bytes = b"\r\n".join([await self._ask(b"INFO", section) for section in (b"memory", b"persistence")])
        have = dict(line.split(":", 1) for line in raw.decode().splitlines() if ":" in line)
        found = []
        if have.get("maxmemory", "0") != "0" and have.get("maxmemory_policy") != "noeviction":
            found.append("maxmemory-policy must be noeviction")
        if have.get("aof_enabled") != "1":
            found.append("appendonly must be yes")
        return found

    async def aclose(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
        if self._link is not None:
            self._link.close()
        await self._primary.aclose()


def _pairs(records: tuple[Put, ...]) -> list[bytes | int]:
    return [part for record in records for part in (record.ttl, encode(record))]
