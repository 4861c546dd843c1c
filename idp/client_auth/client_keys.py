"""The public keys of a client: registered with it, or fetched from its `jwks_uri`. OIDC Registration §2, OIDC Core §10.1.1.

Fetched sets are kept for a while in each worker. A key that is not in them is looked for once more, but not more often than
`refresh_seconds`: nobody can make us knock at somebody's door as often as they like. What cannot be fetched verifies nothing.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog

from idp.applications.models import Client
from idp.client_auth.signatures import NoKeyFits, Signed, claims_signed_by
from idp.keys.signer import header_of
from kit.clock import Clock
from kit.json_depth import parse
from kit.outbound import fetch

log = structlog.get_logger("idp")

FRESH = 300  # seconds after which a set is fetched again
LIFE = 600  # seconds it is good for when that fails
MAX_BYTES = 64 * 1024
MAX_KEYS = 20
MAX_CLIENTS = 500
NO_KEYS: Mapping[str, Any] = {"keys": []}


class BadKeySet(Exception):
    """What stands at the address is no small key set."""


@dataclass(slots=True)
class Kept:
    """A fetched set; `tried_at` is the last try, `fetched_at` the last that succeeded. Seconds UTC."""

    uri: str
    jwks: Mapping[str, Any] = field(default_factory=lambda: NO_KEYS)
    fetched_at: int = 0
    tried_at: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ClientKeys:
    def __init__(self, outbound: httpx.AsyncClient, clock: Clock, refresh_seconds: int = 10) -> None:
        self.outbound = outbound
        self.clock = clock
        self.refresh_seconds = refresh_seconds
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    async def of(self, client: Client, *, kid: str | None = None, refresh: bool = False) -> Mapping[str, Any]:
        """Return the client's key set. With `refresh`, or when `kid` is given and not in it, a fetched one is fetched again, if it may be.

        Empty when the client has no keys, or they were never to be had.
        """
        if not client.jwks_uri:
            return client.jwks or NO_KEYS
        kept = self._of(client)
        if self._lacks(kept, kid, refresh):
            async with kept.lock:  # whoever waited finds what the first one fetched
                if self._lacks(kept, kid, refresh) and self.clock.now() - kept.tried_at >= self.refresh_seconds:
                    await self._fetch(client, kept)
        return kept.jwks if self.clock.now() - kept.fetched_at <= LIFE else NO_KEYS

    async def signed(self, client: Client, text: str, *, issuer: str, now: int) -> Signed:
        """Return what a key of this client signed, nothing of it judged yet; raise BadToken.

        Where no key fits, a fetched set is fetched once more: the client may have new ones. Registered keys are the ones there are.
        """
        header = header_of(text)
        kid = str(header["kid"]) if "kid" in header else None
        try:
            claims = claims_signed_by(await self.of(client, kid=kid), header, text)
        except NoKeyFits:
            if not client.jwks_uri:
                raise
            claims = claims_signed_by(await self.of(client, refresh=True), header, text)
        return Signed(client, header, claims, issuer, now)

    def _of(self, client: Client) -> Kept:
        kept = self._kept.get(client.client_id)
        if kept is None or kept.uri != client.jwks_uri:
            kept = self._kept[client.client_id] = Kept(client.jwks_uri or "")
        self._kept.move_to_end(client.client_id)
        if len(self._kept) > MAX_CLIENTS:
            self._kept.popitem(last=False)
        return kept

    def _lacks(self, kept: Kept, kid: str | None, refresh: bool) -> bool:
        return refresh or self.clock.now() - kept.fetched_at > FRESH or (kid is not None and not has(kept.jwks, kid))

    async def _fetch(self, client: Client, kept: Kept) -> None:
        kept.tried_at = self.clock.now()
        try:
            kept.jwks = key_set(await self._read(kept.uri))
        except (httpx.HTTPError, httpx.InvalidURL, BadKeySet) as error:
            log.warning("client_keys_not_fetched", client=client.client_id, kind=type(error).__name__)
            return
        kept.fetched_at = kept.tried_at

    async def _read(self, uri: str) -> bytes:
        if not uri.startswith("https://"):
            raise BadKeySet("keys come over https alone")
        status, body = await fetch(self.outbound, uri, accept="application/jwk-set+json, application/json", limit=MAX_BYTES)
        if status != 200:
            raise BadKeySet(f"status {status}")
        return body


def has(jwks: Mapping[str, Any], kid: str) -> bool:
    return any(key.get("kid") == kid for key in jwks["keys"])


def key_set(raw: bytes) -> Mapping[str, Any]:
    """Return the public keys of a document; raise BadKeySet when it is none, or holds too many, or a shared secret."""
    try:
        found = parse(raw)
    except ValueError as error:
        raise BadKeySet("not JSON") from error
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list) or len(keys) > MAX_KEYS or not all(isinstance(key, dict) for key in keys):
        raise BadKeySet("not a key set of at most twenty keys")
    return {"keys": [key for key in keys if key.get("kty") in ("EC", "RSA", "OKP")]}
