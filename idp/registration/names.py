"""What a client calls itself. People are shown the application's name that an operator wrote; this one is for operators, until approved."""

from __future__ import annotations

import unicodedata

from idp.applications.registry import Snapshot

MAX_NAME = 120
OURS = ("gapura", "kabupaten", "pemkab", "pemerintah", "trenggalek", "dinas", "kecamatan", "resmi", "official", "bpjs", "dukcapil", "polri")
LOOKALIKES = str.maketrans("аеорсхуіјѕԁɡ0135", "aeopcxyijsdgoies")  # Cyrillic and digits that pass for letters


def hides_something(name: str) -> bool:
    """True when the name holds what cannot be seen: control, formatting (right-to-left override), unassigned or private characters."""
    return any(unicodedata.category(c) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp") for c in name)


def needs_a_look(name: str, snapshot: Snapshot) -> bool:
    """True when an operator should look at the name: it holds more than plain letters, or sounds like an agency or like us (DC-06)."""
    if not name:
        return False
    plain = all(c.isascii() and (c.isalnum() or c in " -.,()&'/") for c in name)
    folded = _folded(name)
    words = set(folded.split())
    known = {_folded(a.short_name) for a in snapshot.agencies.values()} | {a.code.lower() for a in snapshot.agencies.values()}
    full = {_folded(a.name["id"]) for a in snapshot.agencies.values()} | {_folded(a.name["id"]) for a in snapshot.applications.values()}
    return not plain or any(word in folded for word in OURS) or bool(words & known) or any(one in folded for one in full | known if one)


def _folded(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text).casefold().translate(LOOKALIKES)
    return " ".join("".join(c if c.isalnum() else " " for c in spread if not unicodedata.combining(c)).split())
