"""Step 4 of the wizard: which claim becomes which field of the older system, each row with a living example beside it.

The example is made by the mapping's own code from the data of a test person; a row that gives nothing says why, and how to repair it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from admin.actions.lifecycle_models import Draft
from admin.actions.settings_problems import mapping_fields
from admin.errors import FieldProblem
from admin.pages.connector_form import CHOICES, read_settings
from admin.pages.fields import Values, flat
from admin.pages.frame import Handlers, Visit
from admin.pages.setting_words import label_of
from admin.pages.wizard import AT, Wizard
from admin.personas import Persona
from connectors.contract import Kind
from connectors.definition import Definition
from connectors.mapping import TRANSFORMS, Row, apply
from consent.models import Notice, Purpose
from idp.applications.registry import Snapshot
from idp.people.claims import CATALOGUE
from idp.people.release import certain, release
from kit.web.pages import see_other

Text = Mapping[str, str]
MOST_ROWS = 60
CLASSES: Mapping[str, Text] = {"general": {"id": "Umum", "en": "General"}, "specific": {"id": "Spesifik", "en": "Specific"}}
REQUIRED: Text = {"id": "wajib", "en": "required"}
OPTIONAL: Text = {"id": "tambahan", "en": "optional"}
UNKNOWN: Text = {"id": "tidak dalam pemberitahuan", "en": "not in the notice"}

# Why a row gives nothing, and the repair.
NO_VALUE: Text = {
    "id": "Warga uji ini tidak memilikinya. Isian tidak dikirim; pastikan sistem lama menerimanya.",
    "en": "This test person has none. The field is not sent; make sure that the older system can take that.",
}
NO_RESULT: Text = {
    "id": "Ubahan ini tidak cocok dengan datanya, jadi isian tidak dikirim. Pilih ubahan lain, atau “apa adanya”.",
    "en": "This transform does not fit the value, so the field is not sent. Choose another one, or “as it is”.",
}
NO_CLAIM: Text = {"id": "Data ini tidak dikenal. Pilih dari daftar.", "en": "This claim is not known. Choose from the list."}
NOT_ASKED: Text = {
    "id": "Tidak ada dalam pemberitahuan. Hapus baris ini, atau tambahkan datanya di pemberitahuan.",
    "en": "The notice does not name it. Remove the row, or add the claim to the notice.",
}
INCOMPLETE: Text = {"id": "Isi data dan isian di sana.", "en": "Fill in claim and field."}


@dataclass(frozen=True, slots=True)
class Example:
    """`value` is what the older system gets and `source` what we hold; `fault` says why it gets nothing. `bad`: it must be repaired."""

    value: str = ""
    source: str = ""
    fault: Text | None = None
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row on the page. `extra` are further columns that this kind's rows have."""

    name: str
    number: int
    filled: bool
    pdp: Text | None
    required: Text | None
    example: Example | None


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    label: Text
    extra: tuple[tuple[str, Text], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class MappingPages:
    wizard: Wizard

    async def show(self, visit: Visit) -> Response:
        return await self._show(visit, await self.wizard.draft(visit), ())

    async def save(self, visit: Visit) -> Response:
        draft = await self.wizard.draft(visit)
        kind = self.wizard.kinds.get(draft.definition.kind)
        if kind is None:
            return see_other(f"{AT}/{draft.id}/pilih")
        tables = mapping_fields(kind)
        form = without_row(visit.form, visit.form["_do"])
        typed = read_settings(kind.settings_model, form, "settings")
        rest = {name: value for name, value in draft.definition.settings.items() if name not in tables}
        rows = {name: kept for name in tables if (kept := filled_rows(typed.get(name)))}
        return await self.wizard.keep(visit, "mapping", {"settings": {**rest, **rows}}, self._show)

    async def _show(self, visit: Visit, draft: Draft, problems: tuple[FieldProblem, ...]) -> Response:
        kind = self.wizard.kinds.get(draft.definition.kind)
        if kind is None:
            return see_other(f"{AT}/{draft.id}/pilih")
        actions = self.wizard.frame.actions
        personas = await actions.previews.personas(visit.operator)
        persona = next((one for one in personas if one.id == visit.query("warga")), personas[0] if personas else None)
        purposes = await self._purposes(draft.definition)
        values = Values(flat({"settings": {name: draft.definition.settings.get(name, []) for name in mapping_fields(kind)}}))
        typed = visit.form if visit.form.pairs and problems and visit.form["_do"] in ("next", "keep", "") else values
        return await self.wizard.page(
            visit,
            draft,
            "mapping",
            problems=problems,
            values=typed,
            tables=tables_of(kind, typed, persona, purposes),
            personas=personas,
            persona=persona,
            choices=CHOICES,
            can_map=bool(mapping_fields(kind)),
            notice_at=f"/admin/aplikasi/{draft.definition.application}/pemberitahuan" if draft.definition.register_as is None else "",
        )

    async def _purposes(self, definition: Definition) -> Sequence[tuple[frozenset[str], bool]]:
        return purposes_of(definition, await self.wizard.frame.actions.desk.snapshot())

    def handlers(self) -> Handlers:
        return {("GET", f"{AT}/{{draft}}/pemetaan"): self.show, ("POST", f"{AT}/{{draft}}/pemetaan"): self.save}


def purposes_of(definition: Definition, snapshot: Snapshot) -> list[tuple[frozenset[str], bool]]:
    """Return the claims of each purpose that people are told of, with whether it is required: as it stands, or as it is drafted."""
    if definition.application in snapshot.applications:
        notices = (snapshot.notice_for(one.slug) for one in snapshot.by_application.get(definition.application, ()))
        return [(frozenset(one.claim_names), one.required) for notice in notices if isinstance(notice, Notice) for one in _of(notice)]
    drafted = ((definition.register_as or {}).get("notice") or {}).get("purposes") or []
    return [(frozenset(one.get("claims") or ()), bool(one.get("required"))) for one in drafted if isinstance(one, dict)]


def _of(notice: Notice) -> Sequence[Purpose]:
    return notice.purposes


def without_row(form: Values, act: str) -> Values:
    """Return the form without the row that `remove:settings.headers.2` names."""
    gone = act.removeprefix("remove:") if act.startswith("remove:") else ""
    return Values([(name, value) for name, value in form.pairs if not (gone and name.startswith(f"{gone}."))])


def filled_rows(rows: Any) -> list[Any]:
    """Return the rows in which something was written: an empty one still has its transform, which is never empty."""
    return [row for row in rows or () if not isinstance(row, dict) or row.get("claim") or row.get("field")]


def tables_of(
    kind: Kind, values: Values, persona: Persona | None, purposes: Sequence[tuple[frozenset[str], bool]], blanks: int = 2
) -> list[Table]:
    """Return the mapping tables of a kind with every row that is filled, and some empty ones below."""
    found = []
    for name in mapping_fields(kind):
        model = _row_model(kind, name)
        path = f"settings.{name}"
        used = {_number(one, path) for one, said in values.pairs if said.strip() and not one.endswith(".transform")} - {-1}
        count = min(MOST_ROWS, max(used, default=-1) + 1 + blanks)
        extra = tuple((one, label_of(one, kind.about)) for one in model.model_fields if one not in Row.model_fields)
        lines = tuple(_line(model, f"{path}.{n}", n, values, persona, purposes) for n in range(count))
        found.append(Table(name, label_of(name, kind.about), extra, lines))
    return found


def _line(
    model: type[Row], path: str, number: int, values: Values, persona: Persona | None, purposes: Sequence[tuple[frozenset[str], bool]]
) -> Line:
    claim, field = values[f"{path}.claim"].strip(), values[f"{path}.field"].strip()
    if not claim and not field:
        return Line(path, number, False, None, None, None)
    facts = CATALOGUE.get(claim)
    told = [required for claims, required in purposes if claim in claims]
    required = (REQUIRED if any(told) else OPTIONAL) if told else UNKNOWN
    typed = {name: values[f"{path}.{name}"].strip() for name in model.model_fields if values[f"{path}.{name}"].strip()}
    example = example_of(model, typed, persona)
    if not told and claim in CATALOGUE:
        example = Example(fault=NOT_ASKED, bad=True)
    return Line(path, number, True, CLASSES.get(facts.category) if facts is not None else None, required, example)


def example_of(model: type[Row], typed: Mapping[str, Any], persona: Persona | None) -> Example:
    """Return what the older system would get in this field about the test person."""
    claim = str(typed.get("claim", ""))
    if claim and claim not in CATALOGUE and claim != "sub":
        return Example(fault=NO_CLAIM, bad=True)
    try:
        row = model.model_validate(dict(typed))
    except ValidationError:
        return Example(fault=INCOMPLETE, bad=True)
    if persona is None:
        return Example()
    held = certain(release(persona.person, frozenset({row.claim})))
    if row.claim not in held:
        return Example(fault=NO_VALUE)
    source = TRANSFORMS["none"](held[row.claim])
    made = apply([row], held)
    if not made:
        return Example(source=source, fault=NO_RESULT, bad=True)
    return Example(value=made[0][1], source=source if source != made[0][1] else "")


def _row_model(kind: Kind, name: str) -> type[Row]:
    inner: Sequence[Any] = getattr(kind.settings_model.model_fields[name].annotation, "__args__", ())
    return next(one for one in inner if isinstance(one, type) and issubclass(one, BaseModel) and issubclass(one, Row))


def _number(name: str, path: str) -> int:
    """Return the number of the row that a field belongs to; -1 when it is of none."""
    first = name.removeprefix(f"{path}.").split(".")[0] if name.startswith(f"{path}.") else ""
    return int(first) if first.isdecimal() and len(first) < 4 else -1
