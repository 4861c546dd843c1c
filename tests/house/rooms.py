"""Reads the room cards: the docstring that opens each room's `__init__.py`."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("kit", "consent", "connectors", "idp", "admin", "portal", "hub", "rs")
HEADS = ("Owns", "Serves", "May use", "Never", "Start at")


@dataclass(frozen=True)
class Card:
    room: str
    lines: int
    parts: dict[str, str]

    @property
    def serves(self) -> list[str]:
        """Paths and path beginnings (`/admin/*`) of the card, none for `no route`."""
        return [word for word in self.parts["Serves"].split() if word.startswith("/")]

    @property
    def may_use(self) -> set[str]:
        """Rooms named under `May use`."""
        text = self.parts["May use"]
        if "every room" in text:
            return set(ROOMS)
        return {room for room in ROOMS if re.search(rf"\b{room}\b", re.sub(r"\(.*?\)", "", text))}

    @property
    def start_at(self) -> list[Path]:
        """Files and folders named under `Start at`."""
        words = re.findall(r"[\w/]+(?:\.py|/)(?=[\s;,:]|$)", self.parts["Start at"])
        return [ROOT / self.room / word for word in words]


def card(room: str) -> Card:
    text = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text())) or ""
    parts: dict[str, str] = {}
    head = ""
    for line in text.splitlines()[1:]:
        found = next((name for name in HEADS if line.startswith(name + " ")), None)
        if found:
            head = found
            parts[head] = line[len(found) :].strip()
        elif head and line.strip():
            parts[head] += " " + line.strip()
    return Card(room, len(text.splitlines()), parts)
