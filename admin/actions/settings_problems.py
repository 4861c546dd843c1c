"""What a kind's settings model found wrong, in words: the field and the fix in both languages, never what was typed (CW-2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from admin.actions import check
from admin.errors import FieldProblem
from connectors.contract import Kind
from connectors.mapping import Row

Ways = Mapping[str, tuple[str, str]]

# By pydantic's own name of the error; {x} is filled from its context, which holds limits and choices, never the value.
FIXES: Ways = {
    "missing": ("Isi bagian ini.", "Fill this in."),
    "extra_forbidden": ("Jenis konektor ini tidak mengenal bagian ini. Hapus.", "This kind of connector has no such setting. Remove it."),
    "literal_error": ("Pilih salah satu: {expected}.", "Choose one of: {expected}."),
    "string_type": ("Isi dengan teks.", "Write a text."),
    "bool_type": ("Isi ya atau tidak (true atau false).", "Write yes or no (true or false)."),
    "bool_parsing": ("Isi ya atau tidak (true atau false).", "Write yes or no (true or false)."),
    "int_type": ("Isi dengan angka bulat.", "Write a whole number."),
    "int_parsing": ("Isi dengan angka bulat.", "Write a whole number."),
    "int_from_float": ("Isi dengan angka bulat.", "Write a whole number."),
    "float_type": ("Isi dengan angka.", "Write a number."),
    "float_parsing": ("Isi dengan angka.", "Write a number."),
    "greater_than_equal": ("Paling sedikit {ge}.", "At least {ge}."),
    "less_than_equal": ("Paling banyak {le}.", "At most {le}."),
    "too_short": ("Isi paling sedikit {min_length} baris.", "Give at least {min_length}."),
    "too_long": ("Paling banyak {max_length} baris.", "At most {max_length}."),
    "string_too_long": ("Paling panjang {max_length} huruf.", "At most {max_length} characters."),
    "string_too_short": ("Paling pendek {min_length} huruf.", "At least {min_length} characters."),
    "string_pattern_mismatch": ("Bentuknya tidak cocok. Yang diminta: {hint}.", "The form does not fit. Wanted: {hint}."),
    "tuple_type": ("Isi sebagai daftar.", "Write a list."),
    "dict_type": ("Isi sebagai nama dan nilai.", "Write names and values."),
    "model_type": ("Isi sebagai nama dan nilai.", "Write names and values."),
    "model_attributes_type": ("Isi sebagai nama dan nilai.", "Write names and values."),
}
OTHERWISE = ("Perbaiki bagian ini: {message}.", "Fix this: {message}.")


def told(error: ValidationError, model: type[BaseModel], *, field: str = "settings.") -> tuple[FieldProblem, ...]:
    """Return a problem for every error, named `settings.<place>`; one that a rule over several fields found names the field it begins
    with, as such rules say `field: what`."""
    return tuple(_one(one, model, field) for one in error.errors(include_input=False, include_url=False))


def _one(error: Any, model: type[BaseModel], field: str) -> FieldProblem:
    where = ".".join(str(part) for part in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")[:200]
    if not where:
        first = message.partition(":")[0].partition(" ")[0]
        where = first if first in model.model_fields else "settings"
    context = {**{n: v for n, v in error.get("ctx", {}).items() if n != "error"}, "message": message, "hint": _hint(model, error["loc"])}
    indonesian, english = FIXES.get(error["type"], OTHERWISE)
    name = field.rstrip(".") if where == "settings" else f"{field}{where}"
    return check.problem(name, str(error["type"])[:40], indonesian.format_map(context), english.format_map(context))


def _hint(model: type[BaseModel], place: tuple[Any, ...]) -> str:
    """Return what the field is for, as its description says; of a field inside a list or a table, that of the outer one."""
    outer = model.model_fields.get(str(place[0])) if place else None
    return (outer.description or "") if outer is not None else ""


def mapping_fields(kind: Kind | None) -> tuple[str, ...]:
    """Return the settings that are mapping tables: step 4 of the wizard. Told by their type, never by name."""
    if kind is None:
        return ()
    return tuple(name for name, one in kind.settings_model.model_fields.items() if _holds_rows(one.annotation))


def _holds_rows(annotation: Any) -> bool:
    inner = getattr(annotation, "__args__", ())
    return any(isinstance(one, type) and issubclass(one, Row) for one in inner)
