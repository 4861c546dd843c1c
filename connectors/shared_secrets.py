"""Is a secret good enough to be shared with an older system? Judged when it is entered, never when it is used (TI-02)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping

from connectors.contract import Connector, Secret

HEXADECIMAL = re.compile(r"[0-9a-fA-F]*")
BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


def bits_of(secret: str) -> int:
    """Return how many bits the text can hold at most: 4 a hexadecimal digit, 6 a character of base64url, 8 a byte of anything else."""
    if HEXADECIMAL.fullmatch(secret):
        return 4 * len(secret)
    if BASE64URL.fullmatch(secret):
        return 6 * len(secret)
    return 8 * len(secret.encode())


def shared_with_another(connectors: Iterable[Connector], secret: str, own: str = "") -> bool:
    """True when a connector other than `own` has this secret under any name, good or past: whoever knows it could pose as Gapura there."""
    return held_by_another({connector.id: connector.secrets for connector in connectors}, secret, own)


def held_by_another(secrets: Mapping[str, Mapping[str, tuple[Secret, ...]]], secret: str, own: str = "") -> bool:
    """The same of secrets as they are kept, by connector and name: those of a draft, and of a kind itself, are among them."""
    wanted = secret.encode()
    found = False
    for connector, names in secrets.items():
        for kept in names.values() if connector != own else ():
            for one in kept:
                found |= hmac.compare_digest(one.value.encode(), wanted)
    return found
