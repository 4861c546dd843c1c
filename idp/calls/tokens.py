"""The shelf of tokens that older sides gave us: sealed, shared by all workers, each asked for by one call of one worker at a time.

After a failure nobody asks until the pause has passed, on no worker: SATUSEHAT hears one request a minute then, and BKN locks accounts.
A token that was refused as soon as it was given is a failure too.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import orjson

from connectors.apis.settings import ApiSettings
from connectors.calls import ApiKind, Failure, Fault, OutboundRequest, Response, Token, TokenNeed
from connectors.contract import Connector
from idp.calls.outward import MOST_TOKEN_ANSWER, Outward
from idp.calls.wording import blanked, secrets_of
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.sealing import CannotOpen, KeyRing
from kit.secrets import digest, same

REST = 5  # seconds after a failure for which the kind says no pause
LOOKING = 0.1  # seconds between two looks whether another worker has got the token


@dataclass(frozen=True, slots=True)
class Kept:
    """A token on the shelf; `born`: when it was given, seconds UTC."""

    token: Token
    born: int


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

    async def forget(self, kind: ApiKind, connector: Connector, refused: Mapping[str, str]) -> bool:
        """Forget these values, by name, that the older side refused; return whether new ones may be asked for at once.

        A value that another call replaced meanwhile stays. One that was refused soon after it was given says that the next would be too:
        a new one for every call would be a storm of requests at the older side, so nobody asks until the rest has passed.
        """
        may_ask, now = True, self.clock.now()
        for need in kind.needs(connector, now):
            kept = await self._kept(key_of(connector, need)) if need.name in refused else None
            if kept is None or not same(kept.token.value, refused[need.name]):
                continue
            if now < kept.born + need.rest:
                await self.store.put(Put(pause_of(connector, need), b"1", need.rest))
                may_ask = False
            await self.store.delete(key_of(connector, need))
        return may_ask

    async def _one(self, kind: ApiKind, connector: Connector, settings: ApiSettings, need: TokenNeed) -> Token | Failure:
        kept = await self._kept(key_of(connector, need))
        if kept is not None:
            return kept.token
        async with self.locks.setdefault(f"{connector.id} {need.name}", asyncio.Lock()):
            return await self._in_turn(kind, connector, settings, need)

    async def _in_turn(self, kind: ApiKind, connector: Connector, settings: ApiSettings, need: TokenNeed) -> Token | Failure:
        """Return what is on the shelf, or ask when no other worker does. A worker that died while it asked holds the others for seconds."""
        turn, patience = f"callturn:{connector.id}:{need.name}", math.ceil(settings.timeout_seconds)
        for _ in range(math.ceil(patience / LOOKING)):
            known = await self._known(connector, need)
            if known is not None:
                return known
            if await self.store.put_if_absent(Put(turn, b"1", patience + 1)):
                try:
                    return await self._known(connector, need) or await self._ask(kind, connector, settings, need)
                finally:
                    await self.store.delete(turn)
            await asyncio.sleep(LOOKING)
        return Failure(Fault.BUSY, pause=1)

    async def _known(self, connector: Connector, need: TokenNeed) -> Token | Failure | None:
        kept = await self._kept(key_of(connector, need))
        if kept is not None:
            return kept.token
        if await self.store.get(pause_of(connector, need)) is not None:
            return Failure(Fault.LIMITED, "the last request for a token failed; nobody asks again yet", pause=60)
        return None

    async def _ask(self, kind: ApiKind, connector: Connector, settings: ApiSettings, need: TokenNeed) -> Token | Failure:
        key, now = key_of(connector, need), self.clock.now()

        def read(response: Response) -> Token | Failure:
            token = kind.read_token(connector, need.name, response, now)
            if isinstance(token, Failure):
                return replace(token, detail=blanked(token.detail, secrets_of(connector, need.request, {})))
            return token

        token = await self.outward.send(connector.id, settings, need.request, read, most=MOST_TOKEN_ANSWER)
        if isinstance(token, Failure):
            if token.fault is not Fault.BUSY:  # whoever waits behind this one does not wait as long once more
                await self.store.put(Put(pause_of(connector, need), b"1", token.pause or REST))
            return token
        await self.store.put(Put(key, self.ring.seal(orjson.dumps([token.value, token.until, now]), key), token.until - now))
        return token

    async def _kept(self, key: str) -> Kept | None:
        raw = await self.store.get(key)
        if raw is None:
            return None
        try:
            value, until, born = orjson.loads(self.ring.open(raw, key))
        except (CannotOpen, ValueError):  # of another key, or of a former release
            return None
        return Kept(Token(value, until), born) if self.clock.now() < until else None


def pause_of(connector: Connector, need: TokenNeed) -> str:
    return f"callpause:{connector.id}:{need.name}"


def key_of(connector: Connector, need: TokenNeed) -> str:
    """Return where the token is kept: another secret, account or address is another token."""
    return f"calltoken:{connector.id}:{need.name}:{_mark(need.request)}"


def _mark(request: OutboundRequest) -> str:
    return digest("\n".join((request.url, request.headers.get("Authorization", ""), request.body.hex())))
