"""Age in whole years, on the regency's own calendar day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from idp.people.age import years_old
from idp.people.models import Person, Status


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def born(day: object, level: str = "verified") -> Person:
    return Person("p", Status.ACTIVE, level, "id", {} if day is None else {"birthdate": day})


@pytest.mark.parametrize(
    ("day", "now", "years"),
    [
        ("2008-11-25", "2026-11-24T16:59:59", 17),
        ("2008-11-25", "2026-11-24T17:00:00", 18),  # midnight in Trenggalek
        ("2008-02-29", "2026-02-28T12:00:00", 17),
        ("2008-02-29", "2026-03-01T12:00:00", 18),
        ("1951-07-05", "2026-11-24T00:00:00", 75),
        ("2026-11-24", "2026-11-24T12:00:00", 0),
    ],
)
def test_the_day_changes_at_midnight_in_the_regency(day: str, now: str, years: int) -> None:
    assert years_old(born(day), at(now)) == years


@pytest.mark.parametrize("day", [None, "", "2008", "25-11-2008", "2008-02-30", "2027-01-01", 17, "20081125x"])
def test_what_is_not_a_day_of_the_past_is_no_age(day: object) -> None:
    assert years_old(born(day), at("2026-11-24T12:00:00")) is None


def test_a_birthdate_that_nobody_checked_is_no_age() -> None:
    assert years_old(born("1990-01-01", "basic"), at("2026-11-24T12:00:00")) is None
