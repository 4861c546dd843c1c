"""Signing and verifying what the provider issues. One wrapper: algorithm and `typ` per purpose, the key by `kid` from our own set, never
from a header; size cap before decoding; `crit` refused (security.md §5, RFC 8725)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from idp.keys.algorithms import SIGNING, Key
from kit.json_depth import parse
from kit.secrets import b64url, b64url_decode

MAX_TOKEN = 16 * 1024
MAX_HEADER = 2048  # as it is sent
MAX_MEMBER = 512  # characters of one member of it
ALLOWED_HEADERS = frozenset({"alg", "kid", "typ", "cty"})
SHA256 = hashes.SHA256()
P256_SHA256, P521_SHA512 = ec.ECDSA(SHA256), ec.ECDSA(hashes.SHA512())
PKCS1 = padding.PKCS1v15()
PSS = padding.PSS(padding.MGF1(SHA256), hashes.SHA256.digest_size)


class BadToken(Exception):
    """A token is not one of ours for this purpose. The message is for the log."""


def header_of(token: str) -> Mapping[str, str]:
    """Return the unverified header; raise BadToken when it is no small JWS, or names keys or critical extensions.

    Its members are short texts, each of them: RFC 7515 §4.1, §4.1.4. Nothing behind this needs to ask what else they could be (WB-07).
    """
    if len(token) > MAX_TOKEN or token.count(".") != 2:
        raise BadToken("not a compact JWS")
    return _opened(token.partition(".")[0])


@lru_cache(maxsize=256)  # one key makes one header: those of our own tokens, and of each client, are a few
def _opened(raw: str) -> Mapping[str, str]:
    if len(raw) > MAX_HEADER:
        raise BadToken("header is too long")
    try:
        header = parse(b64url_decode(raw))
    except ValueError as error:
        raise BadToken("header is not JSON") from error
    if not isinstance(header, dict) or not ALLOWED_HEADERS.issuperset(header):
        raise BadToken("header has members that are not accepted")
    for value in header.values():
        if not isinstance(value, str) or len(value) > MAX_MEMBER:
            raise BadToken("header has a member that is no short text")
    return MappingProxyType(header)


@cache
def _header(alg: str, kid: str, typ: str) -> str:
    return b64url(orjson.dumps({"alg": alg, "kid": kid, "typ": typ}))


def _both_numbers(der: bytes, size: int) -> bytes:
    """Return an ECDSA signature as JWA wants it: both numbers one after the other, each as long as the curve. RFC 7518 §3.4."""
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(der))


_SIGNATURES: Mapping[str, Callable[[Any, bytes], bytes]] = {
    "ES256": lambda key, text: _both_numbers(key.sign(text, P256_SHA256), 32),
    "ES512": lambda key, text: _both_numbers(key.sign(text, P521_SHA512), 66),
    "RS256": lambda key, text: key.sign(text, PKCS1, SHA256),
    "PS256": lambda key, text: key.sign(text, PSS, SHA256),
    "EdDSA": lambda key, text: key.sign(text),
}

VERIFIERS = {alg: JWSRegistry.algorithms[alg] for alg in SIGNING}


@dataclass(frozen=True)
class Signer:
    """`active` signs, by algorithm; `known` verifies, by kid: next, active and retiring keys."""

    active: Mapping[str, tuple[str, Key]] = field(repr=False)
    known: Mapping[str, tuple[str, Key]] = field(repr=False)

    def sign(self, claims: Mapping[str, Any], alg: str, typ: str = "JWT") -> str:
        """Return a compact JWS. RFC 7515 §7.1. Put together here, because the library takes as long again as the signature itself."""
        kid, key = self.active[alg]
        text = f"{_header(alg, kid, typ)}.{b64url(orjson.dumps(claims))}"
        return f"{text}.{b64url(_SIGNATURES[alg](key.private_key, text.encode()))}"

    def verify(self, token: str, typ: str = "JWT") -> dict[str, Any]:
        """Return the claims of a token we signed with this `typ`; times are the caller's to judge. Raise BadToken."""
        header = header_of(token)
        found = self.known.get(str(header.get("kid", "")))
        if found is None or header.get("alg") != found[0] or str(header.get("typ", "")) != typ:
            raise BadToken("unknown key, algorithm or type")
        text, _, signature = token.rpartition(".")
        try:
            genuine = VERIFIERS[found[0]].verify(text.encode(), b64url_decode(signature), found[1])
            claims = orjson.loads(b64url_decode(text.partition(".")[2])) if genuine else None
        except (JoseError, ValueError) as error:
            raise BadToken("signature does not verify") from error
        if not genuine:
            raise BadToken("signature does not verify")
        if not isinstance(claims, dict):
            raise BadToken("claims are not an object")
        return claims

    def knows_the_key_of(self, token: str) -> bool:
        """True when the key that this token names is still in force. Its signature is not looked at: the caller knows the token itself."""
        try:
            return str(header_of(token).get("kid", "")) in self.known
        except BadToken:
            return False
