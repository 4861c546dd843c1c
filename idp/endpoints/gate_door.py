"""How an interaction that began at the gate is answered: a one-time ticket to the application's own host."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from connectors.contract import Connector
from idp.applications.registry import Registry
from idp.authorization.door import guards_of
from idp.error_pages import ErrorPages
from idp.gate.answers import proxy_kind
from idp.gate.records import GateSession, Ticket
from idp.interaction.models import Interaction, Issue, Refuse
from idp.people.models import Person
from idp.sessions.models import Session
from kit.expiring import ExpiringStore, Put
from kit.secrets import digest, new_secret
from kit.web.pages import see_other

TICKET_SECONDS = 60


@dataclass(frozen=True)
class GateDoor:
    store: ExpiringStore
    registry: Registry
    errors: ErrorPages

    async def issue(self, request: Request, interaction: Interaction, session: Session, person: Person, issue: Issue) -> Response | None:
        connector = self.registry.now.connectors.get(str(interaction.reply["connector"]))
        if connector is None or not connector.enabled:  # an operator closed it while the person was on the way
            return await self.refuse(request, interaction, Refuse("application_disabled"))
        agency = self.registry.now.applications[connector.application].agency
        gate = _gate_session(connector, session, person, agency)
        base = proxy_kind(connector).entry_url(connector.settings, "/")
        path, began = str(interaction.reply["path"]), str(interaction.reply["began"])
        ticket = Ticket(gate, proxy_kind(connector).host(connector.settings), path, began)
        secret = new_secret()
        permit = session.permits[interaction.service or ""]
        lived_under = guards_of(session, permit, person.id, connector.application)  # she took it back meanwhile: then she is asked again
        if not await self.store.put(Put(f"ticket:{digest(secret)}", ticket.encode(), TICKET_SECONDS, lived_under)):
            return None
        return see_other(f"{base.rstrip('/')}/_gapura/kembali?tiket={secret}")

    async def refuse(self, request: Request, interaction: Interaction, refusal: Refuse) -> Response:
        """An older application understands no refusal: the person gets the page, with the way back to the catalogue."""
        application = self.registry.now.applications.get(interaction.application or "")
        return self.errors.message(request, refusal.reason, status=403, application=application)

    def way_back(self, interaction: Interaction) -> str | None:
        application = self.registry.now.applications.get(interaction.application or "")
        return (application.home_url or application.initiate_login_uri) if application is not None else None


def _gate_session(connector: Connector, session: Session, person: Person, agency: str) -> GateSession:
    return GateSession(
        connector=connector.id,
        person=person.id,
        session=session.id,
        sid=session.sid_for(agency),
        auth_time=session.auth_time,
        acr=session.acr,
        amr=session.amr,
        expires_at=session.expires_at,
        session_guards=session.guards,
    )
