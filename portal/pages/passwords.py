"""`/sandi-aplikasi`: passwords for older systems that know only a name and a password. Seen, made (shown once), revoked."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.contract import Connector
from connectors.registry import DIRECTORIES
from idp.applications.registry import Registry
from idp.directory.service import MOST, DirectoryPasswords
from idp.error_pages import ErrorPages
from idp.interaction.dispatcher import Dispatcher
from idp.interaction.models import Issue, StepUp
from idp.people.claims import CATALOGUE
from kit.clock import Clock
from kit.web.pages import Pages, see_other
from portal.citizen import Caller, Citizen
from portal.sent import sent

FRESH_SECONDS = 900  # since the sign-in: a password outlives the session, so it is not made in one that somebody left open
PATH = "/sandi-aplikasi"


@dataclass(frozen=True)
class PasswordPages:
    caller: Caller
    pages: Pages
    passwords: DirectoryPasswords
    dispatcher: Dispatcher
    registry: Registry
    errors: ErrorPages
    clock: Clock

    async def overview(self, request: Request) -> Response:
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        rows = await self.passwords.of_person(who.person.id)
        offered = {one.id for one in await self.passwords.offered(who.person)}
        snapshot = self.registry.now
        systems = [
            {
                "id": connector.id,
                "application": snapshot.applications[connector.application],
                "offered": connector.id in offered,
                "rows": [row for row in rows if row.connector == connector.id],
            }
            for connector in snapshot.connectors.values()
            if connector.id in offered or any(row.connector == connector.id for row in rows)
        ]
        return self._render(request, who, "portal/passwords.html", {"systems": systems})

    async def ask(self, request: Request) -> Response:
        """Show what a password there would be; whoever must sign in anew or read a notice first does so and comes back."""
        found = await self._system(request)
        if isinstance(found, Response):
            return found
        who, connector = found
        step = await self.passwords.step(who.person, connector)
        fresh = self.clock.now() - who.session.auth_time < FRESH_SECONDS
        if not isinstance(step, StepUp) and not (isinstance(step, Issue) and fresh):
            service = self.registry.now.service_for(connector.application, None)
            draft = self.dispatcher.draft(
                request,
                door="portal",
                application=connector.application,
                service=service.slug if service is not None else None,
                claims=DIRECTORIES[connector.kind].emits(connector.settings),
                max_age=FRESH_SECONDS - 60,
                reply={"to": f"{PATH}/{connector.id}"},
            )
            return await self.dispatcher.begin(request, draft)
        return await self._shown(request, who, connector)

    async def make(self, request: Request) -> Response:
        """Make one and show it: this answer is the only place where it ever stands."""
        found = await self._system(request)
        if isinstance(found, Response):
            return found
        who, connector = found
        fields = await sent(request, self.pages, self.errors)
        if isinstance(fields, Response):
            return fields
        if self.clock.now() - who.session.auth_time >= FRESH_SECONDS:
            return see_other(f"{PATH}/{connector.id}")
        made = await self.passwords.make(who.person, connector, who.session.device)
        return await self._shown(request, who, connector, made) if made else see_other(f"{PATH}/{connector.id}")

    async def _shown(self, request: Request, who: Citizen, connector: Connector, made: str = "") -> Response:
        rows = [row for row in await self.passwords.of_person(who.person.id) if row.connector == connector.id]
        kind = DIRECTORIES[connector.kind]
        named_by = kind.uid_claim(connector.settings)
        emitted = kind.emits(connector.settings)
        context = {
            "id": connector.id,
            "application": self.registry.now.applications[connector.application],
            "made": made,
            "uid": await self.passwords.uid(who.person, connector),
            "two_steps": isinstance(await self.passwords.step(who.person, connector), StepUp),
            "enough": len(rows) >= MOST and not made,
            "most": MOST,
            "named_by": CATALOGUE[named_by].label if named_by in CATALOGUE else None,
            "claims": [facts.label for claim, facts in CATALOGUE.items() if claim in emitted],
        }
        return self._render(request, who, "portal/password.html", context)

    async def revoke(self, request: Request) -> Response:
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        fields = await sent(request, self.pages, self.errors)
        if isinstance(fields, Response):
            return fields
        if not await self.passwords.revoke(who.person.id, fields.get("cabut", "")):
            return self.errors.message(request, "not_found", status=404)
        return see_other(PATH)

    async def _system(self, request: Request) -> tuple[Citizen, Connector] | Response:
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        connector = self.passwords.connector(request.path_params["connector"])
        return (who, connector) if connector is not None else self.errors.message(request, "not_found", status=404)

    def _render(self, request: Request, who: Citizen, template: str, context: dict[str, object]) -> Response:
        shown = {"person": who.person, "here": "security", **context}
        return self.pages.render(request, template, shown, preferred_language=who.person.language)

    def routes(self) -> list[Route]:
        return [
            Route(PATH, self.overview, methods=["GET"]),
            Route(PATH, self.revoke, methods=["POST"]),
            Route(PATH + "/{connector}", self.ask, methods=["GET"]),
            Route(PATH + "/{connector}", self.make, methods=["POST"]),
        ]
