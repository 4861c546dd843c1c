"""Form fields carry the API's names, so that an error found by an action points at the field on the page."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from admin.pages.connector_form import read_settings, settings_fields
from admin.pages.fields import Values, flat, nested
from connectors.builtin import KINDS


class Row(BaseModel):
    header: str
    claim: str
    kind: Literal["text", "base64"] = "text"


class Model(BaseModel):
    hosts: tuple[str, ...]
    strict: bool = True
    mapping: tuple[Row, ...] = ()


def test_dotted_names_become_nested_data_and_numbers_become_lists() -> None:
    values = Values(
        [("csrf", "x"), ("_revision", "3"), ("name.id", " Antrean "), ("p.0.title.id", "A"), ("p.1.title.id", "B"), ("empty", "")]
    )
    assert nested(values) == {"name": {"id": "Antrean"}, "p": [{"title": {"id": "A"}}, {"title": {"id": "B"}}]}


def test_lines_ticks_and_repeated_values_are_read_by_the_last_part_of_the_name() -> None:
    values = Values([("c.uris", "a\r\n\r\n b "), ("c.native", "on"), ("p.0.claims", "nik"), ("p.0.claims", "name")])
    assert nested(values, lines=("uris",), ticks=("native",), lists=("claims",)) == {
        "c": {"uris": ["a", "b"], "native": True},
        "p": [{"claims": ["nik", "name"]}],
    }


def test_what_is_flattened_reads_back_the_same() -> None:
    data = {"name": {"id": "A", "en": "B"}, "p": [{"claims": ["nik", "name"]}]}
    assert nested(Values(flat(data, lists=("claims",))), lists=("claims",)) == data


def test_a_name_that_is_both_value_and_object_does_not_break_the_form() -> None:
    assert nested(Values([("a", "1"), ("a.b", "2")])) == {"a": "1"}


def test_the_form_of_a_connector_kind_comes_from_its_model_and_reads_back() -> None:
    kept = Model(hosts=("a.example", "b.example"), strict=False, mapping=(Row(header="X-Name", claim="name"),))
    fields = {field.name: field for field in settings_fields(Model, KINDS["cas"].about, Values(), "settings", kept)}
    assert [fields[f"settings.{name}"].kind for name in ("hosts", "strict", "mapping")] == ["lines", "tick", "rows"]
    assert fields["settings.mapping"].rows[0][2].options[0][0] == "text"
    posted = Values([*flat({"settings": kept.model_dump(mode="json")})])
    assert Model.model_validate(read_settings(Model, posted, "settings")) == kept
