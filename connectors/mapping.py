"""Attribute mapping as data: which claim becomes which field of an older system, by which transform of a short safe list.

A claim that was not released is absent from the result, never empty: older systems read an empty value as a fact.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

MAX_VALUE = 1024


def _text(value: Any) -> str:
    if isinstance(value, Mapping):  # an address says itself how it is written as a whole. OpenID Connect Core §5.1.1
        parts = str(value["formatted"]).splitlines() if value.get("formatted") else value.values()
        return ", ".join(str(part) for part in parts if part)
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


def _upper_ascii(value: Any) -> str:
    plain = unicodedata.normalize("NFKD", _text(value))
    return plain.encode("ascii", "ignore").decode().upper()


def _date_dmy(value: Any) -> str:
    """Return DD-MM-YYYY; nothing for what is no date: half a date is worse than none."""
    try:
        return date.fromisoformat(_text(value)).strftime("%d-%m-%Y")
    except ValueError:
        return ""


def _gender_lp(value: Any) -> str:
    return {"male": "L", "female": "P"}.get(_text(value), "")


def _phone_national(value: Any) -> str:
    number = _text(value)
    return "0" + number.removeprefix("+62") if number.startswith("+62") else number


TRANSFORMS: Mapping[str, Callable[[Any], str]] = {
    "none": _text,
    "trim": lambda value: _text(value).strip(),
    "lower": lambda value: _text(value).lower(),
    "upper_ascii": _upper_ascii,
    "date_dmy": _date_dmy,
    "gender_lp": _gender_lp,
    "phone_national": _phone_national,
    "digits": lambda value: "".join(c for c in _text(value) if c.isdigit()),
}


class Row(BaseModel):
    """One line of a mapping: `claim` of ours, `field` of theirs, `transform` between."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: str = Field(pattern=r"^[a-z_]{2,40}$")
    field: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")
    transform: str = "none"

    @field_validator("transform")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in TRANSFORMS:
            raise ValueError(f"must be one of {', '.join(sorted(TRANSFORMS))}")
        return value


def apply(rows: Sequence[Row], claims: Mapping[str, Any]) -> list[tuple[Row, str]]:
    """Return the rows whose claim was released and has a value, each with what the older system gets, at most 1,024 characters."""
    found = []
    for row in rows:
        if row.claim in claims:
            value = TRANSFORMS[row.transform](claims[row.claim])[:MAX_VALUE]
            if value:
                found.append((row, value))
    return found
