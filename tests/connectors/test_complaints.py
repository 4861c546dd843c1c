"""Whatever is wrong with settings or with the text of a definition is told in Indonesian and in English, never in a library's words."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from connectors.builtin import KINDS
from connectors.complaints import OTHERWISE, OWN_RULES, REFUSALS, complaint_of, in_words, refused
from connectors.definition_file import BadFile, read_text
from tests.connectors.whole_settings import WHOLE

WORDS = "should must input valid expected required have than the is of and or to be not field permitted does value parsing error"
ENGLISH = re.compile(rf"\b({WORDS.replace(' ', '|')})\b", re.IGNORECASE)
BAD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    10**12,
    float("inf"),
    float("nan"),
    "",
    "x",
    "1,5",
    "9" * 5000,
    "a b\x00",
    "-----BEGIN CERTIFICATE-----",
    "http://jauh.example.id",
    "https://u:p@jauh.example.id/#a",
    "//lain",
    "/a/../b",
    "uid=siti,ou=a,dc=b",
    "cn=a+sn=b",
    "{x}",
    [],
    [None],
    ["", ""],
    ["x", "x"],
    ["/a b"],
    ["https://lain.example.id/"] * 2,
    [{"claim": "name", "field": "nama"}] * 2,
    [{"claim": "NAMA", "field": "1", "transform": "lain", "lebih": 1}],
    ["z"] * 300,
    {},
    {"x": "y"},
    {"query:": "nik"},
    {1: 2},
    object(),
)


def spoiled(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield every place of nested settings with a bad value at it; also what is missing, and what is there in excess."""
    for bad in BAD:
        yield place, bad
    if isinstance(value, dict):
        yield (*place, "tidak_dikenal"), "x"
        for name, inner in value.items():
            yield from spoiled(inner, (*place, name))
    if isinstance(value, list):
        yield place, [*value, *value]
        for number, inner in enumerate(value):
            yield from spoiled(inner, (*place, number))


def put(settings: dict[str, Any], place: tuple[Any, ...], bad: Any) -> Any:
    made = copy.deepcopy(settings)
    node: Any = made
    for part in place[:-1]:
        node = node[part]
    if not place:
        return bad
    node[place[-1]] = bad
    return made


def wrong(kind: str, settings: Any) -> list[dict[str, Any]]:
    try:
        KINDS[kind].settings_model.model_validate(settings)
    except ValidationError as error:
        return [dict(one) for one in error.errors(include_input=False, include_url=False)]
    return []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nothing_is_wrong_with_the_settings_that_are_then_spoiled(kind: str) -> None:
    assert wrong(kind, WHOLE[kind]) == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_complaint_about_settings_of_any_kind_is_in_both_languages(kind: str) -> None:
    every = {**{name: info.get_default() for name, info in KINDS[kind].settings_model.model_fields.items() if not info.is_required()}}
    base = {**{name: value for name, value in every.items() if isinstance(value, str | int | float)}, **WHOLE[kind]}
    seen: dict[tuple[str, str], None] = {}
    gone = [{name: value for name, value in base.items() if name != left} for left in base]
    for settings in (*gone, *(put(base, place, bad) for place, bad in spoiled(base))):
        for one in wrong(kind, settings):
            text = in_words(one, KINDS[kind].about, "what it is for")
            said = complaint_of(one)
            seen[(str(one["type"]), said if one["type"] in OWN_RULES else "")] = None
            assert text["id"] != OTHERWISE["id"], (one["type"], said)
            assert not ENGLISH.search(_without_quotes(text["id"])), text["id"]
            assert str(one["msg"]) not in text["id"] and text["en"]
    assert len({name for name, _ in seen}) >= 6 and any(own for _, own in seen), sorted(seen)


def test_what_nobody_has_words_for_shows_no_english_to_an_indonesian_reader() -> None:
    found = in_words({"type": "value_error", "msg": "Value error, must be odd", "loc": ("lain",)}, KINDS["cas"].about)
    assert found == {"id": OTHERWISE["id"], "en": "Fix this: must be odd."}
    assert in_words({"type": "date_parsing", "msg": "Input should be a valid date", "loc": ()}) == OTHERWISE


class Model(BaseModel):
    choice: Literal["a", "b", "c"] = "a"
    number: int = Field(3, gt=1, lt=9)
    code: str = Field("A", pattern=r"^[A-Z]$")


@pytest.mark.parametrize(
    ("given", "indonesian"),
    [
        ({"choice": "d"}, "Pilih salah satu: 'a', 'b' atau 'c'."),
        ({"number": 1}, "Harus lebih dari 1."),
        ({"number": 9}, "Harus kurang dari 9."),
        ({"number": "dua"}, "Isi dengan angka bulat."),
        ({"code": "a"}, "Bentuknya tidak cocok."),
    ],
)
def test_limits_and_choices_are_named(given: dict[str, Any], indonesian: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Model.model_validate(given)
    assert in_words(dict(refused.value.errors()[0]))["id"] == indonesian


def test_a_form_that_does_not_fit_is_told_with_what_to_write_there() -> None:
    (one,) = wrong("simple_sso", {**WHOLE["simple_sso"], "broker": "a b"})
    text = in_words(one, KINDS["simple_sso"].about, "Name of the broker")
    assert text["id"] == "Bentuknya tidak cocok. Yang diminta: Seperti di konfigurasi aplikasi."
    assert text["en"] == "The form does not fit. Wanted: Name of the broker."


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "a: b: c",
        "\tx: 1",
        "kind: &a x",
        "kind: *a",
        "kind: !!python/object:x y",
        "kind: a\nkind: b",
        "1: 2",
        "- a",
        "just words",
        "settings: " + "[" * 40 + "]" * 40,
        "x: " + "y" * 140_000,
        "lain: 1",
        "settings: 5",
        "managed: somebody",
        "secrets: {a: [1]}",
        "contact: " + "9" * 300,
        "register: teks",
        "\x00",
    ],
)
def test_whatever_is_wrong_with_the_text_of_a_definition_is_told_in_both_languages(text: str) -> None:
    with pytest.raises(BadFile) as refused:
        read_text(text)
    told = refused.value.text
    assert not ENGLISH.search(_without_quotes(told["id"])) and told["id"] != OTHERWISE["id"] and told["en"], told


def _without_quotes(text: str) -> str:
    """Return the sentence without names of fields and choices, which are the same in both languages."""
    return re.sub(r"'[^']*'|`[^`]*`|\w+_\w+|\b\w+:", " ", text)


@pytest.mark.parametrize("reason", [*REFUSALS, "the XML is not well formed"])
def test_what_a_kind_refuses_is_told_in_indonesian_too(reason: str) -> None:
    told = refused(reason)
    assert reason in told["en"] and reason not in told["id"]
    assert not ENGLISH.search(told["id"].replace("redirect_uri", "").replace("client_id", "")), told["id"]


def test_every_refusal_with_words_of_ours_is_said_somewhere() -> None:
    sources = "".join(path.read_text() for path in (Path(__file__).parents[2] / "connectors/apps").rglob("*.py"))
    assert [reason for reason in REFUSALS if f'"{reason}"' not in sources] == []
