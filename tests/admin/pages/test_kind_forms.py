"""Each kind has its place in the catalogue, and a form in which each of its settings can be written and read back."""

from __future__ import annotations

from typing import Any

import pytest

from admin.actions.settings_problems import mapping_fields
from admin.errors import Invalid
from admin.pages.connector_form import read_settings, settings_fields
from admin.pages.directions import data_of, directions
from admin.pages.fields import Values
from connectors.builtin import KINDS

OPERATIONS = [{"method": "GET", "path": "/Peserta/nik/{nik}", "query": ["tgl"], "person": {"nik": "nik"}}, {"path": "/referensi/poli"}]
FULL: dict[str, dict[str, Any]] = {
    "ticket": {
        "base_url": "https://a.example.id",
        "arrive_url": "https://a.example.id/masuk",
        "lifetime": 90,
        "fields": [{"claim": "name", "field": "nama", "transform": "trim"}],
    },
    "forward_auth": {
        "base_url": "https://a.example.id",
        "headers": [{"claim": "name", "field": "X-Nama"}],
        "open_paths": ["/gambar/", "/robots.txt"],
    },
    "basic": {"base_url": "https://a.example.id/api", "username": "dinkes", "operations": OPERATIONS, "timeout_seconds": 2.5},
    "cas": {"services": ["https://a.example.id/"], "proxy": True, "proxy_callbacks": ["https://a.example.id/pgt"], "sign_out": False},
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_which_way_things_go_is_told_by_what_the_kind_can_do(name: str) -> None:
    assert directions(KINDS[name]) and data_of(KINDS[name])["id"]


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_setting_has_a_field_on_one_of_the_two_steps(name: str) -> None:
    model, tables = KINDS[name].settings_model, mapping_fields(KINDS[name])
    fields = settings_fields(model, KINDS[name].about, Values(), "settings", {}, tables)
    assert [one.name.removeprefix("settings.") for one in fields] == [one for one in model.model_fields if one not in tables]


@pytest.mark.parametrize("name", sorted(FULL))
def test_what_is_kept_comes_back_from_the_form_as_it_was(name: str) -> None:
    model = KINDS[name].settings_model
    values = settings_fields(model, KINDS[name].about, Values(), "settings", FULL[name])[0].values
    assert model.model_validate(read_settings(model, values, "settings")) == model.model_validate(FULL[name])


def test_a_field_that_is_no_yaml_is_named_with_its_line() -> None:
    typed = Values([("settings.operations", "- path: /a\n  method: [\n"), ("settings.base_url", "https://a.example.id")])
    with pytest.raises(Invalid) as refused:
        read_settings(KINDS["basic"].settings_model, typed, "settings")
    (problem,) = refused.value.problems
    assert problem.field == "settings.operations" and problem.text["id"].startswith("Baris ")


@pytest.mark.parametrize("text", ["x: &a 1\ny: *a", "- !!python/object/apply:os.system [ls]"])
def test_yaml_in_a_field_has_no_anchors_and_no_tags(text: str) -> None:
    typed = Values([("settings.operations", text)])
    with pytest.raises(Invalid):
        read_settings(KINDS["basic"].settings_model, typed, "settings")
