"""A form for the settings of any connector kind, made from the kind's own model: lines for lists, a row of fields for each mapping.

What is deeper than a table, such as the operations of an API, is written as YAML in its field: the same text as in a file.
"""

from __future__ import annotations

import textwrap
import types
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from admin.errors import FieldProblem, Invalid
from admin.pages.fields import Values, flat, nested
from admin.pages.setting_words import hint_of, label_of
from connectors.about import About
from connectors.definition import Definition
from connectors.definition_file import BadFile, read_text, text_of
from connectors.mapping import TRANSFORMS
from idp.people.claims import CATALOGUE

ROWS = 6
Text = Mapping[str, str]

TRANSFORM_WORDS: Mapping[str, Text] = {
    "none": {"id": "apa adanya", "en": "as it is"},
    "trim": {"id": "tanpa spasi di tepi", "en": "without outer spaces"},
    "lower": {"id": "huruf kecil", "en": "lower case"},
    "upper_ascii": {"id": "HURUF BESAR tanpa aksen", "en": "UPPER CASE without accents"},
    "date_dmy": {"id": "tanggal HH-BB-TTTT", "en": "date as DD-MM-YYYY"},
    "gender_lp": {"id": "L atau P", "en": "L or P"},
    "phone_national": {"id": "nomor HP 08…", "en": "phone as 08…"},
    "digits": {"id": "angka saja", "en": "digits only"},
}
CHOICES: Mapping[str, tuple[tuple[str, Text], ...]] = {
    "claim": tuple((claim, facts.label) for claim, facts in CATALOGUE.items()),
    "transform": tuple((name, TRANSFORM_WORDS.get(name, {"id": name, "en": name})) for name in TRANSFORMS),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form. `rows` holds, for a list of mappings, the fields of each row."""

    name: str
    label: Text
    kind: str  # text, lines, tick, select, rows, yaml
    values: Values
    hint: Text = field(default_factory=lambda: {"id": "", "en": ""})
    options: tuple[tuple[str, Text], ...] = ()
    rows: tuple[tuple[Field, ...], ...] = ()


def settings_fields(
    model: type[BaseModel],
    about: About,
    typed: Values,
    prefix: str,
    kept: BaseModel | Mapping[str, Any] | None = None,
    without: Collection[str] = (),
) -> list[Field]:
    """Return the fields of a model, filled with what was typed, else with what is kept, complete or not, else with the defaults."""
    values = typed if typed.pairs else Values(_filled(model, prefix, kept))
    return [
        _field(f"{prefix}.{name}", name, info.annotation, info.description or "", values, about)
        for name, info in model.model_fields.items()
        if name not in without
    ]


def _filled(model: type[BaseModel], prefix: str, kept: BaseModel | Mapping[str, Any] | None) -> list[tuple[str, str]]:
    defaults = {name: info.default for name, info in model.model_fields.items() if isinstance(info.default, (str, int, float, tuple))}
    plain = kept.model_dump(mode="json") if isinstance(kept, BaseModel) else dict(kept or {})
    filled = {**defaults, **plain}
    deep = [name for name, info in model.model_fields.items() if _kind(info.annotation) == "yaml"]
    written = {name: _as_yaml(name, filled[name]) for name in deep if filled.get(name)}
    return flat({prefix: {**{name: value for name, value in filled.items() if name not in deep}, **written}})


def read_settings(model: type[BaseModel], typed: Values, prefix: str, without: Collection[str] = ()) -> dict[str, Any]:
    """Return what was typed as data for the model, without empty rows. Raise Invalid for a field that is no YAML."""
    found = {name: value for name, value in _read(model, typed, prefix).items() if name not in without}
    for name, info in model.model_fields.items():
        if name in found and _kind(info.annotation) == "yaml":
            found[name] = _from_yaml(f"{prefix}.{name}", name, str(found[name]))
        elif name in found and info.annotation in (int, float):
            found[name] = _number(str(found[name]))
    return found


def _number(text: str) -> int | float | str:
    """Return the number, or the text as it is: the kind's own model says what is wrong with it."""
    plain = text.strip().replace(",", ".")
    if plain.isdecimal() and len(plain) < 16:
        return int(plain)
    whole, dot, rest = plain.partition(".")
    return float(plain) if dot and whole.isdecimal() and rest.isdecimal() and len(plain) < 16 else text


def _as_yaml(name: str, value: Any) -> str:
    if not isinstance(value, (dict, list, tuple)):
        return str(value)
    text = text_of(Definition(settings={name: value}))
    return textwrap.dedent(text.split("\n", 2)[2])


def _from_yaml(path: str, name: str, text: str) -> Any:
    """Return what the text of one field says. Raise Invalid that names the field and the line."""
    body = textwrap.indent(text.replace("\r\n", "\n"), "    ")
    try:
        return read_text(f"settings:\n  {name}:\n{body}\n").settings.get(name)
    except BadFile as error:
        line = int(error.field.removeprefix("line ")) - 2 if error.field.startswith("line ") else 1
        told = {
            "id": f"Baris {max(1, line)} tidak terbaca sebagai YAML. Periksa spasi di awal baris dan tanda titik dua.",
            "en": f"Line {max(1, line)} cannot be read as YAML. See the spaces it begins with, and the colons.",
        }
        raise Invalid(FieldProblem(path, "malformed", told)) from None


def _read(model: type[BaseModel], typed: Values, prefix: str) -> dict[str, Any]:
    kinds = {name: _kind(info.annotation) for name, info in model.model_fields.items()}
    lines = [name for name, kind in kinds.items() if kind == "lines"]
    ticks = [name for name, kind in kinds.items() if kind == "tick"]
    for info in model.model_fields.values():
        row = _row_model(info.annotation)
        if row is not None:
            lines += [name for name, inner in row.model_fields.items() if _kind(inner.annotation) == "lines"]
            ticks += [name for name, inner in row.model_fields.items() if _kind(inner.annotation) == "tick"]
    data: Any = nested(typed, lines=lines, ticks=ticks)
    for part in prefix.split("."):
        data = data.get(part, {}) if isinstance(data, dict) else {}
    found = {name: value for name, value in data.items() if name in model.model_fields} if isinstance(data, dict) else {}
    for name, kind in kinds.items():
        if kind == "tick":
            found.setdefault(name, False)
    return found


def shown_settings(settings: BaseModel, about: About) -> list[tuple[Text, list[str]]]:
    """Return the settings as labels with lines of text. A field that is a secret says only that it is kept (AD-06)."""
    found = []
    for name, value in settings.model_dump(mode="json").items():
        if isinstance(value, list):
            lines = [" → ".join(_told(one)) if isinstance(one, dict) else str(one) for one in value]
        elif isinstance(value, dict):
            lines = [f"{key} → {one}" for key, one in value.items()]
        else:
            lines = [] if value in (None, "") else [str(value)]
        found.append((label_of(name, about), lines if set(str(value)) != {"*"} else ["tersimpan"]))
    return found


def _told(row: Mapping[str, Any]) -> list[str]:
    """Return what a row says: nothing of what is empty, of a tick its name, of what is inside what it says itself."""
    found = []
    for name, value in row.items():
        if isinstance(value, bool):
            found += [name] if value else []
        elif isinstance(value, dict):
            found += [f"{key}: {one}" for key, one in value.items()]
        elif isinstance(value, list):
            found += [", ".join(" ".join(_told(one)) if isinstance(one, dict) else str(one) for one in value)] if value else []
        elif value not in (None, ""):
            found.append(str(value))
    return found


def _field(path: str, name: str, annotation: Any, hint: str, values: Values, about: About) -> Field:
    kind = _kind(annotation)
    told = hint_of(name, hint, about)
    if kind == "rows":
        row = _row_model(annotation)
        assert row is not None
        starts = (n.removeprefix(f"{path}.").split(".")[0] for n, _ in values.pairs if n.startswith(f"{path}."))
        used = [int(start) for start in starts if start.isdigit() and len(start) < 4]
        count = max(ROWS, max(used, default=0) + 2)
        rows = tuple(
            tuple(_field(f"{path}.{n}.{inner}", inner, info.annotation, "", values, about) for inner, info in row.model_fields.items())
            for n in range(count)
        )
        return Field(path, label_of(name, about), "rows", values, told, rows=rows)
    options = CHOICES.get(name) or tuple((choice, {"id": choice, "en": choice}) for choice in _choices(annotation))
    return Field(path, label_of(name, about), "select" if options else kind, values, told, options)


def _kind(annotation: Any) -> str:
    if annotation is bool:
        return "tick"
    row = _row_model(annotation)
    if row is not None:
        return "rows" if all(_kind(info.annotation) in ("text", "select", "tick") for info in row.model_fields.values()) else "yaml"
    if _is_deep(annotation):
        return "yaml"
    if get_origin(annotation) in (tuple, list, frozenset, set):
        return "lines"
    return "select" if _choices(annotation) else "text"


def _is_deep(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, types.UnionType):
        return any(_is_deep(one) for one in get_args(annotation))
    return get_origin(annotation) is dict or (isinstance(annotation, type) and issubclass(annotation, BaseModel))


def _row_model(annotation: Any) -> type[BaseModel] | None:
    if get_origin(annotation) in (tuple, list):
        inner = get_args(annotation)[0]
        return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None
    return None


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) in (Union, types.UnionType):
        return next((found for one in get_args(annotation) if (found := _choices(one))), ())
    if get_origin(annotation) is Literal:
        return tuple(str(one) for one in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(one.value) for one in annotation)
    return ()
