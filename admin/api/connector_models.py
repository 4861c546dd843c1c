"""What the API answers about the life cycle of connectors. A secret is in none of these but `SecretSetOut`, once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from admin.actions import lifecycle_models as models
from admin.actions.change_set import Plan, Planned
from admin.actions.drafts import Draft as Body
from admin.actions.revising import Standing
from admin.api.models import Out, Reason
from admin.errors import FieldProblem
from connectors.definition_file import text_of
from connectors.probe import Report

Number = Annotated[int, Field(ge=1, le=1_000_000_000)]


class DefinitionOut(Out):
    definition: dict[str, Any]
    text: str
    managed: str
    revision: int


class DraftOut(Out):
    id: str
    connector: str
    version: int
    base: int
    author: str
    updated_at: int
    definition: dict[str, Any]


class DraftList(Out):
    items: list[DraftOut]


class DraftBegun(Body):
    connector: str = Field("", max_length=60)
    kind: str = Field("", max_length=60)


class TextIn(Body):
    text: str = Field(max_length=131_072)


class TextOut(Out):
    text: str


class ProblemOut(Out):
    field: str
    code: str
    text: dict[str, str]


class CheckedOut(Out):
    good: bool
    problems: list[ProblemOut]
    by_step: dict[str, list[ProblemOut]]


class ChangeOut(Out):
    field: str
    before: str
    after: str
    effect: dict[str, str]
    danger: str


class ReviewOut(Out):
    changes: list[ChangeOut]
    problems: list[ProblemOut]
    dangers: list[str]
    needs_reason: bool
    people: int
    services: list[dict[str, str]]
    text_before: str
    text_after: str


class PublishIn(Body):
    reason: str = Field("", max_length=500)


class PublishedOut(Out):
    connector: str
    revision: int
    new_application: bool
    changes: list[ChangeOut]


class RevisionOut(Out):
    connector: str
    number: int
    current: bool
    author: str
    at: int
    reason: str
    restores: int
    checked: dict[str, Any]
    definition: dict[str, Any]


class RevisionList(Out):
    items: list[RevisionOut]


class ChangeList(Out):
    changes: list[ChangeOut]


class OwnerIn(Reason):
    managed: Literal["console", "files"]


class SecretNeed(Out):
    name: str
    title: dict[str, str]
    optional: bool
    generated: bool
    least_bits: int
    reference: str
    good: int
    until: int


class SecretNeeds(Out):
    items: list[SecretNeed]


class SecretIn(Body):
    """`value` is what was agreed on; without it Gapura makes one. `overlap`: seconds for which the former one stays good."""

    value: str | None = Field(None, max_length=16_384)
    overlap: int = Field(86_400, ge=0, le=30 * 86_400)


class SecretSetOut(Out):
    connector: str
    name: str
    former_until: int
    value: str | None


class StepOut(Out):
    name: str
    state: str
    milliseconds: int
    code: str
    text: dict[str, str]
    fix: dict[str, str]


class ReportOut(Out):
    target: str
    good: bool
    steps: list[StepOut]


class PlannedOut(Out):
    file: str
    connector: str
    action: str
    changes: list[ChangeOut]
    dangers: list[str]


class PlanOut(Out):
    items: list[PlannedOut]
    without_file: list[str]


def standing(one: Standing) -> DefinitionOut:
    text = text_of(one.definition)
    return DefinitionOut(definition=one.definition.plain(), text=text, managed=one.row.managed, revision=one.number)


def draft(one: models.Draft) -> DraftOut:
    plain = {name: getattr(one, name) for name in DraftOut.model_fields if name != "definition"}
    return DraftOut(definition=one.definition.plain(), **plain)


def problem(one: FieldProblem) -> ProblemOut:
    return ProblemOut(field=one.field, code=one.code, text=dict(one.text))


def checked(one: models.Checked) -> CheckedOut:
    by_step = {step: [problem(p) for p in found] for step, found in one.by_step.items()}
    return CheckedOut(good=one.good, problems=[problem(p) for p in one.problems], by_step=by_step)


def change(one: models.Change) -> ChangeOut:
    return ChangeOut(field=one.field, before=one.before, after=one.after, effect=dict(one.effect), danger=one.danger)


def review(one: models.Review) -> ReviewOut:
    return ReviewOut(
        changes=[change(c) for c in one.changes],
        problems=[problem(p) for p in one.problems],
        dangers=list(one.dangers),
        needs_reason=one.needs_reason,
        people=one.affected.people,
        services=[dict(name) for name in one.affected.services],
        text_before=one.text_before,
        text_after=one.text_after,
    )


def published(one: models.Published) -> PublishedOut:
    changes = [change(c) for c in one.changes]
    return PublishedOut(connector=one.connector, revision=one.revision, new_application=one.new_application, changes=changes)


def revision(one: models.RevisionView) -> RevisionOut:
    plain = {name: getattr(one, name) for name in RevisionOut.model_fields if name not in ("definition", "checked")}
    return RevisionOut(definition=one.definition.plain(), checked=dict(one.checked), **plain)


def secret(one: models.SecretView) -> SecretNeed:
    plain = {name: getattr(one, name) for name in SecretNeed.model_fields if name != "title"}
    return SecretNeed(title=dict(one.title), **plain)


def secret_set(one: models.SecretSet) -> SecretSetOut:
    return SecretSetOut(connector=one.connector, name=one.name, former_until=one.former_until, value=one.value or None)


def report(one: Report) -> ReportOut:
    steps = [
        StepOut(name=s.name, state=s.state, milliseconds=s.milliseconds, code=s.code, text=dict(s.text), fix=dict(s.fix)) for s in one.steps
    ]
    return ReportOut(target=one.target, good=one.good, steps=steps)


def planned(one: Planned) -> PlannedOut:
    changes = [change(c) for c in one.changes]
    return PlannedOut(file=one.file, connector=one.connector, action=one.action, changes=changes, dangers=list(one.dangers))


def plan(one: Plan) -> PlanOut:
    return PlanOut(items=[planned(item) for item in one.items], without_file=list(one.without_file))
