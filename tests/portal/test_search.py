"""Finding a service by the words people use."""

from __future__ import annotations

import time

import pytest

from hub.demo.rows import agency_of, read, service_of
from idp.applications.models import Service
from portal.catalogue.search import MAX_QUERY, search, words

SERVICES = [service_of(row, order) for order, row in enumerate(read("services")["services"]) if row["audience"] == "citizen"]
AGENCIES = {row["code"]: agency_of(row) for row in read("agencies")["agencies"]}


def found(query: str) -> list[Service]:
    return search(SERVICES, AGENCIES, query)


def slugs(query: str) -> list[str]:
    return [service.slug for service in found(query)]


def test_words_lose_case_accents_and_signs() -> None:
    assert words("  Akté, KÉLAHIRAN/anak! ") == ["akte", "kelahiran", "anak"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("BPJS", "cek-bpjs"),
        ("akte", "akta-kelahiran"),
        ("Akta Kelahiran", "akta-kelahiran"),
        ("pbb", "pbb"),
        ("perpustakan", "perpustakaan"),
        ("puskesmas antrean", "antrean-puskesmas"),
        ("antrian puskesmas", "antrean-puskesmas"),
    ],
)
def test_ux_pt_2_synonyms_order_and_one_wrong_letter_are_forgiven(query: str, wanted: str) -> None:
    assert wanted in slugs(query)[:4]


def test_every_word_must_be_met_and_nonsense_finds_nothing() -> None:
    assert slugs("puskesmas")
    assert slugs("zzzz") == []
    assert slugs("puskesmas zzzz") == []
    assert found("?!") == SERVICES, "no words: everything"


def test_a_short_word_is_not_guessed() -> None:
    """With three letters, one wrong letter is another word; the beginning of a word is enough."""
    assert "pbb" not in slugs("pbx")
    assert "pbb" in slugs("pb")


def test_a_long_query_costs_no_more_than_its_first_words() -> None:
    began = time.process_time()
    found("puskesmas " * 10_000)
    assert time.process_time() - began < 0.5
    assert found("pbb" + " " * MAX_QUERY + "zzzz") == found("pbb")
