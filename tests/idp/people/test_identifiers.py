"""What people type in the one field, brought to one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.people.identifiers import classify, e164, email_address, is_nip, nik_facts, phone_display
from idp.people.models import IdentifierKind

MAN, WOMAN = "3503110708909001", "3503114708909001"
PNS, PPPK = "198504172010012901", "199407032023211903"


def test_a_nik_says_birth_date_and_sex() -> None:
    man, woman = nik_facts(MAN), nik_facts(WOMAN)
    assert man is not None and (man.day, man.month, man.year_of_century, man.gender) == (7, 8, 90, "male")
    assert woman is not None and (woman.day, woman.month, woman.year_of_century, woman.gender) == (7, 8, 90, "female")
    assert man.region == "350311" and man.region_is_known


@pytest.mark.parametrize(
    ("nik", "possible"),
    [
        ("3503113112909001", True),
        ("3503113102909001", False),  # 31 February
        ("3503117102909001", False),  # the same for a woman
        ("3503112902049001", True),  # 2004 was a leap year
        ("3503112902009001", True),  # 2000 was one, 1900 was not
        ("3503112902019001", False),  # neither 1901 nor 2001
        ("3503110013909001", False),  # day 0
        ("3503114013909001", False),  # day 40
        ("3503110700909001", False),  # month 0
        ("3503110713909001", False),  # month 13
        ("3503110708900000", False),  # serial 0000
        ("3503110708900001", True),
        ("0503110708909001", False),  # no province begins with 0
        ("9803110708909001", False),
        ("350311070890900", False),
        ("35031107089090011", False),
        ("35031107089090O1", False),
        ("３５０３１１０７０８９０９００１", False),  # full-width digits are brought to form by classify, not here
    ],
)
def test_a_nik_must_be_a_calendar_date_with_a_serial(nik: str, possible: bool) -> None:
    assert (nik_facts(nik) is not None) is possible


def test_an_unknown_region_is_a_flag_and_no_refusal() -> None:
    historic = nik_facts("5403110708909001")
    assert historic is not None and not historic.region_is_known


@pytest.mark.parametrize(
    ("nip", "possible"),
    [
        (PNS, True),
        (PPPK, True),  # digits 13 and 14 are a code, not a month
        ("198504172010132901", False),  # neither a month nor a code
        ("198504172010002901", False),
        ("198513172010012901", False),  # birth month 13
        ("198502302010012901", False),  # 30 February
        ("198504172010013901", False),  # sex 3
        ("198504172010012000", False),  # serial 000
        ("19850417201001290", False),
        ("188504172010012901", False),
    ],
)
def test_a_nip_has_a_real_birth_date_and_a_sex(nip: str, possible: bool) -> None:
    assert is_nip(nip) is possible


@pytest.mark.parametrize(
    "typed", ["086000009001", "86000009001", "6286000009001", "+62 860-0000-9001", "0860 0000 9001", "(0860) 0000.9001"]
)
def test_a_mobile_number_is_one_however_it_is_typed(typed: str) -> None:
    assert e164(typed) == "+6286000009001"


@pytest.mark.parametrize("typed", ["625278123456", "6252781234", "0355791234", "08001234567", "081234567", "08123456789012", "+6180000900"])
def test_what_is_no_mobile_number_is_refused(typed: str) -> None:
    assert e164(typed) is None


@pytest.mark.parametrize("national", ["0812345678", "0812345678901"])
def test_ten_to_thirteen_digits_are_a_mobile_number(national: str) -> None:
    assert e164(national) == "+62" + national[1:]


def test_a_number_is_shown_in_groups_of_four() -> None:
    assert phone_display("+6281234567890") == "0812 3456 7890"


@pytest.mark.parametrize("typed", ["Siti@Example.id", " siti@example.id ", "ｓｉｔｉ@example.id"])
def test_an_address_has_one_spelling(typed: str) -> None:
    assert email_address(typed) == "siti@example.id"


@pytest.mark.parametrize(
    "typed",
    ["siti@", "@example.id", "siti@example", "a b@example.id", "a@b@example.id", "x" * 65 + "@example.id", "a@" + "b" * 260 + ".id"],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    assert email_address(typed) is None


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        (" 3503 1147-0890.9001 ", IdentifierKind.NIK, WOMAN),
        ("３５０３１１４７０８９０９００１", IdentifierKind.NIK, WOMAN),
        ("19850417 201001 2 901", IdentifierKind.NIP, PNS),
        ("0860-0000-9001", IdentifierKind.PHONE, "+6286000009001"),
        ("Siti@Example.ID", IdentifierKind.EMAIL, "siti@example.id"),
        ("3503110708909001@example.id", IdentifierKind.EMAIL, "3503110708909001@example.id"),
    ],
)
def test_ux_lg_1_the_server_decides_what_was_typed(typed: str, kind: IdentifierKind, value: str) -> None:
    assert classify(typed) == (kind, value)


@pytest.mark.parametrize("typed", ["", "   ", "siti", "3503110708900000", "12345", "x" * 400, "\x00"])
def test_ux_lg_1_what_can_be_nothing_is_nothing(typed: str) -> None:
    assert classify(typed) is None


@given(st.text(max_size=400))
def test_any_text_has_at_most_one_kind_and_its_form_is_stable(typed: str) -> None:
    found = classify(typed)
    assert found is None or classify(found[1]) == found
