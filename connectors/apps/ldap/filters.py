"""Search filters: read from BER with bounds, and judged. RFC 4511 §4.5.1.7. What was typed into a value is a value and no more (LD-01).

A search is answered only when its filter names one person by an exact value: `keys` finds these values. What such a person is then
compared with is only what the application may know of her; anything it may not know is Undefined, and Undefined finds nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from connectors.apps.ldap.ber import Reader
from connectors.apps.ldap.dn import folded
from connectors.directory import Unreadable

MOST_DEPTH = 8
MOST_TERMS = 32
MOST_VALUE = 512  # bytes
MOST_KEYS = 4
AND, OR, NOT, EQUALITY, SUBSTRINGS, GREATER, LESS, PRESENT, APPROXIMATE, EXTENSIBLE = (
    0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0x87, 0xA8, 0xA9,
)  # fmt: skip
INEXACT = frozenset({SUBSTRINGS, GREATER, LESS, APPROXIMATE, EXTENSIBLE})


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Filter


@dataclass(frozen=True, slots=True)
class Equal:
    attribute: str
    value: str


@dataclass(frozen=True, slots=True)
class Present:
    attribute: str


@dataclass(frozen=True, slots=True)
class Inexact:
    """A substring, an order, a likeness: never answered, so never a way to try out values."""


Filter = All | AnyOf | Not | Equal | Present | Inexact


def read(reader: Reader) -> Filter:
    """Return the filter that stands next; raise Unreadable for one that is malformed, too deep or too long."""
    return _read(reader, 1, [0])


def _read(reader: Reader, depth: int, count: list[int]) -> Filter:
    count[0] += 1
    if depth > MOST_DEPTH or count[0] > MOST_TERMS:
        raise Unreadable("a filter is too deep or too long")
    tag, start, stop = reader.element()
    inner = Reader(reader.data, start, stop)
    if tag in (AND, OR):
        parts = []
        while inner.more:
            parts.append(_read(inner, depth + 1, count))
        return All(tuple(parts)) if tag == AND else AnyOf(tuple(parts))
    if tag == NOT:
        part = _read(inner, depth + 1, count)
        inner.finish()
        return Not(part)
    if tag == EQUALITY:
        attribute, value = inner.text().lower(), inner.octets()
        inner.finish()
        return Equal(attribute, _value(value))
    if tag == PRESENT:
        try:
            return Present(reader.data[start:stop].decode().lower())
        except UnicodeDecodeError:
            raise Unreadable("a string is not UTF-8") from None
    if tag in INEXACT:
        while inner.more:
            inner.element()
        return Inexact()
    raise Unreadable("no such filter")


def _value(raw: bytes) -> str:
    """Return the value as text; what is none (NUL, bytes that are no UTF-8) stays something that equals no value of ours."""
    if len(raw) > MOST_VALUE:
        raise Unreadable("a value is too long")
    return raw.decode(errors="replace")


def keys(wanted: Filter, attributes: Collection[str]) -> tuple[tuple[str, str], ...] | None:
    """Return the exact values of which whoever fits must have one; None when the filter could fit people it does not name (LD-06)."""
    if isinstance(wanted, Equal):
        return ((wanted.attribute, wanted.value),) if wanted.attribute in attributes else None
    if isinstance(wanted, All):
        return next((found for part in wanted.parts if (found := keys(part, attributes)) is not None), None)
    if isinstance(wanted, AnyOf) and wanted.parts:
        each = [keys(part, attributes) for part in wanted.parts]
        flat = [pair for found in each if found is not None for pair in found]
        return tuple(dict.fromkeys(flat)) if None not in each and len(flat) <= MOST_KEYS else None
    return None


def named(wanted: Filter) -> frozenset[str]:
    """Return the attributes whose values the answer depends on: who asks learns of them, returned or not."""
    if isinstance(wanted, All | AnyOf):
        return frozenset().union(*(named(part) for part in wanted.parts))
    if isinstance(wanted, Not):
        return named(wanted.part)
    return frozenset({wanted.attribute}) if isinstance(wanted, Equal | Present) else frozenset()


def fits(wanted: Filter, entry: Mapping[str, Sequence[str]]) -> bool | None:
    """Return whether the entry (names in lower case) fits; None is Undefined. RFC 4511 §4.5.1.7."""
    if isinstance(wanted, All):
        each = [fits(part, entry) for part in wanted.parts]
        return False if False in each else None if None in each else True
    if isinstance(wanted, AnyOf):
        each = [fits(part, entry) for part in wanted.parts]
        return True if True in each else None if None in each else False
    if isinstance(wanted, Not):
        inner = fits(wanted.part, entry)
        return None if inner is None else not inner
    if isinstance(wanted, Equal):
        values = entry.get(wanted.attribute)
        return None if values is None else folded(wanted.value) in [folded(value) for value in values]
    if isinstance(wanted, Present):
        return wanted.attribute in entry
    return None
