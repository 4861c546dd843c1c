"""Opaque secrets: how they are made, kept and compared.

A secret is 256 random bits in base64url. What is kept is its SHA-256 digest: with that much entropy a slow hash adds nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def b64url_decode(text: str) -> bytes:
    """Return the bytes of unpadded base64url; raise ValueError for anything else, padding and stray characters included."""
    if "=" in text or len(text) % 4 == 1:
        raise ValueError("not unpadded base64url")
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if b64url(raw) != text:
        raise ValueError("not canonical base64url")
    return raw


def new_secret() -> str:
    """Return 256 random bits as 43 characters of base64url."""
    return secrets.token_urlsafe(32)


def new_id() -> str:
    """Return 128 random bits as 22 characters of base64url, for ids that name a thing and open nothing."""
    return secrets.token_urlsafe(16)


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret as 43 characters: the form in which it is kept and found."""
    return b64url(hashlib.sha256(secret.encode()).digest())


def same(left: str, right: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def keyed(key: bytes, purpose: str, value: str) -> str:
    """Return HMAC-SHA256 of `value` under `key`, bound to `purpose`, as 43 characters."""
    return b64url(hmac.new(key, f"{purpose}\0{value}".encode(), hashlib.sha256).digest())
