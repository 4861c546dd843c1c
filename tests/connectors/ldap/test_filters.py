"""Filters: read from what another library writes, judged within bounds, and never a way to list people (LD-01, LD-06)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.utils.conv import escape_filter_chars

from connectors.apps.ldap import ber, filters, messages
from connectors.apps.ldap.filters import Equal
from connectors.directory import Unreadable
from tests.connectors.ldap.directory import search

ENTRY = {"uid": ("siti@example.id",), "cn": ("Siti Peragawati",), "objectclass": ("top", "person")}
KEYS = ("uid", "mail")


def parsed(text: str) -> filters.Filter:
    operation = messages.read(search("dc=x", text)).operation
    assert isinstance(operation, messages.Search)
    return operation.filter


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60))
def test_ld_01_what_is_typed_into_a_value_is_that_value(typed: str) -> None:
    """ldap3 leaves spaces at the ends of a value out, so the value is held by letters."""
    assert parsed(f"(uid=x{escape_filter_chars(typed)}x)") == Equal("uid", f"x{typed}x")


@pytest.mark.parametrize("typed", ["*)(uid=*))(|(uid=*", "\\2a", "*", "a\0", "*)(|(objectClass=*"])
def test_ld_01_injections_are_literal_and_fit_nobody(typed: str) -> None:
    raw = ber.element(filters.EQUALITY, ber.octets("uid") + ber.octets(typed))
    wanted = filters.read(ber.Reader(raw))
    assert wanted == Equal("uid", typed)
    assert filters.keys(wanted, KEYS) == (("uid", typed),)
    assert filters.fits(wanted, ENTRY) is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(uid=a)", (("uid", "a"),)),
        ("(&(objectClass=person)(uid=a))", (("uid", "a"),)),
        ("(|(uid=a)(mail=b))", (("uid", "a"), ("mail", "b"))),
        ("(&(|(uid=a)(mail=a))(!(cn=x)))", (("uid", "a"), ("mail", "a"))),
        ("(uid=*)", None),
        ("(uid=a*)", None),
        ("(uid=*a*)", None),
        ("(objectClass=*)", None),
        ("(cn=Siti)", None),
        ("(!(uid=a))", None),
        ("(|(uid=a)(objectClass=*))", None),
        ("(uid>=a)", None),
        ("(uid~=a)", None),
        ("(uid:caseExactMatch:=a)", None),
        ("(|(uid=a)(uid=b)(uid=c)(uid=d)(uid=e))", None),
    ],
)
def test_ld_06_only_exact_names_name_anybody(text: str, expected: tuple[tuple[str, str], ...] | None) -> None:
    assert filters.keys(parsed(text), KEYS) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(uid=SITI@example.id)", True),
        ("(cn=siti  peragawati)", True),
        ("(&(uid=siti@example.id)(objectClass=person))", True),
        ("(&(uid=siti@example.id)(objectClass=computer))", False),
        ("(nik=3503115203889001)", None),
        ("(!(nik=3503115203889001))", None),
        ("(!(cn=x))", True),
        ("(&(uid=siti@example.id)(nik=1))", None),
        ("(|(uid=siti@example.id)(nik=1))", True),
        ("(cn=S*)", None),
        ("(!(cn=S*))", None),
        ("(mail=*)", False),
        ("(cn=*)", True),
    ],
)
def test_what_may_not_be_known_is_undefined(text: str, expected: bool | None) -> None:
    assert filters.fits(parsed(text), ENTRY) is expected


def test_an_empty_and_is_true_and_names_nobody() -> None:
    """RFC 4526 §2."""
    assert filters.fits(filters.All(()), ENTRY) is True
    assert filters.fits(filters.AnyOf(()), ENTRY) is False
    assert filters.keys(filters.All(()), KEYS) is None
    assert filters.keys(filters.AnyOf(()), KEYS) is None


@pytest.mark.parametrize(
    "text", ["(!" * 9 + "(uid=a)" + ")" * 9, "(&" + "(uid=a)" * 40 + ")", f"(uid={'a' * 600})"], ids=["deep", "long", "value"]
)
def test_filters_are_bounded(text: str) -> None:
    with pytest.raises(Unreadable):
        parsed(text)
