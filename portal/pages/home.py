"""`/beranda` and `/data-saya`: one touch into each service, and what is known about oneself."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consent.incidents import IncidentStore
from consent.store import DisclosureStore
from idp.applications.registry import Registry
from idp.people.claims import CATALOGUE, source_of
from idp.people.masking import mask, plain
from idp.people.models import Role
from kit.clock import Clock
from kit.web.language import language_of
from kit.web.pages import Pages
from portal.catalogue.groups import GROUPS
from portal.citizen import Caller
from portal.pages.public import public_services, row_of

RECENT = 3


@dataclass(frozen=True)
class HomePages:
    caller: Caller
    pages: Pages
    registry: Registry
    disclosures: DisclosureStore
    clock: Clock
    issuer: str
    incidents: IncidentStore

    async def home(self, request: Request) -> Response:
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        snapshot = self.registry.now
        last_used: dict[str, int] = {}
        for view in await self.disclosures.of_person(who.person.id, limit=100):
            slug = view.disclosure.service
            last_used[slug] = max(last_used.get(slug, 0), view.last_at)
        recent = sorted((slug for slug in last_used if slug in snapshot.services), key=lambda slug: -last_used[slug])[:RECENT]
        services = public_services(snapshot)
        if who.person.has_role(Role.STAFF, self.clock.now()):
            services += [service for service in snapshot.services.values() if service.audience == "staff"]
        sections = []
        for group in GROUPS:
            rows = [row for row in (row_of(snapshot, one, self.issuer) for one in services if one.group == group.id) if row["url"]]
            if rows:
                sections.append({"id": group.id, "name": group.name, "rows": rows})
        context = {
            "person": who.person,
            "here": "home",
            "recent": [{**row_of(snapshot, snapshot.services[slug], self.issuer), "used": last_used[slug]} for slug in recent],
            "sections": sections,
            "groups": GROUPS,
            "incidents": len(await self.incidents.of_person(who.person.id)),
        }
        return self.pages.render(request, "portal/home.html", context, preferred_language=who.person.language)

    async def data(self, request: Request) -> Response:
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        language = language_of(request, who.person.language)
        reveal = request.query_params.get("tampil", "")
        facts = [
            {
                "claim": claim,
                "facts": known,
                "source": source_of(claim, verified=who.person.level == "verified"),
                "masked": mask(claim, who.person.claims[claim], language),
                "full": plain(claim, who.person.claims[claim], language) if reveal == claim else "",
            }
            for claim, known in CATALOGUE.items()
            if who.person.claims.get(claim) not in (None, "", [], {})
        ]
        context = {"person": who.person, "here": "data", "facts": facts}
        return self.pages.render(request, "portal/data.html", context, preferred_language=who.person.language)

    def routes(self) -> list[Route]:
        return [Route("/beranda", self.home, methods=["GET"]), Route("/data-saya", self.data, methods=["GET"])]
