"""JSON that every program reads in the same way: no name twice in one object, no NaN, no number out of range, not too deep.

RFC 8259 §4, §6.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

DEEPEST = 20


def reads_one_way(body: bytes) -> bool:
    """True for an empty body and for JSON with one reading (WB-07)."""
    if not body.strip():
        return True
    try:
        found = json.loads(body, object_pairs_hook=_once, parse_constant=_no, parse_float=_finite)
    except (ValueError, RecursionError):
        return False
    return _is_flat(found, DEEPEST)


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


def _is_flat(value: Any, left: int) -> bool:
    if left == 0:
        return False
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(_is_flat(part, left - 1) for part in parts)
