"""Names: read as another library reads them, written so that what is a value stays one (LD-02)."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.utils.dn import escape_rdn, parse_dn

from connectors.apps.ldap import dn
from connectors.directory import Unreadable

VALUES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40).filter(lambda text: text.strip(" ") != "")


@given(VALUES)
def test_ld_02_a_value_comes_back_as_the_one_value_it_is(value: str) -> None:
    name = dn.parse(f"uid={dn.escaped(value)},ou=simpeg,dc=example")
    assert name == ((("uid", value),), (("ou", "simpeg"),), (("dc", "example"),))


@given(VALUES.filter(lambda text: "\0" not in text and text == text.strip()))
def test_ld_02_what_another_library_escapes_is_read(value: str) -> None:
    assert dn.parse(f"uid={escape_rdn(value)},dc=example")[0] == (("uid", value),)


@given(st.text(max_size=60))
def test_no_text_raises_anything_but_unreadable(text: str) -> None:
    with contextlib.suppress(Unreadable):
        dn.normal(dn.parse(text))


@pytest.mark.parametrize("text", ["uid=a,ou=b,dc=c", "UID=a , OU=b", "uid=a\\,b,dc=c", "uid=a\\2cb,dc=c", "cn=a+uid=b,dc=c"])
def test_names_have_the_parts_that_another_library_sees(text: str) -> None:
    theirs = parse_dn(text, escape=False, strip=True)
    assert sum(len(part) for part in dn.parse(text)) == len(theirs)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "uid",
            "=a",
            "uid=",
            "uid=a,",
            ",uid=a",
            "uid=#04016a",
            "uid=a\\",
            "uid=a\\zz",
            'uid="a"',
            "uid=a;b=c",
            "u d=a",
            "uid=a\0",
            "uid=\\ff",
        ),
        *("x=" + "a" * 600, ",".join(["dc=a"] * 20)),
    ],
)
def test_what_is_no_name_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        dn.parse(text)


def test_names_are_compared_without_case_and_space() -> None:
    assert dn.normal_of("UID=Siti,OU=Dinas  Kesehatan") == dn.normal_of("uid=siti, ou=dinas kesehatan")
    assert dn.normal_of("uid=siti,ou=a") != dn.normal_of("uid=siti,ou=b")
