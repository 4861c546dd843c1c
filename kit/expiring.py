"""The expiring store: what it promises, whatever keeps it (a dict, an SQLite file, Redis).

The idea: **guards**. A guard is a name with a random value, such as `person:<id>` or `permit:<person>:<application>`. A record may
be put with the guard values its maker saw. From then on it is alive only while each of those guards still has that value. Moving a
guard therefore ends, in one step and everywhere, every session, code and token that was made under it: no list of tokens to walk,
and nothing on the way of a request but one comparison inside the same atomic step as the read or write.

A guard that was never moved has the value "0". A guard can be **closed** for some seconds: nothing can be put under it meanwhile, and
what it answers as its value ends in "!" and never fits, so that a fact read while it was closed is never used afterwards.
Whoever changes a lasting fact (consent, account, client) closes its guard, commits, then moves it. So nothing is made from the old
fact after the commit, even by a request that read it just before.

All calls are atomic. Every implementation passes tests/stores. A store that cannot answer raises StoreUnavailable: callers fail closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class StoreUnavailable(Exception):
    """The store did not answer in time. The caller refuses (503), never guesses."""


Guards = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Put:
    """A record to write: value (bytes), time to live (seconds), and the guard values it lives under."""

    key: str
    value: bytes
    ttl: int
    guards: Guards = field(default_factory=dict)


class ExpiringStore(Protocol):
    async def get(self, key: str) -> bytes | None:
        """Return the value; None when it is absent, past its time, or one of its guards has moved."""

    async def put(self, *records: Put) -> bool:
        """Write all records, or none and return False when any guard of any of them has moved or is closed.

        A record with no time left (`ttl` 0 or less) is forgotten instead.
        """

    async def put_if_absent(self, record: Put) -> bool:
        """Write the record and return True; False when a live record has that key or a guard forbids it. One winner among any number."""

    async def take(self, key: str) -> bytes | None:
        """Return the value and forget it. Of concurrent callers exactly one gets it. None as for `get`."""

    async def spend(self, key: str, token: bytes, *records: Put) -> bytes | None:
        """Mark the record as spent with `token` and write `records`, in one step; return None when that happened.

        Otherwise nothing is written. Returned is the token it was first spent with, or b"" when the record is absent, dead, or a
        guard of `records` forbids writing. The spent mark lives as long as the record would have. Of concurrent callers exactly one
        gets None (RFC 6749 §4.1.2).
        """

    async def delete(self, *keys: str) -> None:
        """Forget the records."""

    async def guards(self, *names: str) -> dict[str, str]:
        """Return the present value of each guard."""

    async def close(self, *names: str, seconds: int = 5) -> None:
        """Move each guard and refuse every put under it until it is moved again or `seconds` have passed."""

    async def move(self, *names: str) -> None:
        """Give each guard a new random value and open it: everything put under the old one is dead when this returns."""

    async def increment(self, key: str, window: int) -> int:
        """Count one more event in the window of `window` seconds that began with its first; return the count."""

    async def purge(self, now: int) -> int:
        """Free the room of records past their time, in small steps; return how many. A matter of room, never of what calls answer."""

    async def ping(self) -> None:
        """Return when the store answers; raise StoreUnavailable."""

    async def aclose(self) -> None:
        """Release connections and files."""


def guard_names(guards: Sequence[Guards]) -> tuple[str, ...]:
    return tuple({name: None for one in guards for name in one})
