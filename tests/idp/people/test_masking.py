"""What stands on a page before its owner asks to see it."""

from __future__ import annotations

import pytest

from idp.people.claims import CATALOGUE
from idp.people.masking import BULLETS, mask, plain, recognisable

NIK = "3503115203889001"
ADDRESS = {"street": "Dusun Contoh 7", "district": "Watulimo", "formatted": "Dusun Contoh 7, Watulimo"}


@pytest.mark.parametrize(
    ("claim", "value", "shown"),
    [
        ("nik", NIK, f"3503{BULLETS}9001"),
        ("phone_number", "+6286000009001", "••••••9001"),
        ("birthdate", "1988-03-12", "•• Maret ••••"),
        ("address", ADDRESS, f"{BULLETS}, Watulimo"),
        ("email", "siti@example.id", "s••••@example.id"),
        ("children", [{"name": "Bagas Uji", "birthdate": "2019-05-01"}], "B••• U•••"),
        ("disability", "netra", BULLETS),
    ],
)
def test_each_rule_leaves_only_what_helps_to_recognise_the_value(claim: str, value: object, shown: str) -> None:
    found = mask(claim, value, "id")
    assert (found.shown, found.hides) == (shown, True)
    whole = plain(claim, value, "id")
    assert whole not in found.shown
    assert whole not in found.spoken, "the ear is told no more than the eye"


def test_what_is_not_masked_is_shown_whole() -> None:
    assert mask("name", "Siti Peragawati", "id").shown == "Siti Peragawati"
    assert not mask("kecamatan", "Watulimo", "id").hides
    assert mask("gender", "female", "en").shown == "Female"


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("nik", "35031152"),
        ("phone_number", "9001"),
        ("birthdate", "12 Maret 1988"),
        ("address", "Dusun Contoh 7"),
        ("email", "siti"),
        ("golongan_darah", "AB"),
    ],
    ids=["short NIK", "short number", "no date", "address in one piece", "no address of mail", "unknown claim"],
)
def test_a_value_that_its_rule_does_not_fit_is_hidden_whole(claim: str, value: str) -> None:
    assert mask(claim, value, "id").shown == BULLETS


@pytest.mark.parametrize("claim", [claim for claim, facts in CATALOGUE.items() if facts.category == "specific"])
def test_specific_data_are_never_shown_unmasked(claim: str) -> None:
    """Health, disability and children are specific data (UU PDP Pasal 4)."""
    assert CATALOGUE[claim].mask != "none"


def test_a_whole_value_is_written_as_people_read_it() -> None:
    assert plain("birthdate", "1988-03-12", "id") == "12 Maret 1988"
    assert plain("birthdate", "1988-03-12", "en") == "12 March 1988"
    assert plain("phone_number", "+6286000009001", "id") == "0860 0000 9001"
    assert plain("address", ADDRESS, "id") == "Dusun Contoh 7, Watulimo"


def test_somebody_else_sees_enough_to_recognise_a_person_and_too_little_to_use() -> None:
    claims = {
        "name": "Siti Peragawati Uji",
        "nik": NIK,
        "birthdate": "1988-03-12",
        "phone_number": "+6286000009001",
        "email": "siti@example.id",
        "disability": "netra",
        "nip": "",
    }
    assert recognisable(claims, "id") == {
        "name": f"Siti P{BULLETS}",
        "nik": f"3503{BULLETS}9001",
        "birthdate": "•• Maret ••••",
        "phone_number": "••••••9001",
        "email": "s••••@example.id",
    }
    assert recognisable({"name": "Gapurawan"}, "en") == {"name": f"Ga{BULLETS}"}
