"""What the directory needs kept: a password's keyed digest, whose it is, and for which connector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kit.audit import Entry


@dataclass(frozen=True, slots=True)
class DirectoryPassword:
    """A password that one person types into one older system. `mac` finds it; it cannot be read back. Times are seconds UTC, 0: never."""

    id: str
    connector: str
    person: str
    label: str
    mac: str = field(repr=False)
    created_at: int
    used_at: int = 0  # by day only
    revoked_at: int = 0


class DirectoryPasswordStore(Protocol):
    async def add(self, password: DirectoryPassword, most: int, audit: Sequence[Entry] = ()) -> bool:
        """Keep it; False, and nothing kept, when the person has `most` good ones for that connector already."""

    async def find(self, mac: str) -> DirectoryPassword | None:
        """Return the good password with this digest."""

    async def of_person(self, person: str) -> list[DirectoryPassword]:
        """Return the good ones, newest first."""

    async def holders(self, connector: str, persons: Sequence[str]) -> list[DirectoryPassword]:
        """Return the good ones that these persons have for the connector, oldest first."""

    async def used(self, password_id: str, day: int) -> None:
        """Note the day of use, when it is a later one."""

    async def revoke(self, password_id: str, now: int, audit: Sequence[Entry] = ()) -> bool:
        """Revoke it for good; False when that had happened before."""

    async def revoke_all(self, person: str, now: int) -> None:
        """Revoke all of the person's: she signed out everywhere, or her account was closed to her."""
