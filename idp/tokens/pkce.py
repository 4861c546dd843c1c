"""Proof Key for Code Exchange, S256 only. RFC 7636."""

from __future__ import annotations

import hashlib
import re

from kit.secrets import b64url, same

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def is_challenge(text: str) -> bool:
    """True for the 43 characters that base64url of a SHA-256 has. RFC 7636 §4.2."""
    return CHALLENGE.fullmatch(text) is not None


def fits(verifier: str, challenge: str) -> bool:
    """True when the verifier is the one of the challenge. RFC 7636 §4.6."""
    return VERIFIER.fullmatch(verifier) is not None and same(b64url(hashlib.sha256(verifier.encode()).digest()), challenge)
