"""Notices read from data and composed from what a service says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from consent.models import Basis, Notice
from consent.notice import DAY, DamagedText, build, hash_of, parse, purposes_from, seconds_of
from hub.demo.rows import read
from tests.consent.samples import NOW, YEAR

NAME = {"id": "Surat domisili", "en": "Proof of residence"}
LABELS = {claim: {"id": f"Label {claim}", "en": f"Label {claim}"} for claim in ("name", "nik", "phone_number")}
WHY = {"id": "mencocokkan data", "en": "to match the data"}
ROWS: tuple[Mapping[str, Any], ...] = (
    {"claim": "phone_number", "required": False, "purpose": WHY, "basis": "consent", "rule": None},
    {"claim": "name", "required": True, "purpose": WHY, "basis": "public_task", "rule": "Perbup 5/2024"},
    {"claim": "nik", "required": True, "purpose": WHY, "basis": "public_task", "rule": "Perbup 5/2024"},
)


def composed(valid_for: str | None = "P6M") -> Notice:
    return build(
        service="surat-domisili",
        service_name=NAME,
        application="petung-dadi",
        controller="PMD",
        controller_name={"id": "Dinas PMD", "en": "Village Office"},
        purposes=purposes_from(
            "surat-domisili",
            NAME,
            ROWS,
            labels=LABELS,
            categories={"nik": "general"},
            retention={"id": "5 tahun", "en": "5 years"},
            valid_for=valid_for,
        ),
        valid_from=NOW,
        if_refused={"id": "Datang ke kantor desa.", "en": "Come to the village office."},
    )


def rows() -> list[dict[str, Any]]:
    return list(read("notices")["notices"])


def test_every_published_text_of_the_regency_is_read_whole() -> None:
    for row in rows():
        found = parse(row)
        assert [one.id for one in found.purposes if not one.id.endswith(".khusus")] == [one["id"] for one in row["purposes"]]
        for one in found.purposes:
            assert len({claim.category for claim in one.claims}) == 1, "specific data are never beside general ones"
        assert found.text_sha256 == hash_of(found.full_text)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_text_that_was_changed_after_hashing_is_refused(language: str) -> None:
    row = rows()[0]
    with pytest.raises(DamagedText):
        parse({**row, "full_text": {**row["full_text"], language: row["full_text"][language] + "."}})
    assert parse(row).id == row["id"]


@pytest.mark.parametrize(("period", "days"), [("P1Y", 365), ("P6M", 180), ("P1Y2M3D", 428), ("P30D", 30)])
def test_a_period_is_counted_in_days(period: str, days: int) -> None:
    assert seconds_of(period) == days * DAY


def test_no_period_has_no_end_and_a_malformed_one_is_refused() -> None:
    assert seconds_of(None) is None
    with pytest.raises(DamagedText):
        seconds_of("setahun")


def test_a_service_without_a_text_gets_one_purpose_for_each_basis_and_necessity_the_required_first() -> None:
    first, second = composed().purposes
    assert (first.basis, first.required, first.rule, first.claim_names) == (
        Basis.PUBLIC_TASK,
        True,
        "Perbup 5/2024",
        frozenset({"name", "nik"}),
    )
    assert (second.basis, second.required, second.claim_names) == (Basis.CONSENT, False, frozenset({"phone_number"}))
    assert (first.valid_for, second.valid_for) == (None, 180 * DAY), "only a consent ends"


def test_ux_cn_5_a_consent_without_a_period_ends_after_a_year() -> None:
    assert composed(valid_for=None).purposes[1].valid_for == YEAR


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_composed_text_says_in_both_languages_what_why_by_what_right_and_how_long(language: str) -> None:
    found = composed()
    text = found.full_text[language]
    assert found.id == "surat-domisili@1.0"
    assert found.text_sha256 == hash_of(found.full_text)
    said = [
        *(LABELS[claim][language] for claim in LABELS),
        WHY[language],
        "Perbup 5/2024",
        found.if_refused[language],
        found.rights[language],
    ]
    assert [words for words in said if words not in text] == []
    assert {"id": "5 tahun", "en": "5 years"}[language] in text


def test_another_text_has_another_hash() -> None:
    assert composed().text_sha256 == composed().text_sha256
    assert composed().text_sha256["id"] != hash_of(replace(composed(), full_text={"id": "Lain", "en": "Other"}).full_text)["id"]
