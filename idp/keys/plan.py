"""What is to change among the signing keys of one algorithm, decided from what is kept and the time. Nothing here writes.

    next ──rotate──▶ active ──rotate──▶ retiring ──time──▶ removed        any of them ──emergency──▶ removed

A key is published as `next` for a day before it signs, and as `retiring` for longer than the longest token it signed, so that whoever
caches our key set always finds the key of a token that is still good (JW-15).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from idp.store import SigningKeyRow

ANNOUNCED = 86400  # seconds for which a next key has been published before it signs: every cache has seen it
PUBLISHED = ("active", "next", "retiring")


class UnknownKey(Exception):
    """No published key is meant."""


class TooSoon(Exception):
    """The next key of an algorithm has not been published for a day. `ready` is when it has, in seconds UTC, by algorithm."""

    def __init__(self, ready: Mapping[str, int]) -> None:
        super().__init__(", ".join(sorted(ready)))
        self.ready = ready


@dataclass(frozen=True, slots=True)
class Plan:
    """States to set, the states they are based on, and the state of the one key to make beside (empty: none)."""

    states: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, str] = field(default_factory=dict)
    make: str = ""


def _of(rows: Sequence[SigningKeyRow], state: str) -> list[SigningKeyRow]:
    """Return the keys in that state, the one longest in it first."""
    return sorted((row for row in rows if row.state == state), key=lambda row: (row.changed_at, row.created_at))


def _plan(rows: Sequence[SigningKeyRow], states: Mapping[str, str], make: str = "") -> Plan:
    return Plan(states, {row.kid: row.state for row in rows if row.kid in states}, make)


def ready_at(rows: Sequence[SigningKeyRow], now: int) -> int:
    """Return when the next key may sign at the earliest."""
    following = sorted(row.created_at for row in rows if row.state == "next")
    return (following[0] if following else now) + ANNOUNCED


def is_due(rows: Sequence[SigningKeyRow], now: int, rotate_after: int) -> bool:
    """True when the active key has signed for long enough and the next one may follow."""
    active = _of(rows, "active")
    return bool(active) and now - active[0].changed_at >= rotate_after and ready_at(rows, now) <= now


def rotation(rows: Sequence[SigningKeyRow]) -> Plan:
    """The next key signs, the former one retires, and another is announced; without a next one, a new key signs at once."""
    former = {row.kid: "retiring" for row in _of(rows, "active")}
    following = sorted(_of(rows, "next"), key=lambda row: row.created_at)
    if not following:
        return _plan(rows, former, "active")
    return _plan(rows, {**former, following[0].kid: "active"}, "next" if len(following) == 1 else "")


def removal(rows: Sequence[SigningKeyRow], kid: str) -> Plan:
    """The key is gone at once; whatever it did is done by another: an active one is followed by the next, a next one by a new one."""
    row = next((row for row in rows if row.kid == kid and row.state in PUBLISHED), None)
    if row is None:
        raise UnknownKey(kid)
    if row.state == "active":
        successor = rotation(rows)
        return Plan({**successor.states, kid: "removed"}, successor.expected, successor.make)
    alone = row.state == "next" and len(_of(rows, "next")) == 1
    return _plan(rows, {kid: "removed"}, "next" if alone else "")


def roll_back(rows: Sequence[SigningKeyRow]) -> Plan:
    """The key signs again that signed before; the one it replaces becomes the next, so that both stay published. Raise UnknownKey."""
    former = _of(rows, "retiring")
    if not former:
        raise UnknownKey("no former key is published any more")
    states = {row.kid: "next" for row in _of(rows, "active")} | {row.kid: "removed" for row in _of(rows, "next")}
    return _plan(rows, {**states, former[-1].kid: "active"})


def retirement(rows: Sequence[SigningKeyRow], now: int, retire_after: int) -> Plan:
    """Retiring keys go when the longest token they signed has long ended."""
    return _plan(rows, {row.kid: "removed" for row in _of(rows, "retiring") if now - row.changed_at >= retire_after})
