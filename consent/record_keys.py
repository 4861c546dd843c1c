"""The keys that sign what this record says to others: receipts and anchors. A purpose of its own, apart from the keys of tokens.

A token lives for minutes, a receipt for years: the public part of every key that ever signed is kept and published for ever, so that what
was signed can be checked by anybody, at any time, without us. The newest key signs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from kit.clock import Clock
from kit.json_depth import parse
from kit.sealing import KeyRing
from kit.secrets import b64url_decode

ALG = "ES256"
MAX_STATEMENT = 64 * 1024  # characters of a signed statement
PUBLIC = ("kty", "crv", "x", "y", "kid", "alg", "use")


class NotSigned(Exception):
    """A statement does not carry a signature of ours. `known` is false when it names a key that is not in the set."""

    def __init__(self, reason: str, *, known: bool = True) -> None:
        super().__init__(reason)
        self.known = known


@dataclass(frozen=True, slots=True)
class RecordKey:
    """`private` is sealed under `context(kid)`; `public` is a JWK. It is never removed."""

    kid: str
    private: bytes = field(repr=False)
    public: Mapping[str, Any]
    created_at: int


class RecordKeyStore(Protocol):
    async def all(self) -> list[RecordKey]:
        """Return every key there ever was, oldest first."""

    async def add(self, key: RecordKey) -> None: ...


@dataclass(frozen=True, slots=True)
class RecordKeys:
    store: RecordKeyStore
    ring: KeyRing
    clock: Clock

    async def sign(self, statement: Mapping[str, Any], typ: str) -> str:
        """Return the statement as a compact JWS, by the newest key; the first one is made when it is first needed. RFC 7515 §7.1."""
        keys = await self.store.all()
        key = keys[-1] if keys else await self.renew()
        private = ECKey.import_key(orjson.loads(self.ring.open(key.private, context(key.kid))))
        return jws.serialize_compact({"alg": ALG, "kid": key.kid, "typ": typ}, orjson.dumps(statement), private, algorithms=[ALG])

    async def renew(self) -> RecordKey:
        """Make the key that signs from now on; the older ones stay published. Of two made at once both are good."""
        made = ECKey.generate_key("P-256")
        kid = f"records-{made.thumbprint()[:16]}"
        public = {**made.as_dict(private=False), "kid": kid, "alg": ALG, "use": "sig"}
        sealed = self.ring.seal(orjson.dumps(made.as_dict(private=True)), context(kid))
        key = RecordKey(kid, sealed, {name: public[name] for name in PUBLIC}, self.clock.now())
        await self.store.add(key)
        return key

    async def published(self) -> dict[str, Any]:
        """Return the key set that checks everything ever signed. RFC 7517 §5."""
        return key_set(await self.store.all())


def context(kid: str) -> str:
    """Return what the private part is sealed under."""
    return f"anchor-key:{kid}"


def key_set(keys: Sequence[RecordKey]) -> dict[str, Any]:
    return {"keys": [dict(key.public) for key in keys]}


def statement_of(token: str, keys: Mapping[str, Any], typ: str) -> dict[str, Any]:
    """Return what was signed, after checking it with a key set like ours. Raise NotSigned.

    The algorithm is ours and the key comes from the set, never from the header. RFC 8725 §3.1, §3.5.
    """
    if len(token) > MAX_STATEMENT or token.count(".") != 2:
        raise NotSigned("not a compact JWS")
    try:
        header = parse(b64url_decode(token.partition(".")[0]))
    except ValueError as error:
        raise NotSigned("the header is not JSON") from error
    if not isinstance(header, dict) or header.get("typ") != typ or header.get("alg") != ALG or "crit" in header:
        raise NotSigned("the header is of something else")
    found = [key for key in keys.get("keys", ()) if isinstance(key, Mapping) and key.get("kid") == header.get("kid")]
    if not found:
        raise NotSigned("no key of the set signed this", known=False)
    try:
        key = ECKey.import_key({name: found[0][name] for name in ("kty", "crv", "x", "y")})
        said = parse(jws.deserialize_compact(token, key, algorithms=[ALG]).payload)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotSigned("the signature does not verify") from error
    if not isinstance(said, dict):
        raise NotSigned("not a statement")
    return said
