"""Kinds have words on the catalogue, and each a form in which each of its settings can be written and read back."""

from __future__ import annotations

from typing import Any

import pytest

from admin.actions.settings_problems import mapping_fields
from admin.errors import Invalid
from admin.pages import kind_words
from admin.pages.connector_form import read_settings, settings_fields
from admin.pages.fields import Values
from admin.pages.kind_words import WORDS, data_of, directions
from admin.pages.setting_words import has_words
from connectors.builtin import KINDS
from tests.admin.pages.wizard_walk import technician
from tests.site import Site

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


@pytest.mark.parametrize("name", sorted(WORDS))
def test_the_kinds_of_the_house_have_words_for_themselves_and_every_setting(name: str) -> None:
    kind = KINDS[name]
    assert directions(kind) and data_of(kind)["id"]
    assert [one for one in kind.settings_model.model_fields if not has_words(one)] == []


async def test_a_kind_that_nobody_described_is_offered_all_the_same(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(kind_words.WORDS, "ticket")  # type: ignore[arg-type] # the table is a dict
    one = await technician(site)
    page = await one.browser.go("/admin/konektor/katalog")
    assert page.status_code == 200 and "Tiket bertanda tangan" in page.text and "docs/connectors/ticket.md" in page.text
    await one.begin()
    assert (await one.browser.go(f"{one.at}/pilih")).status_code == 200


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_setting_has_a_field_on_one_of_the_two_steps(name: str) -> None:
    model, tables = KINDS[name].settings_model, mapping_fields(KINDS[name])
    fields = settings_fields(model, Values(), "settings", {}, tables)
    assert [one.name.removeprefix("settings.") for one in fields] == [one for one in model.model_fields if one not in tables]


@pytest.mark.parametrize("name", sorted(FULL))
def test_what_is_kept_comes_back_from_the_form_as_it_was(name: str) -> None:
    model = KINDS[name].settings_model
    values = settings_fields(model, Values(), "settings", FULL[name])[0].values
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
