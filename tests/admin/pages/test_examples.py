"""The example beside a row of a mapping: what the older system would get of a test person, or why it gets nothing and what to do."""

from __future__ import annotations

import pytest

from admin.pages.wizard_mapping import NO_CLAIM, NO_RESULT, NO_VALUE, Example, example_of
from admin.personas import Persona
from connectors.mapping import Row
from idp.people.models import Person
from tests.admin.operators import account
from tests.site import Site


def persona(person: Person) -> Persona:
    return Persona("uji", person.name, person)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ({"claim": "name", "field": "nama", "transform": "lower"}, Example("ratna ujiwati", "Ratna Ujiwati")),
        ({"claim": "name", "field": "nama"}, Example("Ratna Ujiwati")),
        ({"claim": "birthdate", "field": "lahir"}, Example(fault=NO_VALUE)),
        ({"claim": "name", "field": "lahir", "transform": "date_dmy"}, Example("", "Ratna Ujiwati", NO_RESULT, bad=True)),
        ({"claim": "nama_lengkap", "field": "nama"}, Example(fault=NO_CLAIM, bad=True)),
    ],
)
async def test_an_example_is_what_the_mapping_gives_or_says_the_repair(site: Site, typed: dict[str, str], wanted: Example) -> None:
    assert example_of(Row, typed, persona(await account(site))) == wanted


async def test_a_nik_that_nobody_checked_is_no_example_because_it_is_not_sent(site: Site) -> None:
    person = await site.house.people.create({"name": "Belum Diperiksa", "nik": "3503111111119999"}, [], actor="cli")
    assert example_of(Row, {"claim": "nik", "field": "nik"}, persona(person)).fault == NO_VALUE
