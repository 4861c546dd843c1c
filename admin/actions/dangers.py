"""What people must be warned of when a setting changes (PB-3): decided by what a change of it means, which each kind says of its own.

It is how long, how widely and how strongly the connector would be trusted; never the name of a kind. A setting of which nobody said what it
means counts as a safeguard (a test names it).
"""

from __future__ import annotations

from typing import Any

from connectors.about import Meaning, Setting


def meaning(setting: Setting | None, old: Any, new: Any, *, fresh: bool) -> tuple[str, str]:
    """Return which effect a changed setting has, and why it is dangerous; a new connector (`fresh`) is longer or wider than nothing."""
    found = (setting.means if setting is not None else None) or Meaning.GUARD
    if found is Meaning.LIFE:
        longer = not isinstance(old, int | float) or not isinstance(new, int | float) or new > old
        return ("longer" if longer else "shorter"), ("longer" if longer and not fresh else "")
    if found is Meaning.GUARD:
        return "weaker", "" if fresh or _stronger(setting, old, new) else "weaker"
    if found is Meaning.PLACE:
        return "place", "" if fresh else "wider"
    if found is Meaning.OPEN and not isinstance(new, str):
        return "open", "wider" if _more(old, new) else ""
    return "plain", ""


def _stronger(setting: Setting | None, old: Any, new: Any) -> bool:
    safest = setting is not None and setting.safest and new == setting.safest
    return bool((not old and new) or (isinstance(old, bool) and new is True) or safest)


def _more(old: Any, new: Any) -> bool:
    if isinstance(new, list | tuple):
        return any(one not in (old or ()) for one in new)
    if isinstance(new, bool) or not isinstance(new, int):
        return new is True
    return not isinstance(old, int) or new > old
