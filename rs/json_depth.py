"""Reading JSON that a stranger wrote: never deeper than what reads it can bear. RFC 8259 §9."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 20  # objects and arrays inside each other


def parse(raw: bytes | str) -> Any:
    """Return what the text says; raise ValueError for what is no JSON, or nested deeper than `DEEPEST`."""
    try:
        found = json.loads(raw)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not is_flat(found, DEEPEST):
        raise ValueError("nested too deep")
    return found


def is_flat(value: Any, left: int) -> bool:
    """True when no more than `left` objects and arrays stand inside each other. Looks no deeper than that."""
    if not isinstance(value, dict | list):
        return True
    return left > 0 and all(is_flat(part, left - 1) for part in (value.values() if isinstance(value, dict) else value))
