"""How old a person is, by the birthdate that the register or a counter checked, on the regency's own calendar day."""

from __future__ import annotations

from datetime import UTC, date, datetime

from idp.people.models import Person
from kit.web.language import WIB

FULL_AGE = 18


def needs_guardian(person: Person, now: int) -> bool:
    """True for who is under 18, and for who may be: without a birthdate that was checked nobody counts as grown up."""
    age = years_old(person, now)
    return age is None or age < FULL_AGE


def years_old(person: Person, now: int) -> int | None:
    """Return the age in whole years at `now` (seconds UTC) in WIB; None when no birthdate is known that was checked."""
    if person.level != "verified":
        return None
    try:
        born = date.fromisoformat(str(person.claims.get("birthdate", "")))
    except ValueError:
        return None
    today = datetime.fromtimestamp(now, UTC).astimezone(WIB).date()
    if born > today:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
