"""Frozen dataclasses as JSON text and back. Unknown fields are ignored, so that release N reads what N+1 wrote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter

T = TypeVar("T")
_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, bytes):
        raise TypeError("bytes have no place in a document")
    return dict(value)  # a read-only mapping


def canonical(value: Any) -> bytes:
    """Return the one JSON form of a value: keys sorted, no spaces, UTF-8."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS)


def to_text(value: Any) -> str:
    return canonical(value).decode()


def from_text(kind: type[T], raw: str | bytes) -> T:
    adapter = _ADAPTERS.get(kind) or _ADAPTERS.setdefault(kind, TypeAdapter(kind))
    value: T = adapter.validate_json(raw)
    return value


def names_text(names: Iterable[str]) -> str:
    """Return a set of names as sorted JSON text: equal sets are equal texts."""
    return to_text(sorted(names))


def names_of(raw: str) -> list[str]:
    names: list[str] = orjson.loads(raw)
    return names
