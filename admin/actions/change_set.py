"""A directory of definitions as one change: planned without writing, applied together or not at all, exported as it stands (FI-1, PB-5).

A plan never passes over what it cannot compare: such a file refuses the whole plan (PB-8). What an operator closed stays closed, and a
connector without a file is left alone and named.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace

from admin.actions import check
from admin.actions.drafting import read_definition
from admin.actions.lifecycle_models import Change, Published
from admin.actions.publishing import Publishing, Step
from admin.errors import FieldProblem, Invalid
from admin.operator import Operator
from admin.permissions import Permission
from connectors.definition import REFERENCE, Definition
from connectors.definition_file import text_of

MOST_FILES = 500
MOST_SECRET = 65_536


@dataclass(frozen=True, slots=True)
class Planned:
    """What one file would do: `new`, `change` or `same`."""

    file: str
    connector: str
    action: str
    changes: tuple[Change, ...] = ()
    dangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`without_file` names connectors managed by files that have none here."""

    items: tuple[Planned, ...]
    without_file: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        return any(item.action != "same" for item in self.items)


@dataclass(frozen=True, slots=True)
class ChangeSets:
    publishing: Publishing

    async def export(self, operator: Operator) -> dict[str, str]:
        """Return a file for every connector, by name; secrets as references. Written twice it is the same, byte for byte."""
        self.publishing.desk.may(operator, Permission.CONNECTOR_READ)
        return {f"{one.row.id}.yaml": text_of(one.definition) for one in await self.publishing.revising.all()}

    async def plan(self, operator: Operator, files: Mapping[str, str]) -> Plan:
        """Return what applying the files would change; raise Invalid with everything that is wrong with any of them. Writes nothing."""
        self.publishing.desk.may(operator, Permission.CONNECTOR_READ)
        return await self._planned(await self._steps(operator, files))

    async def apply(self, operator: Operator, files: Mapping[str, str], *, reason: str = "") -> tuple[Plan, list[Published]]:
        """Make the files true, all of them in one transaction."""
        self.publishing.desk.may(operator, Permission.CONNECTOR_CHANGE)
        steps = await self._steps(operator, files)
        plan = await self._planned(steps)
        wanted = [steps[item.file] for item in plan.items if item.action != "same"]
        files = {step.definition.id: file for file, step in steps.items()}
        return plan, await self.publishing.publish(operator, wanted, reason=reason, files=files) if wanted else []

    async def _planned(self, steps: Mapping[str, Step]) -> Plan:
        items = []
        for file, step in sorted(steps.items()):
            action = "same" if not step.changes else "new" if step.stands is None else "change"
            items.append(Planned(file, step.definition.id, action, step.changes, step.dangers))
        named = {step.definition.id for step in steps.values()}
        left = tuple(one.row.id for one in await self.publishing.revising.all() if one.by_files and one.row.id not in named)
        return Plan(tuple(items), left)

    async def _steps(self, operator: Operator, files: Mapping[str, str]) -> dict[str, Step]:
        """Judge every file in the registry that the files before it would make, so that two of one change cannot collide either."""
        many = check.problem("directory", "too_many", f"Paling banyak {MOST_FILES} berkas.", f"At most {MOST_FILES} files.")
        check.settle([many] if len(files) > MOST_FILES else [])
        found: dict[str, Step] = {}
        wrong: list[FieldProblem] = []
        owners: dict[str, str] = {}
        snapshot = await self.publishing.desk.snapshot()
        for file, text in sorted(files.items()):
            try:
                definition = read_definition(text)
                given, unresolved = resolve(operator, definition)
            except Invalid as error:
                wrong += [_in(file, one) for one in error.problems]
                continue
            if definition.id in owners:
                wrong.append(_in(file, check.problem("id", "twice", *_twice(owners[definition.id]))))
                continue
            owners[definition.id] = file
            step = await self.publishing.step(definition, given=given, snapshot=snapshot)
            told = {one.field for one in unresolved}
            problems = [*unresolved, *(one for one in _against(step) if one.field not in told)]
            wrong += [_in(file, one) for one in problems]
            found[file] = step
            if not problems:
                snapshot = self.publishing.future(step)
        check.settle(wrong)
        return found


def resolve(operator: Operator, definition: Definition) -> tuple[dict[str, str], list[FieldProblem]]:
    """Read what `env:` and `file:` references name, and say which name nothing (SK-4). Only for whoever holds this machine: through the
    network nobody may have it read its own files and settings into a secret."""
    given, wrong = {}, []
    for name, reference in definition.secrets.items():
        way, _, where = reference.partition(":")
        if not REFERENCE.fullmatch(reference) or way == "vault":
            continue  # judged with everything else
        if not operator.local:
            wrong.append(check.problem(f"secrets.{name}", "not_here", *ONLY_HERE))
            continue
        value = os.environ.get(where, "") if way == "env" else _content(where)
        if value:
            given[name] = value
        else:
            wrong.append(check.problem(f"secrets.{name}", "unresolved", *(text.format(reference) for text in UNRESOLVED)))
    return given, wrong


ONLY_HERE = (
    "Rujukan env: dan file: hanya dibaca pada mesin Gapura sendiri, dengan gapura apply.",
    "References env: and file: are read on Gapura's own machine only, by gapura apply.",
)
UNRESOLVED = ("Rujukan {} tidak menunjuk apa-apa. Isi dulu, baru terapkan.", "The reference {} leads to nothing. Provide it, then apply.")


def _content(path: str) -> str:
    """Return what a file holds, without the line end that editors add; nothing when it cannot be read or is too large."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # a pipe that nobody writes to would hold it for ever
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return ""
            raw = file.read(MOST_SECRET + 1)
        return raw.decode().rstrip("\r\n") if len(raw) <= MOST_SECRET else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _against(step: Step) -> list[FieldProblem]:
    """Return what speaks against this step. A file that says what stands says nothing, whatever else is wrong with what stands."""
    if step.stands is not None and step.stands.definition.plain() == step.definition.plain() and not step.given:
        return []
    if not step.changes and not step.checked.problems:  # PB-8: it differs, and nobody can say how
        return [check.problem("settings", "not_comparable", *NOT_COMPARABLE)]
    return [*_owned(step), *step.checked.problems]


def _owned(step: Step) -> list[FieldProblem]:
    """FI-2: nothing changes hands in passing."""
    if step.stands is None:
        return []
    owner = step.stands.row.managed
    told = [text.format(owner=owner, name=step.definition.id) for text in HAND_OVER]
    if owner != step.definition.managed:
        return [check.problem("managed", "explicit", *told)]
    return [] if step.stands.by_files else [check.problem("managed", "owned_by_console", *told)]


NOT_COMPARABLE = (
    "Berkas ini berbeda, tetapi bedanya tidak dapat dijelaskan. Tidak ada yang diterapkan.",
    "This file differs, but how cannot be told. Nothing is applied.",
)
HAND_OVER = (
    "Konektor ini dikelola {owner}. Pindahkan dulu: gapura connectors own {name} files --reason …",
    "This connector is managed by {owner}. Hand it over first: gapura connectors own {name} files --reason …",
)


def _twice(file: str) -> tuple[str, str]:
    return f"ID ini juga ada di {file}.", f"This id stands in {file} too."


def _in(file: str, one: FieldProblem) -> FieldProblem:
    return replace(one, field=f"{file}: {one.field}")
