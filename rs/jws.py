"""Opening a signed token: the header is read to find our key, never to be believed. RFC 7515, RFC 8725."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from rs.json_depth import parse

MAX_TOKEN = 16 * 1024
MAX_HEADER = 4096  # as it is sent, with the key that a proof brings along
MAX_MEMBER = 512  # characters of one member of it
OF_CURVE = {"P-256": ("ES256",), "P-521": ("ES512",), "Ed25519": ("EdDSA", "Ed25519")}
HEADERS = frozenset({"alg", "kid", "typ", "cty", "jwk"})
Key = ECKey | RSAKey | OKPKey


class NotSigned(Exception):
    """The text is no token of this kind, or its signature does not verify."""


def header_of(token: str) -> dict[str, Any]:
    """Return the header, believed in nothing; raise NotSigned for what is no small JWS, or names critical or foreign members.

    Its members are short texts, but for `jwk`, an object. RFC 7515 §4.1.
    """
    if len(token) > MAX_TOKEN or token.count(".") != 2:
        raise NotSigned("not a compact JWS")
    raw = token.partition(".")[0]
    if len(raw) > MAX_HEADER:
        raise NotSigned("the header is too long")
    try:
        header = parse(urlsafe_b64decode(raw.encode()))
    except ValueError as error:
        raise NotSigned("the header is not JSON") from error
    if not isinstance(header, dict) or not set(header) <= HEADERS:
        raise NotSigned("the header has members that are not accepted")
    for name, value in header.items():
        if not isinstance(value, dict) if name == "jwk" else not isinstance(value, str) or len(value) > MAX_MEMBER:
            raise NotSigned("the header has a member of another type")
    return header


def algorithms_of(key: Key) -> tuple[str, ...]:
    """Return the algorithms that belong to this key: never none, never an HMAC with a public key (RFC 8725 §3.1)."""
    if isinstance(key, RSAKey):
        named = key.as_dict(private=False).get("alg")
        return (str(named),) if named in ("RS256", "PS256") else ("RS256", "PS256") if key.public_key.key_size >= 2048 else ()
    return OF_CURVE.get(key.curve_name, ())


class Roomy(JWSRegistry):
    """Takes headers that carry a key, as a DPoP proof's does (RFC 9449 §4.2)."""

    max_header_length = 4096


def opened(token: str, key: Key, alg: str) -> Mapping[str, Any]:
    """Return the claims that the key signed with this algorithm; raise NotSigned."""
    if alg not in algorithms_of(key):
        raise NotSigned("the algorithm does not belong to the key")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # RFC 9864 would have EdDSA called Ed25519; most do not yet
            claims = parse(jws.deserialize_compact(token, key, registry=Roomy(algorithms=[alg])).payload)
    except (JoseError, ValueError) as error:
        raise NotSigned("the signature does not verify") from error
    if not isinstance(claims, dict):
        raise NotSigned("the claims are not an object")
    return claims
