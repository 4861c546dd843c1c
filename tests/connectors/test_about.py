"""Every kind of the registry says what it is, completely and in both languages, so that nobody keeps a table of kinds beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

import connectors
from connectors.about import COMMON_FAULTS, About, Text, both, setting
from connectors.apis.about import FAULTS, SETTINGS
from connectors.apis.settings import ApiSettings
from connectors.builtin import KINDS
from connectors.mapping import Row
from tests.house.test_words import NOT_INDONESIAN

ROOT = Path(connectors.__file__).parent
DOCS = ROOT.parent / "docs"
# Raised while a call or a sign-in is on its way, or before settings are made: no operator reads it on a form.
NOT_OF_SETTINGS = {
    "a member stands twice": "JSON that was received",
    "a part holds what cannot stand in a request line or header": "a request that is signed",
    "not the fields of a form": "what the gate told the bridge",
    "the signing key of a ticket must be RSA of 2048 bits or more, as PEM": "a secret, which has its own rule",
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_kind_says_what_it_does_needs_and_was_tested_with_in_both_languages(name: str) -> None:
    kind = KINDS[name]
    for text in (kind.title, kind.about.does, kind.about.needs, kind.about.tested):
        assert set(text) == {"id", "en"} and all(text.values()), text
    assert len({kind.about.does["id"], kind.about.does["en"]}) == 2, "it is translated"
    assert kind.name == name


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_kind_has_its_page_of_the_documentation(name: str) -> None:
    assert KINDS[name].docs == f"connectors/{name}.md" and (DOCS / KINDS[name].docs).read_text().startswith("# ")


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_setting_of_a_kind_has_words_and_no_words_are_for_a_setting_that_is_not(name: str) -> None:
    kind = KINDS[name]
    fields = {*kind.settings_model.model_fields, *(one for row in _rows(kind.settings_model) for one in row.model_fields)}
    assert [one for one in sorted(fields) if kind.about.setting(one) is None] == []
    shared = SETTINGS.keys() if issubclass(kind.settings_model, ApiSettings) else set()
    assert set(kind.about.settings) - fields - shared == set()


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_indonesian_of_a_kind_keeps_the_glossary(name: str) -> None:
    about = KINDS[name].about
    titles: list[Text] = [KINDS[name].title, about.does, about.needs, about.tested, *(one.title for one in about.settings.values())]
    said = [*(text["id"] for text in titles), *(one.hint for one in about.settings.values()), *about.faults.values()]
    found = [(text, word) for text in said for word in NOT_INDONESIAN if re.search(word, text)]
    assert found == []


def test_every_rule_of_settings_complains_in_both_languages() -> None:
    """A new rule without Indonesian words is found here, whether or not a bad value of another test meets it."""
    found = [(file.relative_to(ROOT).as_posix(), complaint) for file, complaint in _complaints() if complaint not in NOT_OF_SETTINGS]
    assert len(found) > 60
    assert [one for one in found if not _about(one[0]).in_indonesian(one[1])] == []


def test_what_is_no_complaint_of_settings_still_stands_somewhere() -> None:
    assert NOT_OF_SETTINGS.keys() <= {complaint for _, complaint in _complaints()}


def test_every_translation_is_of_a_complaint_that_a_rule_still_makes() -> None:
    made = {complaint for _, complaint in _complaints()}
    told = {*COMMON_FAULTS, *(fault for kind in KINDS.values() for fault in kind.about.faults)}
    assert told <= made


def test_what_differs_from_one_complaint_to_the_next_is_carried_over() -> None:
    about = About(both("a", "b"), both("a", "b"), both("a", "b"), {}, {"{} must lie at {}": "{} harus di {}", "{} is bad: {}": "{} buruk"})
    assert about.in_indonesian("acs must lie at https://a.example.id") == "acs harus di https://a.example.id"
    assert about.in_indonesian("{} is bad: because") == "{} buruk", "what was typed is no hole"
    assert about.in_indonesian("never said") == "" and about.setting("base_url") is not None
    assert About(about.does, about.needs, about.tested, {"base_url": setting("Lain", "Other")}).setting("base_url") == setting(
        "Lain", "Other"
    )


def _about(file: str) -> About:
    """Return the words that a file's complaints are looked up in: its kind's, or what is shared by those that use it."""
    room, _, rest = file.partition("/")
    kind = KINDS.get(rest.partition("/")[0])
    if kind is not None:
        return kind.about
    nothing = both("", "")
    return About(nothing, nothing, nothing, {}, FAULTS if room == "apis" else {})


def _complaints() -> Iterator[tuple[Path, str]]:
    """Return every text of a ValueError in the room, with {} for what differs."""
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and getattr(node.exc.func, "id", "") == "ValueError":
                (said,) = node.exc.args
                parts = said.values if isinstance(said, ast.JoinedStr) else [said]
                yield file, "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in parts)


def _rows(model: type[BaseModel]) -> list[type[Row]]:
    inner = [one for info in model.model_fields.values() for one in getattr(info.annotation, "__args__", ())]
    return [one for one in inner if isinstance(one, type) and issubclass(one, Row)]
