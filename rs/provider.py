"""What is known of the provider: its metadata and keys, fetched once and again when they are old. RFC 8414, RFC 7517.

A key that is not in the set is looked for once more, but at most every half minute, so that forged key ids do not become requests.
Without a fresh set nothing is verified: the caller gets 503.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from rs.errors import Refused
from rs.json_depth import parse

METADATA_SECONDS = 3600
KEYS_SECONDS = 600
LOOK_AGAIN_SECONDS = 30
MAX_BYTES = 256 * 1024
Key = ECKey | RSAKey | OKPKey


def imported(jwk: object) -> Key | None:
    """Return the key; None when it is none that can be used here: one of a new kind spoils no other. RFC 7517 §5."""
    try:
        key = JWKRegistry.import_key(jwk)  # type: ignore[arg-type] # joserfc judges what it is
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return key if isinstance(key, ECKey | RSAKey | OKPKey) else None


class Provider:
    def __init__(self, issuer: str, http: httpx.AsyncClient, now: Callable[[], int]) -> None:
        self.issuer = issuer
        self.http = http
        self.now = now
        self._lock = asyncio.Lock()
        self._metadata: Mapping[str, Any] = {}
        self._metadata_at = 0
        self._keys: dict[str, Key] = {}
        self._keys_at = 0
        self._tried_at = 0

    async def metadata(self) -> Mapping[str, Any]:
        """Return the metadata; raise Refused (503) when it cannot be had or is another issuer's. RFC 8414 §3.3."""
        if not self._metadata or self.now() - self._metadata_at > METADATA_SECONDS:
            found = await self._json(f"{self.issuer}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise Refused("temporarily_unavailable", "the provider's metadata name another issuer")
            self._metadata, self._metadata_at = found, self.now()
        return self._metadata

    async def key(self, kid: str) -> Key | None:
        """Return the provider's key of this id, None when it has none. Raise Refused (503) when no fresh key set can be had."""
        if self._is_due(kid):
            async with self._lock:
                if self._is_due(kid):  # whoever waited finds what the first one fetched
                    self._tried_at = self.now()
                    await self._fetch_keys()
        return self._keys.get(kid)

    def _is_due(self, kid: str) -> bool:
        unknown = kid not in self._keys and self.now() - self._tried_at >= LOOK_AGAIN_SECONDS
        return not self._keys or self.now() - self._keys_at > KEYS_SECONDS or unknown

    async def endpoint(self, name: str) -> str:
        """Return an endpoint of the metadata that lies at the issuer itself; raise Refused (503)."""
        url = (await self.metadata()).get(name)
        if not isinstance(url, str) or not url.startswith(f"{self.issuer}/"):
            raise Refused("temporarily_unavailable", f"the provider's metadata name no {name} of its own")
        return url

    async def _fetch_keys(self) -> None:
        found = await self._json(await self.endpoint("jwks_uri"))
        listed = found.get("keys")
        keys = [key for key in map(imported, listed) if key is not None] if isinstance(listed, list) else []
        if not keys:
            raise Refused("temporarily_unavailable", "the provider's key set cannot be read")
        self._keys = {key.kid: key for key in keys if key.kid}
        self._keys_at = self.now()

    async def _json(self, url: str) -> dict[str, Any]:
        try:
            response = await self.http.get(url)
            found = parse(response.content) if response.status_code == 200 and len(response.content) <= MAX_BYTES else None
        except (httpx.HTTPError, ValueError) as error:
            raise Refused("temporarily_unavailable", "the provider does not answer") from error
        if not isinstance(found, dict):
            raise Refused("temporarily_unavailable", "the provider's answer cannot be read")
        return found
