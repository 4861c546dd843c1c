"""The desk that a connector kind is given for one request: records of its own, sealed, the time, its keys, and one guarded fetch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx
import orjson

from connectors.contract import Connector, Secret
from connectors.front_door import Kept
from idp.applications.registry import Registry
from kit.clock import Clock
from kit.expiring import ExpiringStore, Guards, Put
from kit.outbound import fetch
from kit.sealing import KeyRing
from kit.secrets import digest

FETCH_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Lending:
    """What desks are made of, the same for every kind and request."""

    store: ExpiringStore
    registry: Registry
    ring: KeyRing
    http: httpx.AsyncClient
    clock: Clock
    issuer: str

    def desk(self, kind: str, lived_under: Guards | None = None, until: int = 0) -> HouseDesk:
        """Return a desk for this kind. `lived_under` and `until` are those of the person who is handed over."""
        return HouseDesk(self, kind, lived_under or {}, until)


@dataclass(frozen=True, slots=True)
class HouseDesk:
    """Implements connectors.front_door.Desk."""

    lending: Lending
    kind: str
    lived_under: Guards = field(default_factory=dict)
    until: int = 0  # when the person's agreement ends by itself, seconds UTC; 0: it does not

    @property
    def issuer(self) -> str:
        return self.lending.issuer

    @property
    def now(self) -> int:
        return self.lending.clock.now()

    @property
    def own(self) -> Mapping[str, tuple[Secret, ...]]:
        return self.lending.registry.now.kind_secrets.get(self.kind, {})

    def connector(self, connector_id: str) -> Connector | None:
        found = self.lending.registry.now.connectors.get(connector_id)
        return found if found is not None and found.kind == self.kind and self._open(found) else None

    def connectors(self) -> Sequence[Connector]:
        return [one for one in self.lending.registry.now.connectors.values() if one.kind == self.kind and self._open(one)]

    def _open(self, connector: Connector) -> bool:
        return connector.enabled and self.lending.registry.now.usable(connector.application)

    async def keep(self, key: str, value: bytes, seconds: int, under: Kept | None = None) -> bool:
        return await self.lending.store.put(self._record(key, value, seconds, under))

    async def keep_if_absent(self, key: str, value: bytes, seconds: int) -> bool:
        return await self.lending.store.put_if_absent(self._record(key, value, seconds, None))

    async def look(self, key: str) -> Kept | None:
        name = self._name(key)
        return self._opened(name, await self.lending.store.get(name))

    async def take(self, key: str) -> Kept | None:
        name = self._name(key)
        return self._opened(name, await self.lending.store.take(name))

    async def forget(self, *keys: str) -> None:
        await self.lending.store.delete(*(self._name(key) for key in keys))

    async def fetch(self, url: str, *, most_bytes: int = 65_536) -> bytes | None:
        if not url.startswith("https://"):
            return None
        try:
            status, body = await fetch(self.lending.http, url, accept="*/*", limit=most_bytes, seconds=FETCH_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return None
        return body if status == 200 else None

    def _record(self, key: str, value: bytes, seconds: int, under: Kept | None) -> Put:
        """Return the record with the guards it lives under inside, so that what is made from it later can live under the same."""
        name = self._name(key)
        guards, until = (dict(self.lived_under), self.until) if under is None else (dict(under.guards), under.until)
        seconds = min(seconds, until - self.now) if until else seconds
        sealed = self.lending.ring.seal(orjson.dumps([guards, until]) + b"\n" + value, name)
        return Put(name, sealed, seconds, guards)

    def _name(self, key: str) -> str:
        return f"k:{self.kind}:{digest(key)}"

    def _opened(self, name: str, raw: bytes | None) -> Kept | None:
        if raw is None:
            return None
        under, _, value = self.lending.ring.open(raw, name).partition(b"\n")
        return Kept(value, *orjson.loads(under))
