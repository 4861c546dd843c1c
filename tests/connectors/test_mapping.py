"""A mapping is data: known transforms only, and what was not released is absent."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.mapping import MAX_VALUE, TRANSFORMS, Row, apply


@pytest.mark.parametrize(
    ("transform", "value", "due"),
    [
        ("none", "Siti Peragawati", "Siti Peragawati"),
        ("none", {"street_address": "Jl. Kelinci 1", "locality": "", "region": "Jawa Timur"}, "Jl. Kelinci 1, Jawa Timur"),
        ("none", {"street_address": "Jl. Kelinci 1", "formatted": "Jl. Kelinci 1\nTrenggalek"}, "Jl. Kelinci 1, Trenggalek"),
        ("none", ["a", "b"], "a, b"),
        ("trim", "  Siti ", "Siti"),
        ("lower", "Siti@Example.ID", "siti@example.id"),
        ("upper_ascii", "Né Muñoz", "NE MUNOZ"),
        ("date_dmy", "1988-03-12", "12-03-1988"),
        ("gender_lp", "female", "P"),
        ("gender_lp", "male", "L"),
        ("phone_national", "+6286000009001", "086000009001"),
        ("phone_national", "0355123456", "0355123456"),
        ("digits", "00.123/4-5", "0012345"),
    ],
)
def test_a_transform_gives_what_the_older_system_reads(transform: str, value: Any, due: str) -> None:
    assert apply([Row(claim="one", field="X-One", transform=transform)], {"one": value}) == [
        (Row(claim="one", field="X-One", transform=transform), due)
    ]


def test_every_transform_stands_in_a_case_above() -> None:
    assert set(TRANSFORMS) == {"none", "trim", "lower", "upper_ascii", "date_dmy", "gender_lp", "phone_national", "digits"}


@pytest.mark.parametrize(
    ("transform", "value"), [("date_dmy", "1988"), ("date_dmy", "12-03-1988"), ("gender_lp", "unknown"), ("trim", "  ")]
)
def test_what_cannot_be_said_is_absent(transform: str, value: str) -> None:
    assert apply([Row(claim="one", field="X-One", transform=transform)], {"one": value}) == []


def test_a_claim_that_was_not_released_is_absent() -> None:
    rows = [Row(claim="nik", field="X-Nik"), Row(claim="bpjs_number", field="X-Bpjs")]
    assert [row.field for row, _ in apply(rows, {"nik": "3503"})] == ["X-Nik"]


def test_a_value_has_an_end() -> None:
    assert len(apply([Row(claim="one", field="X-One")], {"one": "a" * 8000})[0][1]) == MAX_VALUE


@pytest.mark.parametrize(
    "row",
    [
        {"claim": "nik", "field": "X-Nik", "transform": "eval"},
        {"claim": "NIK!", "field": "X-Nik"},
        {"claim": "nik", "field": "X-Nik\r\nSet-Cookie"},
        {"claim": "nik", "field": "X-Nik", "script": "1"},
    ],
)
def test_an_unknown_transform_or_a_strange_name_is_refused(row: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Row.model_validate(row)
    assert Row.model_validate({"claim": "nik", "field": "X-Nik", "transform": "trim"}).transform == "trim"
