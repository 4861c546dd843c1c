"""How a personal value looks before its owner asks to see it: bullets for the eye, words for the ear (security.md PV-07, UX CN-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from idp.people.claims import CATALOGUE, GENDER
from kit.web.language import MONTHS

BULLETS = "••••••••"
RECOGNISED_BY = ("name", "nik", "nip", "birthdate", "phone_number", "email")


@dataclass(frozen=True, slots=True)
class Masked:
    """`shown` for the eye; `spoken` for a screen reader; `hides` is true when something is left out."""

    shown: str
    spoken: str
    hides: bool


def plain(claim: str, value: Any, language: str) -> str:
    """Return the whole value as a person reads it."""
    if claim == "gender":
        return GENDER.get(str(value), {"id": str(value), "en": str(value)})[language]
    if claim in ("birthdate",) and _date(str(value)) is not None:
        day = _date(str(value))
        assert day is not None
        return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"
    if claim == "phone_number":
        return _national(str(value))
    if isinstance(value, Mapping):
        return str(value.get("formatted") or ", ".join(str(part) for part in value.values() if part))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(plain(claim, one, language) for one in value)
    return str(value)


def mask(claim: str, value: Any, language: str) -> Masked:
    """Return the masked form of one value by its claim's rule; an unknown claim is hidden whole."""
    facts = CATALOGUE.get(claim)
    text = plain(claim, value, language)
    t = _HIDDEN[language]
    match facts.mask if facts is not None else "hidden":
        case "none":
            return Masked(text, text, False)
        case "first4_last4" if len(text) > 8:
            return Masked(f"{text[:4]}{BULLETS}{text[-4:]}", f"{text[:4]}, {len(text) - 8} {t[0]}, {text[-4:]}", True)
        case "last4" if len(text) > 6:
            tail = text.replace(" ", "")[-4:]
            return Masked(f"••••••{tail}", f"{t[1]} {tail}", True)
        case "month_only" if (day := _date(str(value))) is not None:
            month = MONTHS[language][day.month - 1]
            return Masked(f"•• {month} ••••", f"{t[2]} {month}", True)
        case "district_only" if isinstance(value, Mapping) and value.get("district"):
            return Masked(f"{BULLETS}, {value['district']}", f"{t[3]} {value['district']}", True)
        case "first1_domain" if "@" in text:
            left, _, domain = text.partition("@")
            return Masked(f"{left[:1]}••••@{domain}", f"{left[:1]}, {t[4]}, @{domain}", True)
        case "initials":
            return Masked(" ".join(f"{word[:1]}•••" for word in text.split()[:2]), t[4], True)
        case _:
            return Masked(BULLETS, t[4], True)


def recognisable(claims: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return what somebody else may recognise the person by, masked; what the person lacks is absent.

    The name, whole for its owner, is masked here too: the first word and one initial.
    """
    found = {claim: mask(claim, claims[claim], language).shown for claim in RECOGNISED_BY if claims.get(claim)}
    if "name" in found:
        first, *rest = str(claims["name"]).split() or [""]
        found["name"] = f"{first} {rest[0][0]}{BULLETS}" if rest else f"{first[:2]}{BULLETS}"
    return found


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _national(number: str) -> str:
    local = "0" + number.removeprefix("+62") if number.startswith("+62") else number
    return " ".join(local[i : i + 4] for i in range(0, len(local), 4))


_HIDDEN = {
    "id": ("angka disembunyikan", "berakhir", "tanggal dan tahun disembunyikan, bulan", "alamat disembunyikan, kecamatan", "disembunyikan"),
    "en": ("digits hidden", "ending in", "day and year hidden, month", "address hidden, district", "hidden"),
}
