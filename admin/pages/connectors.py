"""Connectors: the list with drafts that wait, and the switch of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from admin.actions.applications import Impact
from admin.errors import Invalid
from admin.pages.act import Act
from admin.pages.applications import switch_act
from admin.pages.certificates import certificates_in
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.permissions import Permission
from admin.routes import api_call
from connectors.contract import Kind
from kit.web.pages import see_other


@dataclass(frozen=True, slots=True)
class ConnectorPages:
    frame: Frame
    kinds: Mapping[str, Kind]

    async def index(self, visit: Visit) -> Response:
        connectors = await self.frame.actions.connectors.search(visit.operator)
        snapshot = await self.frame.actions.desk.snapshot()
        drafts = await self.frame.actions.lifecycle.drafts(visit.operator) if visit.may(Permission.CONNECTOR_DRAFT) else []
        return self.frame.render(
            visit,
            "connectors/list",
            "connectors",
            connectors=connectors,
            drafts=drafts,
            ends={one.id: ends[0].ends for one in connectors if (ends := certificates_in(one.settings))},
            now=self.frame.clock.now(),
            applications=snapshot.applications,
            agencies=snapshot.agencies,
            usable=snapshot.usable,
            kinds=self.kinds,
            api_call=api_call("GET", "/connectors"),
        )

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
            ("GET", f"{at}/{{id}}/henti"): self.ask_disable,
            ("POST", f"{at}/{{id}}/henti"): self.disable,
            ("GET", f"{at}/{{id}}/buka"): self.ask_enable,
            ("POST", f"{at}/{{id}}/buka"): self.enable,
        }
