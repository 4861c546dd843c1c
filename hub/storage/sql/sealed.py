"""Sealed columns: each value is bound to its table and row, so that a value moved elsewhere does not open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kit.sealing import KeyRing


def context(table: str, *row: str) -> str:
    return ":".join((table, *row))


@dataclass(frozen=True, slots=True)
class Sealed:
    ring: KeyRing
    refresh: Callable[[], Awaitable[None]]

    def seal(self, table: str, value: bytes, *row: str) -> bytes:
        return self.ring.seal(value, context(table, *row))

    async def open(self, table: str, sealed: bytes, *row: str) -> bytes:
        """Return the value; when it was sealed with a key this process has not met, look for the key first."""
        if self.ring.key_id(sealed) not in self.ring.keys:
            await self.refresh()
        return self.ring.open(sealed, context(table, *row))
