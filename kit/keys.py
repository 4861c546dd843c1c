"""Keys for single purposes, derived from the one master key, so that a leak of one opens nothing else. RFC 5869."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derive(master: bytes, purpose: str) -> bytes:
    """Return 32 bytes that belong to `purpose` alone."""
    return HKDF(algorithm=SHA256(), length=32, salt=b"gapura", info=purpose.encode()).derive(master)
