"""One connector and its parts: summary, mapping, connection test, trial. Managed by files it is read and tried all the same (FI-2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from admin.actions.picture import Wanted
from admin.actions.settings_problems import mapping_fields
from admin.errors import Invalid
from admin.pages.connector_form import CHOICES, shown_settings
from admin.pages.fields import Values, flat
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.pages.probe import seen
from admin.pages.setting_words import fields_of
from admin.pages.snippets import snippets_of
from admin.pages.wizard_end import ANSWERS, Tried, asked
from admin.pages.wizard_mapping import purposes_of, tables_of
from admin.pages.wizard_purpose import CLASSES
from admin.routes import api_call
from connectors.contract import Kind
from connectors.probe import Report
from idp.people.claims import CATALOGUE

AT = "/admin/konektor/{id}"


@dataclass(frozen=True, slots=True)
class ConnectorPage:
    frame: Frame
    kinds: Mapping[str, Kind]
    issuer: str

    async def part(self, visit: Visit, part: str, *, status: int = 200, template: str = "", **context: object) -> Response:
        """Return one part of a connector's page, under its head and tabs."""
        actions = self.frame.actions
        connector = await actions.connectors.get(visit.operator, visit.path["id"])
        snapshot = await actions.desk.snapshot()
        common = {
            "connector": connector,
            "application": snapshot.applications[connector.application],
            "agencies": snapshot.agencies,
            "kind": self.kinds[connector.kind],
            "usable": snapshot.usable(connector.application),
            "stands": await actions.lifecycle.standing(visit.operator, connector.id),
            "part": part,
            "field_of": fields_of(self.kinds[connector.kind]),
            "api_call": calls_of(connector.id).get(part) or api_call("GET", "/connectors/{connector_id}", connector_id=connector.id),
        }
        return self.frame.render(visit, f"connectors/{template or part}", "connectors", status=status, **{**common, **context})

    async def summary(self, visit: Visit) -> Response:
        connector = await self.frame.actions.connectors.get(visit.operator, visit.path["id"])
        kind = self.kinds[connector.kind]
        fresh = visit.query("terbit")
        return await self.part(
            visit,
            "connector",
            shown=shown_settings(connector.settings, kind.about),
            emits=named(kind.emits(connector.settings)),
            snippets=snippets_of(kind, connector, self.issuer),
            published=int(fresh) if fresh.isdecimal() and len(fresh) < 10 else 0,
            classes=CLASSES,
        )

    async def mapping(self, visit: Visit) -> Response:
        actions = self.frame.actions
        connector = await actions.connectors.get(visit.operator, visit.path["id"])
        definition = await actions.lifecycle.definition(visit.operator, connector.id)
        kind, snapshot = self.kinds[connector.kind], await actions.desk.snapshot()
        personas = await actions.previews.personas(visit.operator)
        persona = next((one for one in personas if one.id == visit.query("warga")), personas[0] if personas else None)
        kept = connector.settings.model_dump(mode="json")
        values = Values(flat({"settings": {name: kept[name] for name in mapping_fields(kind)}}))
        return await self.part(
            visit,
            "mapped",
            tables=tables_of(kind, values, persona, purposes_of(definition, snapshot), blanks=0),
            values=values,
            personas=personas,
            persona=persona,
            claim_names=dict(CHOICES["claim"]),
            transform_names=dict(CHOICES["transform"]),
        )

    async def probe(self, visit: Visit, report: Report | None = None, problems: list[dict[str, str]] | None = None) -> Response:
        shown = seen(report) if report is not None else None
        now = self.frame.clock.now()
        return await self.part(visit, "probe", status=422 if problems else 200, probe=shown, tested_at=now, errors=problems or [])

    async def run_probe(self, visit: Visit) -> Response:
        try:
            report = await self.frame.actions.lifecycle.probe(visit.operator, visit.path["id"])
        except Invalid as error:
            return await self.probe(visit, problems=told(error.problems, visit.language))
        return await self.probe(visit, report)

    async def attempt(self, visit: Visit) -> Response:
        actions = self.frame.actions
        connector = await actions.connectors.get(visit.operator, visit.path["id"])
        personas = await actions.previews.personas(visit.operator)
        people, answer = asked(visit, personas)
        wanted = [Wanted(connector.application, one.id, answer=answer) for one in people]
        tried = [Tried(persona, await actions.previews.run(visit.operator, one)) for persona, one in zip(people, wanted, strict=True)]
        chosen = {one.id for one in people}
        return await self.part(visit, "tried", tried=tried, personas=personas, chosen=chosen, answer=answer, answers=ANSWERS)

    def handlers(self) -> Handlers:
        return {
            ("GET", AT): self.summary,
            ("GET", f"{AT}/pemetaan"): self.mapping,
            ("GET", f"{AT}/uji"): self.probe,
            ("POST", f"{AT}/uji"): self.run_probe,
            ("GET", f"{AT}/coba"): self.attempt,
        }


def calls_of(connector: str) -> Mapping[str, str]:
    """Return the call that does the same as a part of the page, where it is another than reading the connector."""
    return {
        "mapped": api_call("GET", "/connectors/{connector_id}/definition", connector_id=connector),
        "edit": api_call("GET", "/connectors/{connector_id}/definition", connector_id=connector),
        "probe": api_call("POST", "/connectors/{connector_id}/probe", connector_id=connector),
        "tried": api_call("GET", "/connectors/{connector_id}/preview", connector_id=connector),
        "secrets": api_call("GET", "/connectors/{connector_id}/secrets", connector_id=connector),
        "revisions": api_call("GET", "/connectors/{connector_id}/revisions", connector_id=connector),
    }


def named(claims: Iterable[str]) -> list[tuple[str, Mapping[str, str] | None]]:
    """Return each claim with the words the person reads for it on the consent page."""
    return [(claim, facts.label if (facts := CATALOGUE.get(claim)) else None) for claim in sorted(claims)]
