"""Who must be told of a breach, and until when (UU 27/2022 Pasal 46)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.incidents import (
    LONGEST_GRANT,
    THREE_DAYS,
    Affected,
    Incident,
    Scope,
    Tally,
    authority_letter,
    citizen_notice,
    countdown,
    missing,
    tidy,
    touches,
)
from consent.models import Disclosure, DisclosureView
from idp.settings import IdpSettings

FOUND = 1_795_500_000
WORDS = {
    "data": {"id": "Nama dan NIK.", "en": "Name and NIK."},
    "how": {"id": "Cadangan tersalin.", "en": ""},
    "done": {"id": "Server diganti.", "en": "The server was replaced."},
}
INCIDENT = Incident("i1", (Scope("e-link"),), FOUND - 1000, FOUND - 100, FOUND, "salinan", WORDS, FOUND, counted_at=FOUND)


def view(at: int, last_at: int = 0, application: str = "e-link", service: str = "antrean-puskesmas") -> DisclosureView:
    told = Disclosure("d", "g", "p", service, application, application, ("name",), "oidc", at)
    return DisclosureView(told, 1, max(at, last_at))


def test_the_three_days_run_from_when_it_was_found_and_turn_overdue() -> None:
    last = FOUND + THREE_DAYS - 1
    assert countdown(INCIDENT, FOUND).left == THREE_DAYS == 72 * 3600
    assert (countdown(INCIDENT, last).left, countdown(INCIDENT, last).overdue) == (1, False)
    assert countdown(INCIDENT, last + 1).overdue


def test_it_is_met_when_people_and_authority_are_told_and_late_is_late_for_ever() -> None:
    half = replace(INCIDENT, published_at=FOUND + 5)
    assert countdown(half, FOUND + THREE_DAYS).overdue, "the authority is still to be told"
    done = replace(half, authority_at=FOUND + 9)
    assert (countdown(done, FOUND + 10 * THREE_DAYS).met_at, countdown(done, FOUND + 10 * THREE_DAYS).overdue) == (FOUND + 9, False)
    assert countdown(replace(half, authority_at=FOUND + THREE_DAYS + 1), FOUND).overdue


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (view(FOUND - 1000), True),
        (view(FOUND - 1001), False),
        (view(FOUND - 101), True),
        (view(FOUND - 100), False),
        (view(FOUND - 5000, FOUND - 1000), True),
        (view(FOUND - 5000, FOUND - 1001), False),
        (view(FOUND - 500, application="usaha-kecil"), False),
    ],
)
def test_a_disclosure_in_the_span_or_repeated_since_is_touched(seen: DisclosureView, expected: bool) -> None:
    assert touches(INCIDENT, seen) is expected


def test_an_incident_of_one_service_touches_no_other_of_its_application() -> None:
    narrow = replace(INCIDENT, scopes=(Scope("e-link", "antrean-puskesmas"),))
    assert touches(narrow, view(FOUND - 500))
    assert not touches(narrow, view(FOUND - 500, service="imunisasi-anak"))


def test_a_whole_application_covers_its_services() -> None:
    assert tidy([Scope("a", "x"), Scope("a"), Scope("b", "y"), Scope("b", "y")]) == (Scope("a"), Scope("b", "y"))


def test_no_grant_lives_longer_than_the_search_looks_back() -> None:
    for name in ("refresh_seconds", "own_device_seconds"):
        most = next(one.le for one in IdpSettings.model_fields[name].metadata if hasattr(one, "le"))
        assert most <= LONGEST_GRANT, name


def test_what_a_notice_lacks() -> None:
    assert missing(INCIDENT) == ()
    assert missing(replace(INCIDENT, words={"data": {"id": " "}}, counted_at=None)) == ("data", "how", "done", "count")


def test_the_notice_has_the_three_fields_and_her_own_data() -> None:
    assert citizen_notice(INCIDENT, "e-Link", "Nama, NIK", "id") == [
        ("", "Data Anda di e-Link mungkin terungkap kepada pihak yang tidak berhak."),
        ("Data yang terungkap", "Nama dan NIK. Milik Anda: Nama, NIK."),
        ("Kapan dan bagaimana", "Cadangan tersalin."),
        ("Upaya penanganan dan pemulihan", "Server diganti."),
    ]
    english = citizen_notice(INCIDENT, "e-Link", "Name", "en")
    assert english[1] == ("Data revealed", "Name and NIK. Yours: Name.")
    assert english[2] == ("When and how", "Cadangan tersalin."), "what nobody wrote in English stands in Indonesian"


def test_the_letter_says_how_many_people_and_by_kind_of_data() -> None:
    told = authority_letter(replace(INCIDENT, affected=3), "e-Link", [("NIK", 3)], "Kabupaten Uji", "kemarin", "id")
    assert "Orang terdampak: 3. Menurut jenis data: NIK: 3." in told[1][1]
    assert "Pasal 46" in told[0][1]


def test_people_and_claims_are_counted() -> None:
    tally = Tally()
    tally.add(Affected("a", frozenset({"nik", "name"}), 2, 1, 2))
    tally.add(Affected("b", frozenset({"nik"}), 1, 1, 1))
    assert (tally.people, tally.claims) == (2, {"nik": 2, "name": 1})
