"""JSON that every program reads in the same way: no name twice in one object, no NaN, no number out of range, no half of a character, not
too deep; and no NUL, which no database of ours keeps in a text.

RFC 8259 §4, §6, §8.2.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

DEEPEST = 20
LARGEST = 2**53 - 1  # beyond, programs round each in its own way


def parse_strictly(body: bytes) -> Any:
    """Return what the body says; raise ValueError for what is no JSON or has two readings (WB-07). Size is the caller's to bound."""
    try:
        found = json.loads(body, object_pairs_hook=_once, parse_constant=_no, parse_float=_finite, parse_int=_exact)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not _is_sound(found, DEEPEST):
        raise ValueError("nested too deep, or a text that no database of ours keeps")
    return found


def reads_one_way(body: bytes) -> bool:
    """True for an empty body and for JSON with one reading (WB-07)."""
    try:
        parse_strictly(body) if body.strip() else None
    except ValueError:
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _exact(text: str) -> int:
    value = int(text) if len(text) <= 17 else LARGEST + 1
    if abs(value) > LARGEST:
        raise ValueError("the number is too large")
    return value


def _is_sound(value: Any, left: int) -> bool:
    if left == 0:
        return False
    if isinstance(value, str):
        return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(_is_sound(part, left - 1) for part in parts)
