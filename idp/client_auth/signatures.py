"""Which algorithm belongs to which key, and what the keys of a client signed. RFC 7518 §3.1, RFC 8037 §3.1, RFC 8725 §3.1."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

import orjson
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from idp.applications.models import Client
from idp.keys.signer import BadToken

Key = ECKey | RSAKey | OKPKey
MIN_RSA_BITS = 2048
MAX_RSA_BITS = 4096
ALGORITHMS = ("ES256", "ES512", "RS256", "PS256", "EdDSA", "Ed25519")
FAPI_ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")  # FAPI 2.0 Security Profile §5.4.1


class Roomy(jws.JWSRegistry):
    """Takes headers that carry an RSA key, as a DPoP proof's does (RFC 9449 §4.2)."""

    max_header_length = 4096


@dataclass(frozen=True, slots=True)
class Signed:
    """Claims that a key of the client signed, and what they are judged by. `now` is seconds UTC."""

    client: Client
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    issuer: str
    now: int


class NoKeyFits(BadToken):
    """No key of the set verifies the signature: perhaps the client has new ones."""


def fits(key: object, alg: str) -> TypeGuard[Key]:
    """True when the algorithm belongs to this kind of key: never an HMAC, never a short RSA key (TK-14)."""
    if isinstance(key, ECKey):
        return alg == {"P-256": "ES256", "P-521": "ES512"}.get(key.curve_name)
    if isinstance(key, RSAKey):
        return alg in ("RS256", "PS256") and MIN_RSA_BITS <= key.public_key.key_size <= MAX_RSA_BITS
    return isinstance(key, OKPKey) and key.curve_name == "Ed25519" and alg in ("EdDSA", "Ed25519")


def payload_of(token: str, key: Key, alg: str) -> bytes:
    """Return what the key signed with this algorithm; raise JoseError or ValueError when it did not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # RFC 9864 would have EdDSA called Ed25519; FAPI and most clients do not yet
        return jws.deserialize_compact(token, key, registry=Roomy(algorithms=[alg])).payload


def claims_signed_by(jwks: Mapping[str, Any], header: Mapping[str, Any], token: str) -> dict[str, Any]:
    """Return the claims of a token that one of these keys signed; `kid` picks the key, where both have one.

    Raise NoKeyFits when none verifies it, BadToken when the set cannot be read.
    """
    try:
        found = KeySet.import_key_set(jwks)  # type: ignore[arg-type] # JSON that was checked when it was registered or fetched
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise BadToken("the client's keys cannot be read") from error
    wanted, alg = header.get("kid"), str(header.get("alg"))
    for key in found.keys:
        if (wanted is not None and key.kid is not None and key.kid != wanted) or not fits(key, alg):
            continue
        try:
            claims = orjson.loads(payload_of(token, key, alg))
        except (JoseError, ValueError):
            continue
        if isinstance(claims, dict):
            return claims
    raise NoKeyFits("no key of the client verifies the signature")
