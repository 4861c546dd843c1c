"""What every step of the connector wizard shares: the draft it works on, the way through the seven steps, how a step is kept.

Each step is a page with its own address, and what was typed is kept in the draft before it is judged: one may leave at any step and come
back (CW-1). Nothing here needs script (CW-3). Two editors get a page that merges, not a lost edit (PB-6).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.responses import Response

from admin.actions.lifecycle import Lifecycle
from admin.actions.lifecycle_models import STEPS, Checked, Draft
from admin.errors import Changed, FieldProblem, Invalid
from admin.pages.frame import Frame, Visit, told
from admin.pages.setting_words import fields_of
from admin.routes import api_call
from connectors.contract import Kind
from connectors.definition import Definition
from kit.web.language import pick
from kit.web.pages import see_other

AT = "/admin/konektor/draf"
Text = Mapping[str, str]
Early = Callable[[Draft], Awaitable[Sequence[FieldProblem]]]
Show = Callable[[Visit, Draft, tuple[FieldProblem, ...]], Awaitable[Response]]

# The last part of a step's address, and its name.
PATHS: Mapping[str, str] = dict(zip(STEPS, ("pilih", "tujuan", "sambungan", "pemetaan", "coba", "tinjau", "terbitkan"), strict=True))
TITLES: Mapping[str, Text] = {
    "choose": {"id": "Pilih", "en": "Choose"},
    "purpose": {"id": "Instansi & tujuan", "en": "Agency & purpose"},
    "connection": {"id": "Sambungan", "en": "Connection"},
    "mapping": {"id": "Pemetaan", "en": "Mapping"},
    "try": {"id": "Coba", "en": "Try"},
    "review": {"id": "Tinjau", "en": "Review"},
    "publish": {"id": "Terbitkan", "en": "Publish"},
}
FILLED = STEPS[:4]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two people changed at once. `name` as in errors: `contact`, `settings.base_url`."""

    name: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Wizard:
    frame: Frame
    kinds: Mapping[str, Kind]

    @property
    def lifecycle(self) -> Lifecycle:
        return self.frame.actions.lifecycle

    async def draft(self, visit: Visit) -> Draft:
        return await self.lifecycle.draft(visit.operator, visit.path["draft"])

    async def page(
        self,
        visit: Visit,
        draft: Draft,
        step: str,
        *,
        problems: tuple[FieldProblem, ...] = (),
        status: int = 200,
        template: str = "",
        **context: object,
    ) -> Response:
        """Return the page of a step under the wizard's head; "" is no step. A step is done when nothing on it is wrong."""
        checked = await self.lifecycle.check(visit.operator, draft.id)
        snapshot = await self.frame.actions.desk.snapshot()
        application = snapshot.applications.get(draft.definition.application)
        common = {
            "draft": draft,
            "name": pick(application.name, visit.language) if application is not None else drafted_name(draft.definition),
            "d": draft.definition,
            "kind": self.kinds.get(draft.definition.kind),
            "application": application,
            "at": f"{AT}/{draft.id}",
            "step": step,
            "number": STEPS.index(step) + 1 if step else 0,
            "steps": [(name, PATHS[name], TITLES[name], name in FILLED and name not in checked.by_step) for name in STEPS],
            "checked": checked,
            "paths": PATHS,
            "titles": TITLES,
            "field_of": fields_of(self.kinds.get(draft.definition.kind)),
            "kept": bool(visit.query("disimpan")),
            "api_call": calls_of(draft.id).get(template or step) or api_call("GET", "/connector-drafts/{draft}", draft=draft.id),
        }
        return self.frame.render(
            visit,
            f"connectors/{template or step}",
            "connectors",
            status=422 if problems else status,
            **{**common, "errors": told(problems, visit.language), **context},
        )

    async def keep(self, visit: Visit, step: str, content: Mapping[str, Any], show: Show, early: Early | None = None) -> Response:
        """Keep what this step says, then go where the button leads: on, when nothing here is wrong, else back here with what is.

        `early` finds what the checks of the whole draft tell only when later steps are filled in.
        """
        try:
            draft = await self.lifecycle.save(visit.operator, visit.path["draft"], content, based_on=version(visit))
        except Changed:
            return await self.merge(visit, step, content)
        except Invalid as error:
            return await show(visit, await self.draft(visit), error.problems)
        if visit.form["_do"] != "next":
            return see_other(f"{AT}/{draft.id}/{PATHS[step]}?disimpan=1")
        wrong = (await self.lifecycle.check(visit.operator, draft.id)).by_step.get(step, ())
        known = {one.field for one in wrong}
        wrong = (*wrong, *(one for one in (await early(draft) if early is not None else ()) if one.field not in known))
        if wrong:
            return await show(visit, draft, wrong)
        return see_other(f"{AT}/{draft.id}/{PATHS[STEPS[STEPS.index(step) + 1]]}")

    async def merge(self, visit: Visit, step: str, content: Mapping[str, Any]) -> Response:
        """Show, field by field, what one typed and what somebody else kept meanwhile."""
        draft = await self.draft(visit)
        return self.frame.render(
            visit,
            "connectors/merge",
            "connectors",
            status=409,
            draft=draft,
            differences=differences(content, draft.definition),
            mine=orjson.dumps(content).decode(),
            field_of=fields_of(self.kinds.get(draft.definition.kind)),
            step=step,
            at=f"{AT}/{draft.id}",
            path=PATHS[step],
        )

    async def merged(self, visit: Visit) -> Response:
        """Keep what was chosen on the page that merges."""
        step = visit.form["_step"] if visit.form["_step"] in STEPS else STEPS[0]
        draft = await self.draft(visit)
        content = chosen(visit.form["_mine"], draft.definition, lambda name: visit.form[f"pick.{name}"] != "theirs")
        try:
            await self.lifecycle.save(visit.operator, draft.id, content, based_on=version(visit))
        except Changed:
            return await self.merge(visit, step, content)
        return see_other(f"{AT}/{draft.id}/{PATHS[step]}?disimpan=1")


def version(visit: Visit) -> int:
    """Return the version the form was made from; 0, which no draft has, when it is not a number."""
    text = visit.form["_version"]
    return int(text) if text.isdigit() and len(text) < 10 else 0


def calls_of(draft: str) -> Mapping[str, str]:
    """Return the call that does the same as a step, where it is another than reading the draft."""
    return {
        "try": api_call("GET", "/connector-drafts/{draft}/preview", draft=draft),
        "review": api_call("GET", "/connector-drafts/{draft}/review", draft=draft),
        "publish": api_call("POST", "/connector-drafts/{draft}/publish", draft=draft),
        "overtaken": api_call("POST", "/connector-drafts/{draft}/rebase", draft=draft),
        "yaml": api_call("GET", "/connector-drafts/{draft}/text", draft=draft),
    }


def drafted_name(definition: Definition) -> str:
    """Return what a new application is called so far; its id, when it has no name; empty when it has neither."""
    names = (definition.register_as or {}).get("name")
    name = names.get("id") if isinstance(names, dict) else None
    return str(name or definition.id)


def first_open(checked: Checked) -> str:
    """Return the step to go on with: the first one with something wrong, else the trial."""
    return next((step for step in FILLED if step in checked.by_step), "try")


def differences(mine: Mapping[str, Any], theirs: Definition) -> list[Difference]:
    kept = theirs.model_dump(mode="json", by_alias=True)
    return [Difference(name, shown(one), shown(other)) for name, one, other in _pairs(mine, kept) if one != other]


def chosen(mine: str, theirs: Definition, is_mine: Callable[[str], bool]) -> dict[str, Any]:
    """Return the content to keep: of each field that differs, the version that was picked."""
    try:
        content = orjson.loads(mine)
    except orjson.JSONDecodeError:
        content = None
    if not isinstance(content, dict):
        raise Invalid(FieldProblem("_mine", "malformed", {"id": "Muat ulang langkah ini.", "en": "Reload this step."}))
    kept = theirs.model_dump(mode="json", by_alias=True)
    found: dict[str, Any] = dict(content)
    for name, one, other in _pairs(content, kept):
        value = one if one == other or is_mine(name) else other
        outer, _, inner = name.partition(".")
        if not inner:
            found[outer] = value
            continue
        table = dict(found[outer])
        table.pop(inner, None)
        found[outer] = table if value is None else {**table, inner: value}
    return found


def _pairs(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return each field with both values; `settings` one by one, because two people seldom change the same."""
    found = []
    for name, value in mine.items():
        other = theirs.get(name)
        if name == "settings" and isinstance(value, dict) and isinstance(other, dict):
            found += [(f"settings.{one}", value.get(one), other.get(one)) for one in dict.fromkeys([*value, *other])]
        else:
            found.append((name, value, other))
    return found


def shown(value: Any) -> str:
    """Return a value of a definition as a person reads it."""
    if value in (None, "", [], {}):
        return ""
    return value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
