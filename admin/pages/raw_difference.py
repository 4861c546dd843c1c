"""The difference of two texts, line by line: for the eye, and as a patch that `git apply` takes."""

from __future__ import annotations

import difflib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """`sign` is "+", "-" or " "."""

    sign: str
    text: str


def raw_difference(before: str, after: str) -> list[Line]:
    found = difflib.ndiff(before.splitlines(), after.splitlines())
    return [Line(line[0], line[2:]) for line in found if line[0] in "+- "]


def patch(before: str, after: str, path: str) -> str:
    """Return a unified difference of the file at `path`; empty when nothing differs."""
    return "".join(difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"a/{path}", f"b/{path}"))
