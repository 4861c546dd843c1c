"""A form for the settings of any connector kind, made from the kind's own model: lines for lists, a row of fields for each mapping."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from admin.pages.fields import Values, flat, nested
from connectors.mapping import TRANSFORMS
from idp.people.claims import CATALOGUE

ROWS = 6
Text = Mapping[str, str]

LABELS: Mapping[str, Text] = {
    "hosts": {"id": "Nama host, satu per baris", "en": "Host names, one a line"},
    "host": {"id": "Nama host", "en": "Host name"},
    "base_url": {"id": "Alamat aplikasi", "en": "Address of the application"},
    "start_path": {"id": "Halaman awal", "en": "Start page"},
    "open_paths": {"id": "Alamat yang boleh dibuka tanpa masuk, satu per baris", "en": "Paths open without sign-in, one a line"},
    "mapping": {"id": "Pemetaan data ke header", "en": "Mapping of data to headers"},
    "headers": {"id": "Pemetaan data ke header", "en": "Mapping of data to headers"},
    "field": {"id": "Header", "en": "Header"},
    "subject_header": {"id": "Header untuk pengenal orang", "en": "Header for the subject"},
    "proof_header": {"id": "Header untuk bukti bertanda tangan", "en": "Header for the signed proof"},
    "proxy": {"id": "Server depan yang dipakai", "en": "Proxy in front"},
    "upstream": {"id": "Alamat aplikasi di belakang server depan", "en": "Where the proxy reaches the application"},
    "strip": {"id": "Header lain yang dihapus, satu per baris", "en": "Further headers to strip, one a line"},
    "header": {"id": "Header", "en": "Header"},
    "claim": {"id": "Data", "en": "Claim"},
    "transform": {"id": "Ubahan", "en": "Transform"},
    "encoding": {"id": "Penyandian", "en": "Encoding"},
    "value": {"id": "Nilai tetap", "en": "Fixed value"},
    "default": {"id": "Bila kosong", "en": "When empty"},
}
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
    kind: str  # text, lines, tick, select, rows
    values: Values
    hint: Text = field(default_factory=lambda: {"id": "", "en": ""})
    options: tuple[tuple[str, Text], ...] = ()
    rows: tuple[tuple[Field, ...], ...] = ()


def settings_fields(model: type[BaseModel], typed: Values, prefix: str, kept: BaseModel | None = None) -> list[Field]:
    """Return the fields of a model, filled with what was typed, else with what is kept, else with the defaults."""
    if typed.pairs:
        values = typed
    elif kept is not None:
        values = Values(flat({prefix: kept.model_dump(mode="json")}))
    else:
        defaults = {name: info.default for name, info in model.model_fields.items() if isinstance(info.default, (str, int, tuple, bool))}
        values = Values(flat({prefix: defaults}))
    return [_field(f"{prefix}.{name}", name, info.annotation, info.description or "", values) for name, info in model.model_fields.items()]


def read_settings(model: type[BaseModel], typed: Values, prefix: str) -> dict[str, Any]:
    """Return what was typed as data for the model, without empty rows."""
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


def shown_settings(settings: BaseModel) -> list[tuple[Text, list[str]]]:
    """Return the settings as labels with lines of text. A field that is a secret says only that it is kept (AD-06)."""
    found = []
    for name, value in settings.model_dump(mode="json").items():
        if isinstance(value, list):
            lines = [
                " → ".join(str(v) for v in one.values() if v not in (None, "")) if isinstance(one, dict) else str(one) for one in value
            ]
        elif isinstance(value, dict):
            lines = [f"{key} → {one}" for key, one in value.items()]
        else:
            lines = [] if value in (None, "") else [str(value)]
        found.append((_label(name), lines if set(str(value)) != {"*"} else ["tersimpan"]))
    return found


def _field(path: str, name: str, annotation: Any, hint: str, values: Values) -> Field:
    kind = _kind(annotation)
    told = {"id": hint, "en": hint} if name not in LABELS else {"id": "", "en": ""}
    if kind == "rows":
        row = _row_model(annotation)
        assert row is not None
        starts = (n.removeprefix(f"{path}.").split(".")[0] for n, _ in values.pairs if n.startswith(f"{path}."))
        used = [int(start) for start in starts if start.isdigit() and len(start) < 4]
        count = max(ROWS, max(used, default=0) + 2)
        rows = tuple(
            tuple(_field(f"{path}.{n}.{inner}", inner, info.annotation, "", values) for inner, info in row.model_fields.items())
            for n in range(count)
        )
        return Field(path, _label(name), "rows", values, told, rows=rows)
    options = CHOICES.get(name) or tuple((choice, {"id": choice, "en": choice}) for choice in _choices(annotation))
    return Field(path, _label(name), "select" if options else kind, values, told, options)


def _label(name: str) -> Text:
    return LABELS.get(name, {"id": name.replace("_", " ").capitalize(), "en": name.replace("_", " ").capitalize()})


def _kind(annotation: Any) -> str:
    if annotation is bool:
        return "tick"
    if _row_model(annotation) is not None:
        return "rows"
    if get_origin(annotation) in (tuple, list, frozenset, set):
        return "lines"
    return "select" if _choices(annotation) else "text"


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
