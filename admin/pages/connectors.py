"""Connectors: the list, one connector with what it emits, its settings, its switch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from admin.actions.applications import Impact
from admin.actions.drafts import ConnectorDraft
from admin.errors import Invalid
from admin.pages.act import Act
from admin.pages.applications import revision, switch_act
from admin.pages.connector_form import read_settings, settings_fields, shown_settings
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.routes import api_call
from connectors.contract import Kind
from connectors.registry import PROXY_KINDS
from idp.people.claims import CATALOGUE
from kit.web.pages import see_other


@dataclass(frozen=True, slots=True)
class ConnectorPages:
    frame: Frame
    kinds: Mapping[str, Kind]
    issuer: str

    async def index(self, visit: Visit) -> Response:
        connectors = await self.frame.actions.connectors.search(visit.operator)
        snapshot = await self.frame.actions.desk.snapshot()
        return self.frame.render(
            visit,
            "connectors/list",
            "connectors",
            connectors=connectors,
            applications=snapshot.applications,
            agencies=snapshot.agencies,
            usable=snapshot.usable,
            kinds=self.kinds,
            api_call=api_call("GET", "/connectors"),
        )

    async def show(self, visit: Visit) -> Response:
        connector = await self.frame.actions.connectors.get(visit.operator, visit.path["id"])
        snapshot = await self.frame.actions.desk.snapshot()
        return self.frame.render(
            visit,
            "connectors/connector",
            "connectors",
            connector=connector,
            application=snapshot.applications[connector.application],
            kind=self.kinds[connector.kind],
            usable=snapshot.usable(connector.application),
            shown=shown_settings(connector.settings),
            snippet=kind.proxy_configuration(connector.settings, self.issuer) if (kind := PROXY_KINDS.get(connector.kind)) else "",
            emits=named(self.kinds[connector.kind].emits(connector.settings)),
            api_call=api_call("GET", "/connectors/{connector_id}", connector_id=connector.id),
        )

    async def form(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        connector = await self.frame.actions.connectors.get(visit.operator, visit.path["id"])
        snapshot = await self.frame.actions.desk.snapshot()
        kind = self.kinds[connector.kind]
        fields = settings_fields(kind.settings_model, visit.form, "settings", connector.settings)
        return self.frame.render(
            visit,
            "connectors/form",
            "connectors",
            status=422 if problems else 200,
            errors=problems or [],
            connector=connector,
            application=snapshot.applications[connector.application],
            kind=kind,
            settings_fields=fields,
        )

    async def save(self, visit: Visit) -> Response:
        connector = await self.frame.actions.connectors.get(visit.operator, visit.path["id"])
        model = self.kinds[connector.kind].settings_model
        draft = ConnectorDraft(kind=connector.kind, settings=read_settings(model, visit.form, "settings"))
        try:
            await self.frame.actions.connectors.change(visit.operator, connector.id, draft, based_on=revision(visit))
        except Invalid as error:
            return await self.form(visit, told(error.problems, visit.language))
        return see_other(f"/admin/konektor/{connector.id}")

    async def ask_disable(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        connector = await self.frame.actions.connectors.get(visit.operator, visit.path["id"])
        application = await self.frame.actions.applications.get(visit.operator, connector.application)
        impact = await self.frame.actions.applications.impact(visit.operator, application.id)
        act = switch_act(application, Impact(impact.services, 1, 0), "/admin/konektor")
        return act.page(self.frame, visit, "connectors", problems)

    async def disable(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.connectors.disable(
                visit.operator, visit.path["id"], name=visit.form["name"], reason=visit.form["reason"]
            )
        except Invalid as error:
            return await self.ask_disable(visit, told(error.problems, visit.language))
        return see_other(f"/admin/konektor/{visit.path['id']}")

    async def ask_enable(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        connector = await self.frame.actions.connectors.get(visit.operator, visit.path["id"])
        act = Act(
            title={"id": "Buka kembali konektor ini?", "en": "Enable this connector again?"},
            name=connector.id,
            code=connector.kind,
            back=f"/admin/konektor/{connector.id}",
            button={"id": "Buka konektor", "en": "Enable connector"},
            danger=False,
        )
        return act.page(self.frame, visit, "connectors", problems)

    async def enable(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.connectors.enable(visit.operator, visit.path["id"], reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_enable(visit, told(error.problems, visit.language))
        return see_other(f"/admin/konektor/{visit.path['id']}")

    def handlers(self) -> Handlers:
        at = "/admin/konektor"
        return {
            ("GET", at): self.index,
            ("GET", f"{at}/{{id}}"): self.show,
            ("GET", f"{at}/{{id}}/ubah"): self.form,
            ("POST", f"{at}/{{id}}/ubah"): self.save,
            ("GET", f"{at}/{{id}}/henti"): self.ask_disable,
            ("POST", f"{at}/{{id}}/henti"): self.disable,
            ("GET", f"{at}/{{id}}/buka"): self.ask_enable,
            ("POST", f"{at}/{{id}}/buka"): self.enable,
        }


def named(claims: Iterable[str]) -> list[tuple[str, Mapping[str, str] | None]]:
    """Return each claim with the words the person reads for it on the consent page."""
    return [(claim, facts.label if (facts := CATALOGUE.get(claim)) else None) for claim in sorted(claims)]
