"""Form fields by dotted names: `client.redirect_uris`, `notice.purposes.0.title.id`. The names are those of the API, so that an error
found by an action points at the field on the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Values:
    """What was typed: the last value by name, all values of a repeated one. Unknown names are empty."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = list(pairs)
        self._last = dict(self.pairs)

    def __getitem__(self, name: str) -> str:
        return self._last.get(name, "")

    def __contains__(self, name: str) -> bool:
        return name in self._last

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]

    def has(self, name: str, value: str) -> bool:
        return (name, value) in self.pairs


def flat(data: Any, prefix: str = "", lists: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return nested data as pairs for a form: lists of words as lines (as repeated values when named in `lists`), objects by number."""
    if isinstance(data, dict):
        return [pair for name, value in data.items() for pair in flat(value, f"{prefix}.{name}" if prefix else str(name), lists)]
    if isinstance(data, (list, tuple, frozenset, set)):
        items = sorted(data) if isinstance(data, (frozenset, set)) else list(data)
        if items and not isinstance(items[0], (str, int)):
            return [pair for n, value in enumerate(items) for pair in flat(value, f"{prefix}.{n}", lists)]
        if prefix.rsplit(".", 1)[-1] in lists:
            return [(prefix, str(item)) for item in items]
        return [(prefix, "\n".join(str(item) for item in items))]
    if data is None or data is False:
        return []
    return [(prefix, "on" if data is True else str(data))]


def nested(values: Values, *, lines: Iterable[str] = (), ticks: Iterable[str] = (), lists: Iterable[str] = ()) -> dict[str, Any]:
    """Return the pairs as nested data. By the last part of a name: `lines` split at line ends, `ticks` become True, `lists` keep all
    values. Empty values are left out, `csrf` and names beginning with `_` too."""
    lines, ticks, lists = set(lines), set(ticks), set(lists)
    root: dict[str, Any] = {}
    for name in dict.fromkeys(name for name, _ in values.pairs):
        *parents, last = name.split(".")
        value: Any = values[name].strip()
        if name == "csrf" or name.startswith("_") or len(parents) > 6:
            continue
        if last in lists:
            value = [v for v in values.all(name) if v]
        elif last in lines:
            value = [line.strip() for line in value.splitlines() if line.strip()]
        elif last in ticks:
            value = True
        if value in ("", []):
            continue
        node = root
        for part in parents:
            child = node.setdefault(part, {})
            if not isinstance(child, dict):
                break
            node = child
        else:
            node[last] = value
    listed = _listed(root)
    assert isinstance(listed, dict)
    return listed


def _listed(node: Any) -> Any:
    """Turn objects whose names are all numbers into lists, in their order."""
    if not isinstance(node, dict):
        return node
    built = {name: _listed(value) for name, value in node.items()}
    if built and all(name.isdigit() and len(name) < 4 for name in built):
        return [built[name] for name in sorted(built, key=int)]
    return built
