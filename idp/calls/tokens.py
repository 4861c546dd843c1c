"""The shelf of tokens that older sides gave us: sealed, shared by all workers, each asked for by one at a time.

After a failure nobody asks until the pause has passed, on no worker: SATUSEHAT hears one request a minute then, and BKN locks accounts.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import orjson

from connectors.apis.settings import ApiSettings
from connectors.calls import ApiKind, Failure, Fault, OutboundRequest, Token, TokenNeed
from connectors.contract import Connector
from idp.calls.outward import MOST_TOKEN_ANSWER, Outward
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.sealing import CannotOpen, KeyRing
from kit.secrets import digest

REST = 5  # seconds after a failure for which the kind says no pause


@dataclass(frozen=True)
class Tokens:
    store: ExpiringStore
    ring: KeyRing
    outward: Outward
    clock: Clock
    locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def all(self, kind: ApiKind, connector: Connector, settings: ApiSettings) -> dict[str, str] | Failure:
        """Return every token that a call of this connector carries, by name."""
        found: dict[str, str] = {}
        for need in kind.needs(connector, self.clock.now()):
            token = await self._one(kind, connector, settings, need)
            if isinstance(token, Failure):
                return token
            found[need.name] = token.value
        return found

    async def forget(self, kind: ApiKind, connector: Connector, names: tuple[str, ...]) -> None:
        keys = [key_of(connector, need) for need in kind.needs(connector, self.clock.now()) if need.name in names]
        if keys:
            await self.store.delete(*keys)

    async def _one(self, kind: ApiKind, connector: Connector, settings: ApiSettings, need: TokenNeed) -> Token | Failure:
        key = key_of(connector, need)
        async with self.locks.setdefault(f"{connector.id} {need.name}", asyncio.Lock()):
            kept = await self._kept(key)
            if kept is not None:
                return kept
            pause = f"callpause:{connector.id}:{need.name}"
            if await self.store.get(pause) is not None:
                return Failure(Fault.LIMITED, "the last request for a token failed; nobody asks again yet", pause=60)
            now = self.clock.now()
            answer = await self.outward.send(connector.id, settings, need.request, most=MOST_TOKEN_ANSWER)
            token = answer if isinstance(answer, Failure) else kind.read_token(connector, need.name, answer, now)
            if isinstance(token, Failure):
                if token.fault is not Fault.BUSY:  # whoever waits behind this one does not wait as long once more
                    await self.store.put(Put(pause, b"1", token.pause or REST))
                return token
            sealed = self.ring.seal(orjson.dumps([token.value, token.until]), key)
            await self.store.put(Put(key, sealed, token.until - now))
            return token

    async def _kept(self, key: str) -> Token | None:
        raw = await self.store.get(key)
        if raw is None:
            return None
        try:
            value, until = orjson.loads(self.ring.open(raw, key))
        except CannotOpen:
            return None
        return Token(value, until) if self.clock.now() < until else None


def key_of(connector: Connector, need: TokenNeed) -> str:
    """Return where the token is kept: another secret, account or address is another token."""
    return f"calltoken:{connector.id}:{need.name}:{_mark(need.request)}"


def _mark(request: OutboundRequest) -> str:
    return digest("\n".join((request.url, request.headers.get("Authorization", ""), request.body.hex())))
