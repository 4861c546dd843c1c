"""What a kind's settings model found wrong: the field and the fix in both languages, never what was typed (CW-2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from admin.errors import FieldProblem
from connectors.complaints import OWN_RULES, complaint_of, in_words
from connectors.contract import Kind
from connectors.mapping import Row


def told(error: ValidationError, kind: Kind, *, field: str = "settings.") -> tuple[FieldProblem, ...]:
    """Return a problem for every error, named `settings.<place>`; one that a rule over several fields found names the field it begins
    with, as such rules say `field: what`."""
    return tuple(_one(one, kind, field) for one in error.errors(include_input=False, include_url=False))


def _one(error: Mapping[str, Any], kind: Kind, field: str) -> FieldProblem:
    model, where = kind.settings_model, ".".join(str(part) for part in error["loc"])
    if not where and error["type"] in OWN_RULES:
        first = complaint_of(error).partition(":")[0].partition(" ")[0]
        where = first if first in model.model_fields else ""
    name = f"{field}{where}" if where else field.rstrip(".")
    return FieldProblem(name, str(error["type"])[:40], in_words(error, kind.about, _description(model, error["loc"])))


def _description(model: type[BaseModel], place: tuple[Any, ...]) -> str:
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
