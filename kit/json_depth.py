"""Reading JSON that a stranger wrote: never deeper than what reads it can bear. RFC 8259 §9.

The parser takes a thousand levels. `str()`, comparison and serializing each give up somewhere before that, with errors nobody expects, so
depth is judged once, where the text comes in, and nothing behind it needs to think of it.
"""

from __future__ import annotations

from typing import Any

import orjson

DEEPEST = 20  # objects and arrays inside each other; the deepest that a standard of ours needs is 6


def parse(raw: bytes | str, deepest: int = DEEPEST) -> Any:
    """Return what the text says; raise ValueError for what is no JSON, or nested deeper than `deepest`. Size is the caller's to bound."""
    found = orjson.loads(raw)
    opened = raw.count("{") + raw.count("[") if isinstance(raw, str) else raw.count(b"{") + raw.count(b"[")
    if opened > deepest and not is_flat(found, deepest):  # what opens nothing more than so often is no deeper
        raise ValueError("nested too deep")
    return found


def is_flat(value: Any, left: int) -> bool:
    """True when no more than `left` objects and arrays stand inside each other. Looks no deeper than that."""
    if not isinstance(value, dict | list):
        return True
    return left > 0 and all(is_flat(part, left - 1) for part in (value.values() if isinstance(value, dict) else value))
