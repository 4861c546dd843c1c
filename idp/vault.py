"""How a person signs in at an older system that knows only its own form: what is kept, and the atomicity relied on.

A password stands here only because that system has no other way in. It is sealed with the data keys, shown to nobody, and used by the
bridge alone. What the older system refused is marked and never tried again by itself (FB-07).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kit.audit import Entry

SERVICE = ""  # in place of a person: the credential of the service itself


@dataclass(frozen=True, slots=True)
class Held:
    """A credential as kept. Times are seconds UTC; `refused_at` is 0 while the older system has not said no to it."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    changed_at: int = 0
    refused_at: int = 0


class Vault(Protocol):
    async def of(self, connector: str, person: str) -> Held | None:
        """Return the credential of a person, or of the service (SERVICE), refused ones too."""

    async def put(self, connector: str, person: str, username: str, password: str, now: int, audit: Sequence[Entry] = ()) -> None:
        """Keep the credential in place of any other; it is not refused."""

    async def refuse(self, connector: str, person: str, changed_at: int, now: int) -> bool:
        """Mark the credential that was kept at `changed_at` as refused; False when another has taken its place, or it was marked before."""

    async def forget(self, connector: str, person: str, audit: Sequence[Entry] = ()) -> bool:
        """Forget the credential; False when there was none."""
