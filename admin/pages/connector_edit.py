"""Changing a connector: by the wizard when the console manages it; by a patch for its file when files do (FI-2); and who manages it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from admin.actions.drafting import read_definition
from admin.errors import FieldProblem, Invalid
from admin.pages.act import Act
from admin.pages.connector_page import AT, ConnectorPage
from admin.pages.fields import Values
from admin.pages.frame import Handlers, Visit, told
from admin.pages.raw_difference import patch
from admin.pages.wizard import AT as DRAFTS
from admin.pages.wizard import PATHS
from admin.pages.wizard_end import DANGERS
from connectors.definition import Managed
from connectors.definition_file import text_of
from kit.web.pages import see_other


@dataclass(frozen=True, slots=True)
class EditPages:
    page: ConnectorPage

    async def show(self, visit: Visit) -> Response:
        return await self._show(visit, ())

    async def save(self, visit: Visit) -> Response:
        lifecycle = self.page.frame.actions.lifecycle
        stands = await lifecycle.standing(visit.operator, visit.path["id"])
        if stands.by_files:
            return await self._patch(visit)
        draft = await lifecycle.begin(visit.operator, connector=visit.path["id"])
        to = visit.form["_to"]
        return see_other(f"{DRAFTS}/{draft.id}/{to if to in PATHS.values() else PATHS['connection']}")

    async def _patch(self, visit: Visit) -> Response:
        """Say what the typed text changes, and give it as a patch: nothing is saved here."""
        lifecycle = self.page.frame.actions.lifecycle
        try:
            wanted = read_definition(visit.form["text"].replace("\r\n", "\n"))
        except Invalid as error:
            return await self._show(visit, error.problems)
        former = await lifecycle.definition(visit.operator, visit.path["id"])
        made = patch(text_of(former), text_of(wanted), f"{former.id}.yaml")
        if visit.form["_do"] == "download" and made:
            headers = {"content-disposition": f'attachment; filename="{former.id}.patch"'}
            return Response(made, media_type="text/x-diff", headers=headers)
        step = await lifecycle.publishing.step(wanted, connector=former.id)
        wrong = tuple(one for one in step.checked.problems if not one.field.startswith("secrets."))  # their references are read elsewhere
        if wrong:
            return await self._show(visit, tuple(_at_field(one) for one in wrong))
        return await self._show(visit, (), made=made, changes=step.changes)

    async def _show(self, visit: Visit, problems: tuple[FieldProblem, ...], **context: Any) -> Response:
        definition = await self.page.frame.actions.lifecycle.definition(visit.operator, visit.path["id"])
        text = visit.form["text"] if "text" in visit.form else text_of(definition)
        at_text = [{**one, "field": "text"} for one in told(problems, visit.language)]
        status = 422 if problems else 200
        common: dict[str, Any] = {"made": None, "changes": (), "dangers": DANGERS, "values": Values([("text", text)]), "errors": at_text}
        return await self.page.part(visit, "edit", status=status, **{**common, **context})

    async def ask_owner(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        stands = await self.page.frame.actions.lifecycle.standing(visit.operator, visit.path["id"])
        to_console = stands.by_files
        act = Act(
            title={"id": "Kelola konektor ini di konsol?", "en": "Manage this connector in the console?"}
            if to_console
            else {"id": "Kelola konektor ini lewat berkas?", "en": "Manage this connector by files?"},
            name=stands.definition.id,
            code=stands.definition.kind,
            back=f"/admin/konektor/{stands.definition.id}",
            button={"id": "Pindahkan ke konsol", "en": "Hand over to the console"}
            if to_console
            else {"id": "Pindahkan ke berkas", "en": "Hand over to files"},
            danger=False,
            note={
                "id": "Perubahan dari berkas ditolak sejak itu. Orang yang sedang masuk tidak terganggu.",
                "en": "Changes from files are refused from then on. People who are signed in notice nothing.",
            }
            if to_console
            else {
                "id": "Konsol hanya menampilkan dan mencoba. Perubahan datang dari berkas dengan gapura apply.",
                "en": "The console only shows and tries it. Changes come from files by gapura apply.",
            },
        )
        return act.page(self.page.frame, visit, "connectors", problems)

    async def own(self, visit: Visit) -> Response:
        lifecycle = self.page.frame.actions.lifecycle
        stands = await lifecycle.standing(visit.operator, visit.path["id"])
        managed: Managed = "console" if stands.by_files else "files"
        try:
            await lifecycle.own(visit.operator, visit.path["id"], managed, reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_owner(visit, told(error.problems, visit.language))
        return see_other(f"/admin/konektor/{visit.path['id']}")

    def handlers(self) -> Handlers:
        return {
            ("GET", f"{AT}/ubah"): self.show,
            ("POST", f"{AT}/ubah"): self.save,
            ("GET", f"{AT}/pengelola"): self.ask_owner,
            ("POST", f"{AT}/pengelola"): self.own,
        }


def _at_field(one: FieldProblem) -> FieldProblem:
    """Keep the field's name in the words: the page has one field for all of them."""
    return replace(one, text={language: f"{one.field}: {words}" for language, words in one.text.items()})
