"""How a personal value looks to an operator: enough to recognise, too little to use. The catalogue's `mask` rules of the regency's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BULLETS = "••••••••"
SHOWN = ("name", "nik", "nip", "birthdate", "phone_number", "email")


def masked(claims: Mapping[str, Any]) -> dict[str, str]:
    """Return the few values an operator may recognise a person by, masked; what the person lacks is absent."""
    return {name: mask(name, str(claims[name])) for name in SHOWN if claims.get(name)}


def mask(claim: str, value: str) -> str:
    """Return the masked form of one value: first name and initials, first and last four digits, month only, first letter of an address."""
    match claim:
        case "name":
            first, *rest = value.split() or [""]
            return " ".join([first, *(f"{word[0]}{BULLETS}" for word in rest[:1])]) if rest else f"{first[:2]}{BULLETS}"
        case "nik" | "nip" | "no_kk":
            return f"{value[:4]}{BULLETS}{value[-4:]}" if len(value) >= 12 else BULLETS
        case "phone_number":
            local = "0" + value[3:] if value.startswith("+62") else value
            return f"{local[:4]}••••{local[-4:]}" if len(local) >= 9 else BULLETS
        case "email":
            left, _, domain = value.partition("@")
            return f"{left[:1]}{BULLETS}@{domain}" if domain else BULLETS
        case "birthdate":
            return f"••••-{value[5:7]}-••" if len(value) == 10 else BULLETS
        case _:
            return BULLETS
