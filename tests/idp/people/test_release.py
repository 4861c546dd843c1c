"""What leaves the record about a person, and how sure it is."""

from __future__ import annotations

from typing import Any

import pytest

from idp.people.claims import source_of
from idp.people.models import Person, Status
from idp.people.release import certain, identity, release
from idp.sessions.models import Session

NIK = "3503120211999002"


def person(level: str, **claims: Any) -> Person:
    return Person("p", Status.ACTIVE, level, "id", {"name": "Bayu Ujiantoro", "nik": NIK, **claims}, (), 0, 0)


@pytest.mark.parametrize(
    ("who", "sure"),
    [
        (person("basic"), False),
        (person("basic", nik_verified=False), False),
        (person("verified"), True),
        (person("verified", nik_verified=False), False),
        (person("basic", nik_verified=True), True),
    ],
)
def test_a_nik_says_whether_anybody_checked_it_and_older_systems_get_only_a_checked_one(who: Person, sure: bool) -> None:
    values = release(who, frozenset({"nik", "name"}))
    assert values == {"name": "Bayu Ujiantoro", "nik": NIK, "nik_verified": sure}
    assert certain(values).get("nik") == (NIK if sure else None)
    assert certain(values)["name"] == "Bayu Ujiantoro"


def test_what_was_not_asked_for_has_no_flag_either() -> None:
    assert release(person("verified"), frozenset({"name"})) == {"name": "Bayu Ujiantoro"}


def test_the_source_of_what_nobody_checked_is_the_person() -> None:
    assert source_of("nik", verified=True)["id"] == "Dukcapil"
    assert source_of("nik", verified=False)["id"] == "isian Anda, belum diperiksa"
    assert source_of("email", verified=False) == source_of("email", verified=True)


@pytest.mark.parametrize("level", ["basic", "verified"])
def test_a_connector_is_handed_no_nik_that_nobody_checked(level: str) -> None:
    session = Session("s", "sid", "p", 0, ("pwd",), "urn:gapura:aal1", 0, 0, 100)
    who = identity(person(level), session, application="a", service="s", subject="x", released=frozenset({"nik", "name"}), now=0)
    assert who.claims["name"] == "Bayu Ujiantoro"
    assert ("nik" in who.claims) is (level == "verified")
