"""Sealing of personal values at rest, and the keyed index by which they are found again.

A sealed value is `version(1) | key id(4, big endian) | nonce(12) | AES-256-GCM ciphertext`, bound to a context string, so that a
value moved to another row or column does not open. The key ring holds every data key still needed to open; the newest seals.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"


class CannotOpen(Exception):
    """A sealed value was changed, belongs to another context, or its key is gone."""


@dataclass(slots=True)
class KeyRing:
    """Data keys by id (32 bytes each), the id that seals, and the key of the blind index (32 bytes, never rotated with the data keys).

    One ring per process, shared by everybody in it; `adopt` is how it learns of a rotation.
    """

    keys: Mapping[int, bytes] = field(repr=False)
    active: int
    index_key: bytes = field(repr=False)
    ciphers: dict[int, AESGCM] = field(init=False, repr=False)  # of `keys`: made once, because userinfo opens something at every request

    def __post_init__(self) -> None:
        self.adopt({}, self.active)

    def adopt(self, keys: Mapping[int, bytes], active: int) -> None:
        """Seal with `active` from now on; keys once known stay known."""
        self.keys = {**self.keys, **keys}
        self.ciphers = {number: AESGCM(key) for number, key in self.keys.items()}
        self.active = active

    def seal(self, value: bytes, context: str) -> bytes:
        nonce = os.urandom(12)
        head = VERSION + self.active.to_bytes(4, "big")
        return head + nonce + self.ciphers[self.active].encrypt(nonce, value, head + context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return the value sealed under `context`; raise CannotOpen for anything else."""
        head, nonce, body = sealed[:5], sealed[5:17], sealed[17:]
        cipher = self.ciphers.get(int.from_bytes(head[1:5], "big")) if head[:1] == VERSION and len(sealed) >= 33 else None
        if cipher is None:
            raise CannotOpen(context)
        try:
            return cipher.decrypt(nonce, body, head + context.encode())
        except InvalidTag as error:
            raise CannotOpen(context) from error

    def key_id(self, sealed: bytes) -> int:
        """Return the id of the data key that sealed the value."""
        return int.from_bytes(sealed[1:5], "big")

    def blind(self, kind: str, value: str) -> str:
        """Return the index of an identifier: 64 hex digits that only the holder of the index key can compute."""
        return hmac.new(self.index_key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()
