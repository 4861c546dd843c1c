"""Signing and verifying what the provider issues. One wrapper: algorithm and `typ` per purpose, the key by `kid` from our own set, never
from a header; size cap before decoding; `crit` refused (security.md §5, RFC 8725)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from kit.secrets import b64url, b64url_decode

MAX_TOKEN = 16 * 1024
ALLOWED_HEADERS = frozenset({"alg", "kid", "typ", "cty"})
Key = ECKey | RSAKey
SHA256 = hashes.SHA256()
P256_SHA256 = ec.ECDSA(SHA256)
PKCS1 = padding.PKCS1v15()


class BadToken(Exception):
    """A token is not one of ours for this purpose. The message is for the log."""


def header_of(token: str) -> dict[str, Any]:
    """Return the unverified header; raise BadToken when it is no small JWS, or names keys or critical extensions."""
    if len(token) > MAX_TOKEN or token.count(".") != 2:
        raise BadToken("not a compact JWS")
    try:
        header = orjson.loads(b64url_decode(token.partition(".")[0]))
    except ValueError as error:
        raise BadToken("header is not JSON") from error
    if not isinstance(header, dict) or not set(header) <= ALLOWED_HEADERS:
        raise BadToken("header has members that are not accepted")
    return header


@cache
def _header(alg: str, kid: str, typ: str) -> str:
    return b64url(orjson.dumps({"alg": alg, "kid": kid, "typ": typ}))


def _signature(key: Key, text: bytes) -> bytes:
    """Return the signature as JWA wants it: for ES256 both numbers in 32 bytes each. RFC 7518 §3.3, §3.4."""
    if isinstance(key, ECKey):
        assert key.private_key is not None  # a key that signs has its private half
        numbers = decode_dss_signature(key.private_key.sign(text, P256_SHA256))
        return b"".join(number.to_bytes(32, "big") for number in numbers)
    assert key.private_key is not None
    return key.private_key.sign(text, PKCS1, SHA256)


@dataclass(frozen=True)
class Signer:
    """`active` signs, by algorithm; `known` verifies, by kid: next, active and retiring keys."""

    active: Mapping[str, tuple[str, Key]] = field(repr=False)
    known: Mapping[str, tuple[str, Key]] = field(repr=False)

    def sign(self, claims: Mapping[str, Any], alg: str, typ: str = "JWT") -> str:
        """Return a compact JWS. RFC 7515 §7.1. Put together here, because the library takes as long again as the signature itself."""
        kid, key = self.active[alg]
        text = f"{_header(alg, kid, typ)}.{b64url(orjson.dumps(claims))}"
        return f"{text}.{b64url(_signature(key, text.encode()))}"

    def verify(self, token: str, typ: str = "JWT") -> dict[str, Any]:
        """Return the claims of a token we signed with this `typ`; times are the caller's to judge. Raise BadToken."""
        header = header_of(token)
        found = self.known.get(str(header.get("kid", "")))
        if found is None or header.get("alg") != found[0] or str(header.get("typ", "")) != typ:
            raise BadToken("unknown key, algorithm or type")
        try:
            payload = jws.deserialize_compact(token, found[1], algorithms=[found[0]]).payload
            claims = orjson.loads(payload)
        except (JoseError, ValueError) as error:
            raise BadToken("signature does not verify") from error
        if not isinstance(claims, dict):
            raise BadToken("claims are not an object")
        return claims
