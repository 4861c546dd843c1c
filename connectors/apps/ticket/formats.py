"""How a ticket is written down. Every format names its key by `kid`, so that an application can hold two keys during a rotation.

Libraries are imported where a ticket is first written: a worker without such a connector never loads them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from connectors.apps.ticket.claims import Claims

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

TYPE = "ticket+jwt"
MAC_PREFIX = "gapura-ticket-v1"
RSA_BITS = 3072


def b64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def key_id(secret: str) -> str:
    """Return the name of a shared key, which tells nothing about it: 16 hexadecimal digits of its HMAC of a fixed word."""
    return hmac.new(secret.encode(), b"gapura-ticket-kid", hashlib.sha256).hexdigest()[:16]


def canonical(claims: Claims) -> str:
    """Return the pairs in the one order and spelling they have: names sorted bytewise, both sides percent-encoded but for RFC 3986's
    unreserved characters, joined by = and &. No two sets of pairs have the same text."""
    return "&".join(f"{quote(name, safe='')}={quote(str(claims[name]), safe='')}" for name in sorted(claims))


def jwt_hs256(claims: Claims, secret: str) -> str:
    from jose import jwt

    return str(jwt.encode(dict(claims), secret, algorithm="HS256", headers={"typ": TYPE, "kid": key_id(secret)}))


def jwt_rs256(claims: Claims, private_pem: str) -> str:
    from jose import jwt

    key, kid = _rs256(private_pem), public_jwk(private_pem)["kid"]
    return str(jwt.encode(dict(claims), key, algorithm="RS256", headers={"typ": TYPE, "kid": kid}))


def hmac_query(claims: Claims, secret: str) -> str:
    """Return `kid.base64url(pairs).mac`; the MAC is over `gapura-ticket-v1`, kid and pairs, a line each, in hexadecimal."""
    kid, pairs = key_id(secret), canonical(claims)
    mac = hmac.new(secret.encode(), f"{MAC_PREFIX}\n{kid}\n{pairs}".encode(), hashlib.sha256).hexdigest()
    return f"{kid}.{b64url(pairs.encode())}.{mac}"


def aes_wrapped(claims: Claims, secret: str) -> str:
    """Return a JWE in compact form, `dir` with A256GCM. RFC 7516 §3.1. The key is derived, so that one secret never does two things."""
    from jose import jwe

    key = hmac.new(secret.encode(), b"gapura-ticket-aes256gcm", hashlib.sha256).digest()
    text = json.dumps(dict(claims), separators=(",", ":"), sort_keys=True).encode()
    written = jwe.encrypt(text, key, encryption="A256GCM", algorithm="dir", kid=key_id(secret))
    return str(written.decode())


FORMATS: Mapping[str, Callable[[Claims, str], str]] = {
    "jwt_hs256": jwt_hs256,
    "jwt_rs256": jwt_rs256,
    "hmac_query": hmac_query,
    "aes_wrapped": aes_wrapped,
}


def make_signing_key() -> str:
    """Return a new RSA key as PEM (PKCS #8)."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@lru_cache(maxsize=64)
def _private(private_pem: str) -> RSAPrivateKey:
    """Return the key, read once: reading it takes longer than signing. It is one of ours and came out of its seal unchanged, so that it is
    not tried anew whether its primes are prime, which would hold a worker up for a third of a second."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(private_pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < 2048:
        raise ValueError("the signing key of a ticket must be RSA of 2048 bits or more, as PEM")
    return key


@lru_cache(maxsize=64)
def _rs256(private_pem: str) -> Any:
    from jose import jwk

    return jwk.construct(_private(private_pem), "RS256")


def public_jwk(private_pem: str) -> dict[str, Any]:
    """Return the public half as a JWK, named by its thumbprint. RFC 7638 §3."""
    numbers = _private(private_pem).public_key().public_numbers()
    required = {"e": _octets(numbers.e), "kty": "RSA", "n": _octets(numbers.n)}
    digest = hashlib.sha256(json.dumps(required, separators=(",", ":")).encode()).digest()
    return {**required, "kid": b64url(digest), "use": "sig", "alg": "RS256"}


def public_pem(private_pem: str) -> str:
    """Return the public half as PEM, for programs whose language reads no JWK."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = _private(private_pem).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_set(private_pems: Sequence[str]) -> str:
    return json.dumps({"keys": [public_jwk(one) for one in private_pems]})


def _octets(number: int) -> str:
    return b64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))
