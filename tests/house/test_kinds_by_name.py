"""No room outside connectors/ knows a kind by name: a new one needs no line there. What does, does it for a reason that stands here."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from connectors.builtin import KINDS

ROOT = Path(__file__).parents[2]
ROOMS = ("admin", "consent", "hub", "idp", "kit", "portal", "rs")
# Names that also mean something else: a level of accounts and a scheme of HTTP (RFC 7617).
OTHER_MEANINGS = frozenset({"basic"})
REASONS = {
    "hub/commands/__init__.py": "the name of a command, that of the directory's own process",
    "hub/directory/run.py": "the process of the one kind that is a directory",
    "hub/doctor.py": "looks at what stands beside three kinds on this machine: an upstream, the bridge, certificates",
    "hub/demo": "the demonstration has one older system of each kind that people open",
}


def _named(file: Path) -> set[str]:
    """Return the kinds whose name is a text of its own in a program, or a quoted word in a template."""
    text = file.read_text()
    if file.suffix == ".html":
        words = set(re.findall(r"[\"'](\w+)[\"']", text))
    else:
        words = {str(node.value) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return words & (KINDS.keys() - OTHER_MEANINGS)


def _found() -> dict[str, set[str]]:
    files = [file for room in ROOMS for suffix in ("py", "html") for file in (ROOT / room).rglob(f"*.{suffix}")]
    return {file.relative_to(ROOT).as_posix(): named for file in files if (named := _named(file))}


def test_a_kind_is_named_outside_its_room_for_a_reason_only() -> None:
    found = _found()
    assert {name: kinds for name, kinds in found.items() if not name.startswith(tuple(REASONS))} == {}


def test_every_reason_is_still_needed() -> None:
    found = _found()
    assert [reason for reason in REASONS if not any(name.startswith(reason) for name in found)] == []
