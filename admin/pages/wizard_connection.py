"""Step 3 of the wizard: where the older system is, which secrets it shares with Gapura, and the connection test."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from admin.actions.lifecycle_models import Draft, SecretView
from admin.actions.settings_problems import mapping_fields
from admin.errors import FieldProblem, Invalid
from admin.pages.connector_form import read_settings, settings_fields
from admin.pages.frame import Handlers, Visit
from admin.pages.probe import seen
from admin.pages.wizard import AT, Wizard
from connectors.probe import Report
from kit.web.pages import see_other


@dataclass(frozen=True, slots=True)
class ConnectionPages:
    wizard: Wizard

    async def show(self, visit: Visit) -> Response:
        return await self._show(visit, await self.wizard.draft(visit), ())

    async def save(self, visit: Visit) -> Response:
        draft = await self.wizard.draft(visit)
        kind = self.wizard.kinds.get(draft.definition.kind)
        if kind is None:
            return see_other(f"{AT}/{draft.id}/pilih")
        tables = mapping_fields(kind)
        try:
            typed = read_settings(kind.settings_model, visit.form, "settings", tables)
        except Invalid as error:
            return await self._show(visit, draft, error.problems)
        rows = {name: value for name, value in draft.definition.settings.items() if name in tables}
        return await self.wizard.keep(visit, "connection", {"settings": {**typed, **rows}}, self._show)

    async def probe(self, visit: Visit) -> Response:
        """Try the connection as it is kept in the draft. What is not complete is told field by field instead."""
        draft = await self.wizard.draft(visit)
        try:
            report = await self.wizard.lifecycle.probe(visit.operator, draft_id=draft.id)
        except Invalid as error:
            return await self._show(visit, draft, error.problems, typed=False)
        return await self._show(visit, draft, (), report=report, typed=False)

    async def _show(
        self, visit: Visit, draft: Draft, problems: tuple[FieldProblem, ...], *, report: Report | None = None, typed: bool = True
    ) -> Response:
        kind = self.wizard.kinds.get(draft.definition.kind)
        if kind is None:
            return see_other(f"{AT}/{draft.id}/pilih")
        form = visit.form if typed else type(visit.form)()
        fields = settings_fields(kind.settings_model, kind.about, form, "settings", draft.definition.settings, mapping_fields(kind))
        return await self.wizard.page(
            visit,
            draft,
            "connection",
            problems=problems,
            settings_fields=fields,
            secrets=await self._secrets(visit, draft),
            probe=seen(report) if report is not None else None,
            tested_at=self.wizard.frame.clock.now(),
        )

    async def _secrets(self, visit: Visit, draft: Draft) -> list[SecretView]:
        """Return the secrets of this connector; none while its id is missing or belongs to another one."""
        wanted = draft.definition.id
        snapshot = await self.wizard.frame.actions.desk.snapshot()
        if not wanted or (wanted in snapshot.connectors and wanted != draft.connector):
            return []
        return list(await self.wizard.lifecycle.secrets(visit.operator, wanted, drafted=True))

    def handlers(self) -> Handlers:
        return {
            ("GET", f"{AT}/{{draft}}/sambungan"): self.show,
            ("POST", f"{AT}/{{draft}}/sambungan"): self.save,
            ("POST", f"{AT}/{{draft}}/sambungan/uji"): self.probe,
        }
