"""What a broker proves: that it knows the secret of its connector. Compared in constant time; the scheme itself is the brokers' own."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

TOKEN = re.compile(r"[A-Za-z0-9_]{20,128}")
BEARER = re.compile(r"SSO-([A-Za-z0-9_]{1,40})-([A-Za-z0-9_]{20,128})-([0-9a-f]{64})")
MOST_BEARER = 300


@dataclass(frozen=True, slots=True)
class Bearer:
    """What stands in `Authorization: Bearer SSO-{broker}-{token}-{checksum}`; not yet believed."""

    broker: str
    token: str
    checksum: str


def checksum(command: str, token: str, secret: str) -> str:
    """Return sha256(command + token + secret) in hexadecimal, `attach` or `session`."""
    return hashlib.sha256(f"{command}{token}{secret}".encode()).hexdigest()


def proves(command: str, token: str, shown: str, secrets: Sequence[str]) -> bool:
    """True when the checksum was made with one of the secrets that are good now (TI-05). Every one is tried, whatever the first says."""
    found = [hmac.compare_digest(checksum(command, token, secret).encode(), shown.encode()) for secret in secrets]
    return any(found)


def bearer_of(authorization: str) -> Bearer | None:
    """Return what a broker shows; None when it cannot be read."""
    scheme, _, shown = authorization.partition(" ")
    found = BEARER.fullmatch(shown) if scheme.lower() == "bearer" and len(shown) <= MOST_BEARER else None
    return Bearer(*found.groups()) if found is not None else None
