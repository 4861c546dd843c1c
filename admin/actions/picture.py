"""What a preview shows: rows of names and values with where each comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True)
class Wanted:
    """`answer` says what the test person does on the consent page: agrees to all, to the required part, or to nothing."""

    application: str
    person: str
    service: str = ""
    answer: str = "all"


class Row(BaseModel):
    """One thing that leaves, or does not: name, value as text, where it comes from, and which purpose of the consent lets it go."""

    model_config = ConfigDict(frozen=True)

    name: str
    value: str
    origin: dict[str, str]
    sent: bool = True
    rule: dict[str, str] = {}


class Asked(BaseModel):
    model_config = ConfigDict(frozen=True)

    purpose: str
    title: dict[str, str]
    basis: str
    required: bool
    claims: list[str]
    agreed: bool


class Shown(BaseModel):
    """A text exactly as it would leave for the older system, signed by a key of the moment where it is signed (TP-2)."""

    model_config = ConfigDict(frozen=True)

    title: str
    text: str
    media_type: str


class Preview(BaseModel):
    """`outcome` is `issued`, or the reason of the refusal."""

    model_config = ConfigDict(frozen=True)

    outcome: str
    asked: list[Asked] = []
    id_token: list[Row] = []
    userinfo: list[Row] = []
    access_token: list[Row] = []
    headers: list[Row] = []
    exhibits: list[Shown] = []
    notes: list[dict[str, str]] = []
    id_token_claims: dict[str, Any] = {}
    userinfo_claims: dict[str, Any] = {}


def rows_of(values: Mapping[str, Any], origin: Mapping[str, str]) -> list[Row]:
    return [
        Row(name=name, value=value if isinstance(value, str) else orjson.dumps(value).decode(), origin=dict(origin))
        for name, value in values.items()
    ]


def why_missing(name: str, released: frozenset[str]) -> dict[str, str]:
    if name in released:
        return {"id": f"{name}: warga uji ini tidak memilikinya.", "en": f"{name}: this test person has none."}
    return {"id": f"{name}: tidak disetujui atau tidak ada dalam pemberitahuan.", "en": f"{name}: not agreed to, or not in the notice."}
