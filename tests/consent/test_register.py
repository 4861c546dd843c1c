"""The register of processing is made from texts, catalogue and states (UU 27/2022 Pasal 31)."""

from __future__ import annotations

from dataclasses import replace

from consent.models import Basis, NoticeClaim, Purpose
from consent.register import NOT_STATED, Recipient, ServiceFacts, entries
from tests.consent.samples import notice

OFFICER = {"id": "Petugas", "en": "Officer"}
FACTS = ServiceFacts(
    name={"id": "Layanan", "en": "Service"},
    application="app",
    controller={"id": "Dinas", "en": "Agency"},
    contact={"id": "0355", "en": "0355"},
    people={"id": "Warga", "en": "Citizens"},
    recipients=(Recipient("application", {"id": "Aplikasi", "en": "Application"}, "app"),),
    agencies=frozenset({"DINAS"}),
    changed_at=5,
)


def test_one_entry_for_each_purpose_with_what_the_text_says() -> None:
    text = notice()
    rows = list(entries([text], {text.service: FACTS}, {(text.service, text.purposes[0].id): 7}, OFFICER))
    assert [row.purpose for row in rows] == [purpose.id for purpose in text.purposes]
    assert [row.covers for row in rows] == [7, *[0] * (len(rows) - 1)]
    for row, purpose in zip(rows, text.purposes, strict=True):
        assert (row.title, row.text, row.basis, row.rule, row.claims) == (
            purpose.title, purpose.text, purpose.basis, purpose.rule, purpose.claims,
        )  # fmt: skip
        assert (row.notice, row.since, row.agency, row.officer) == (text.id, text.valid_from, text.controller, OFFICER)
        assert row.changed_at == max(text.valid_from, 5)
        assert row.basis_words["id"] and row.basis_words["en"]


def test_specific_data_are_named_and_stand_a_year_at_most() -> None:
    words = {"id": "x", "en": "x"}
    health = Purpose("sehat", words, words, Basis.CONSENT, True, (NoticeClaim("bpjs_number", words, "specific", words),))
    text = replace(notice(), purposes=(health,))
    (row,) = entries([text], {text.service: FACTS}, {}, OFFICER)
    assert (row.specific, row.valid_days, row.retention) == (True, 365, NOT_STATED)


def test_a_service_that_the_catalogue_does_not_have_is_left_out() -> None:
    assert list(entries([notice()], {}, {}, OFFICER)) == []
