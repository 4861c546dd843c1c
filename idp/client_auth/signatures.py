"""Which algorithm belongs to which key, and what the keys of a client signed. RFC 7518 §3.1, RFC 8037 §3.1, RFC 8725 §3.1."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from idp.applications.models import Client
from idp.keys.signer import BadToken
from kit.json_depth import parse

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


def imported(jwk: Mapping[str, Any]) -> Key | None:
    """Return the key; None when it is none that we can read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # of a short key: `fits` refuses it
            key = JWKRegistry.import_key(dict(jwk))
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return key if isinstance(key, ECKey | RSAKey | OKPKey) else None


def claims_signed_by(jwks: Mapping[str, Any], header: Mapping[str, Any], token: str) -> dict[str, Any]:
    """Return the claims of a token that one of these keys signed; `kid` picks the key, where both have one.

    Raise NoKeyFits when none verifies it. A key that cannot be read, of a curve or for a use unknown here, spoils no other: RFC 7517 §5.
    """
    wanted, alg, listed = header.get("kid"), str(header.get("alg")), jwks.get("keys")
    for one in listed if isinstance(listed, list | tuple) else ():
        if not isinstance(one, Mapping) or (wanted is not None and one.get("kid", wanted) != wanted):
            continue
        key = imported(one)
        if key is None or not fits(key, alg):
            continue
        try:
            claims = parse(payload_of(token, key, alg))
        except (JoseError, ValueError):
            continue
        if isinstance(claims, dict):
            return claims
    raise NoKeyFits("no key of the client verifies the signature")
