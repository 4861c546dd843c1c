"""Settings of the kind: what would tell too much, or could not be told apart, is refused with the field's name."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.errors import BadSettings
from connectors.registry import DIRECTORIES, build
from tests.connectors.ldap.directory import BASE, KIND, ROWS, SETTINGS, person


def made(**values: Any) -> Any:
    settings = {"base_dn": BASE, "attributes": ROWS, **values}
    return build(kind="ldap", connector_id="x", application="x", settings=settings).settings


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"base_dn": ""}, "empty"),
        ({"base_dn": "simpeg"}, "base_dn"),
        ({"base_dn": "ou=a+cn=b,dc=c"}, "one attribute"),
        ({"bind_dn": "cn=layanan,dc=lain"}, "right below"),
        ({"bind_dn": f"uid=layanan,{BASE}"}, "right below"),
        ({"attributes": [{"claim": "nik", "field": "employeeNumber"}]}, "never told"),
        ({"attributes": [{"claim": "no_kk", "field": "x"}]}, "never told"),
        ({"attributes": [{"claim": "name", "field": "userPassword"}]}, "may not be mapped"),
        ({"attributes": [{"claim": "name", "field": "uid"}]}, "may not be mapped"),
        ({"attributes": [{"claim": "name", "field": "a_b"}]}, "letters, digits and hyphens"),
        ({"attributes": [*ROWS, {"claim": "name", "field": "CN"}]}, "twice"),
        ({"search_by": ["cn"]}, "search_by"),
        ({"uid": "nik"}, "uid"),
        ({"size_limit": 100}, "size_limit"),
        ({"time_limit": 0}, "time_limit"),
        ({"lain": 1}, "lain"),
    ],
)
def test_ld_09_settings_that_tell_too_much_are_refused(values: dict[str, Any], word: str) -> None:
    with pytest.raises(BadSettings, match=word):
        made(**values)


def test_what_may_find_people_follows_the_mapping() -> None:
    assert SETTINGS.keys == {"uid": "email", "mail": "email"}
    assert made(search_by=["uid"]).keys == {"uid": "email"}
    assert made(uid="sub").findable == {"uid": "sub", "mail": "email"}


def test_the_kind_says_what_it_would_tell() -> None:
    assert "ldap" in DIRECTORIES
    assert KIND.emits(SETTINGS) == {"name", "email"}
    told = {one.name: (one.value, one.claim) for one in KIND.emissions(SETTINGS, person())}
    assert told == {"uid": ("siti@example.id", "email"), "cn": ("Siti Peragawati", "name"), "mail": ("siti@example.id", "email")}
    assert KIND.emissions(SETTINGS, person(email="")) == [], "whoever has no name there is nobody there"
    assert KIND.uid(made(uid="sub"), person()) == "sub-siti-berpasangan"
    assert KIND.uid(made(uid="nip"), person(nip="198803122010012001")) == "198803122010012001"
