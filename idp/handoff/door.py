"""How an interaction that began at a kind's front door ends: the kind formats the proof.

What it tells is on record before it leaves, and whether it still may leave is asked last of all.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from starlette.requests import Request
from starlette.responses import Response

from connectors.contract import Connector, Identity
from connectors.errors import BadRequest, NotEntered
from connectors.registry import FRONT_DOORS
from idp.applications.registry import Registry
from idp.authorization.door import guards_of
from idp.error_pages import ErrorPages
from idp.handoff.desk import Lending
from idp.handoff.wire import Wire
from idp.interaction.models import Interaction, Issue, Refuse
from idp.people.disclosing import Disclosing, Receiver
from idp.people.models import Person
from idp.people.release import identity
from idp.sessions.models import Session
from idp.signout.listeners import Listeners
from kit.clock import Clock

log = structlog.get_logger("idp")

STILL_ALLOWED = "still-allowed"  # a record under the guards of whoever is handed over; what it holds is nothing


@dataclass(frozen=True)
class ConnectorDoor:
    lending: Lending
    registry: Registry
    disclosing: Disclosing
    listeners: Listeners
    wire: Wire
    errors: ErrorPages
    clock: Clock

    async def issue(self, request: Request, interaction: Interaction, session: Session, person: Person, issue: Issue) -> Response | None:
        connector = self._connector(interaction)
        if connector is None:  # an operator closed it while the person was on the way
            return await self.refuse(request, interaction, Refuse("application_disabled"))
        kind, now = FRONT_DOORS[connector.kind], self.clock.now()
        service = interaction.service or ""
        permit = session.permits[service]
        lived_under = guards_of(session, permit, person.id, connector.application)
        desk = self.lending.desk(connector.kind, lived_under, permit.expires_at or 0)
        sid = session.sid_for(self.registry.now.applications[connector.application].agency)
        who = identity(
            person,
            session,
            application=connector.application,
            service=service,
            subject=permit.subject,
            released=issue.released,
            now=now,
            sid=sid,
        )
        state = interaction.reply["state"]
        assert isinstance(state, dict)
        try:
            handed = await kind.hand_off(connector, who, state, desk)
        except (NotEntered, BadRequest) as error:  # a claim it cannot do without was not shared, or its settings changed on the way
            return self._not_handed(request, connector, error)
        if handed is None:
            return None
        if handed.handle:
            await self.listeners.note_handle(connector.id, handed.handle, session=session.id, sid=sid, subject=permit.subject, now=now)
        if handed.tells:
            await self._record(connector, session, who, now, person)
        if not await desk.keep(STILL_ALLOWED, b"", 60):  # she took it back, or left, while the proof was made: it stays here (CN-05)
            return None
        return self.wire.out(request, handed.answer)

    async def _record(self, connector: Connector, session: Session, who: Identity, now: int, person: Person) -> None:
        """Return when it is on record what the older system is told."""
        told = {one.claim for one in FRONT_DOORS[connector.kind].emissions(connector.settings, who)} - {"sub", ""}
        receiver = Receiver(f"{session.id}.{connector.id}", who.service, connector.application, connector.id, connector.kind)
        await self.disclosing.record(person.id, receiver, {name: who.claims.get(name) for name in told}, now)

    def _not_handed(self, request: Request, connector: Connector, error: NotEntered | BadRequest) -> Response:
        application = self.registry.now.applications.get(connector.application)
        if isinstance(error, NotEntered):
            return self.errors.message(request, error.code, status=403, application=application)
        log.info("connector_hand_off_refused", connector=connector.id, reason=error.reason)
        return self.errors.message(request, "bad_connector_request", status=400, application=application)

    async def refuse(self, request: Request, interaction: Interaction, refusal: Refuse) -> Response:
        """In the protocol's own words where it has some; else the page, with the way back to the catalogue."""
        connector = self._connector(interaction)
        application = self.registry.now.applications.get(interaction.application or "")
        if connector is not None:
            state = interaction.reply["state"]
            assert isinstance(state, dict)
            told = FRONT_DOORS[connector.kind].refuse(connector, state, refusal.reason, self.lending.desk(connector.kind))
            if told is not None:
                return self.wire.out(request, told)
        return self.errors.message(request, refusal.reason, status=403, application=application)

    def way_back(self, interaction: Interaction) -> str | None:
        application = self.registry.now.applications.get(interaction.application or "")
        return (application.home_url or application.initiate_login_uri) if application is not None else None

    def _connector(self, interaction: Interaction) -> Connector | None:
        found = self.registry.now.connectors.get(str(interaction.reply["connector"]))
        usable = found is not None and found.enabled and found.kind in FRONT_DOORS and self.registry.now.usable(found.application)
        return found if usable else None
