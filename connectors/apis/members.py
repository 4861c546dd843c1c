"""Members of JSON that two programs could read as two: one that stands twice, and one that differs in case only.

What we judge must be what the other side reads. Some keep the first of two equal members, some the last, and many older ones do not tell
`nik` from `NIK`. RFC 8259 §4.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from typing import Any

from kit.json_depth import parse


def unambiguous(raw: bytes) -> Any:
    """Return what the text says; raise ValueError for what is no JSON, nested too deep, or has a member twice in one object."""
    found = parse(raw)
    json.loads(raw, object_pairs_hook=_once)
    return found


def is_twin(name: str, other: str) -> bool:
    """True for two different names that a reader may take for one."""
    return name != other and _plain(name) == _plain(other)


def has_twin(names: Iterable[str], name: str) -> bool:
    return any(is_twin(name, other) for other in names)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member stands twice")
