"""Step 2 of the wizard: whose system it is, what data are sent for, and, when the application is new, what people read about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from starlette.responses import Response

from admin.actions import check
from admin.actions.drafts import ApplicationDraft
from admin.actions.lifecycle_models import Draft
from admin.errors import FieldProblem
from admin.pages.fields import Values, flat, nested
from admin.pages.frame import Handlers, Visit
from admin.pages.parse import field_problems
from admin.pages.register import GROUPS, filled_purposes
from admin.pages.wizard import AT, Wizard
from admin.pages.words import BASES
from connectors.definition import CLASSIFICATIONS

PURPOSES = 3
NEW = "new"
CLASSES: Mapping[str, Mapping[str, str]] = {
    "open": {"id": "Terbuka", "en": "Open"},
    "restricted": {"id": "Terbatas", "en": "Restricted"},
    "confidential": {"id": "Tertutup", "en": "Confidential"},
}
assert set(CLASSES) == set(CLASSIFICATIONS)


@dataclass(frozen=True, slots=True)
class PurposePages:
    wizard: Wizard

    async def show(self, visit: Visit) -> Response:
        return await self._show(visit, await self.wizard.draft(visit), ())

    async def save(self, visit: Visit) -> Response:
        draft = await self.wizard.draft(visit)
        return await self.wizard.keep(visit, "purpose", content_of(visit.form, draft), self._show, self._newcomer)

    async def _newcomer(self, draft: Draft) -> list[FieldProblem]:
        """Return what is wrong with an application that is registered along: told here, though the connection is still empty."""
        actions, wanted = self.wizard.frame.actions, draft.definition
        snapshot = await actions.desk.snapshot()
        if wanted.register_as is None or wanted.application in snapshot.applications:
            return []
        try:
            asked = ApplicationDraft.model_validate({**wanted.register_as, "id": wanted.application, "agency": wanted.agency})
        except ValidationError as error:
            return [replace(one, field=f"register.{one.field}") for one in field_problems(error)]
        agency = snapshot.agencies.get(asked.agency)
        text = "Pilih instansi yang masih berlaku.", "Choose an agency that is in force."
        unknown = [check.problem("agency", "unknown", *text)] if agency is None or agency.valid_to is not None else []
        told = [*check.words("name", asked.name.text(), nested=True), *actions.notices.problems(asked.notice)]
        return [*unknown, *(replace(one, field=f"register.{one.field}") for one in told)]

    async def _show(self, visit: Visit, draft: Draft, problems: tuple[FieldProblem, ...]) -> Response:
        frame = self.wizard.frame
        agencies = [one for one in await frame.actions.agencies.search(visit.operator) if one.valid_to is None]
        snapshot = await frame.actions.desk.snapshot()
        taken = {one.application for one in snapshot.connectors.values()}
        free = [one for one in snapshot.applications.values() if one.id not in taken and not snapshot.clients_of.get(one.id)]
        return await self.wizard.page(
            visit,
            draft,
            "purpose",
            problems=problems,
            values=visit.form if visit.form.pairs else filled(draft),
            agencies=agencies,
            free=sorted(free, key=lambda one: one.id),
            classes=CLASSES,
            groups=GROUPS,
            purposes=range(PURPOSES),
            bases=BASES,
            claims=frame.actions.notices.catalogue,
            new=NEW,
        )

    def handlers(self) -> Handlers:
        return {("GET", f"{AT}/{{draft}}/tujuan"): self.show, ("POST", f"{AT}/{{draft}}/tujuan"): self.save}


def filled(draft: Draft) -> Values:
    """Return the form's values from what the draft says."""
    definition = draft.definition
    plain = definition.model_dump(mode="json", by_alias=True, include={"purpose", "legal_basis", "contact", "classification", "agency"})
    pairs = flat({**plain, "register": definition.register_as or {}}, lists=("claims",))
    where = NEW if definition.register_as is not None or not definition.application else definition.application
    return Values([*pairs, ("_where", where)])


def content_of(form: Values, draft: Draft) -> dict[str, Any]:
    """Return what was typed as fields of the definition. An application that exists keeps its own name, agency and notice."""
    typed = nested(form, ticks=("required",), lists=("claims",))
    content: dict[str, Any] = {
        "purpose": typed.get("purpose", {}),
        "legal_basis": typed.get("legal_basis", ""),
        "contact": typed.get("contact", ""),
        "classification": typed.get("classification", ""),
    }
    where = form["_where"]
    if draft.connector or not where:
        return content
    if where != NEW:
        return {**content, "application": where, "agency": "", "register": None}
    register = {"name": {}, **typed.get("register", {})}
    notice = register.get("notice", {})
    register["notice"] = {**notice, "purposes": [{"required": False, "title": {}, **one} for one in filled_purposes(register)]}
    return {**content, "application": draft.definition.id, "agency": typed.get("agency", ""), "register": register}
