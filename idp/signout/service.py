"""Sign-out: one session ends, everything that lives under it dies, and every application is accounted for."""

from __future__ import annotations

from dataclasses import dataclass

from idp.applications.models import Application
from idp.applications.registry import Registry
from idp.sessions.models import Session
from idp.sessions.service import Sessions
from idp.store import Delivery, GrantStore, OutboxStore
from kit.clock import Clock
from kit.secrets import new_id


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened at one application. `ended`: its tokens or gate session are dead; `unsure`: it may keep a session of its own."""

    application: Application
    result: str  # ended, unsure


@dataclass(frozen=True, slots=True)
class SignOutReport:
    outcomes: tuple[Outcome, ...]

    @property
    def unsure(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.result == "unsure")


@dataclass(frozen=True)
class SignOut:
    sessions: Sessions
    registry: Registry
    grants: GrantStore
    outbox: OutboxStore
    clock: Clock

    async def end(self, session: Session, *, actor: str) -> SignOutReport:
        """End the session everywhere. A gate application ends with it; an OpenID client may keep a session of its own."""
        await self.sessions.end(session, actor=actor)
        now = self.clock.now()
        await self.grants.revoke(session=session.id, now=now)
        snapshot = self.registry.now
        outcomes: dict[str, Outcome] = {}
        deliveries: list[Delivery] = []
        for slug in session.permits:
            service = snapshot.services.get(slug)
            application = snapshot.applications.get(service.application or "") if service is not None else None
            if application is None or application.id in outcomes:
                continue
            if application.id in snapshot.connector_of:
                outcomes[application.id] = Outcome(application, "ended")
                continue
            outcomes[application.id] = Outcome(application, "unsure")
            deliveries += [
                Delivery(new_id(), "backchannel", application.id, client.backchannel_logout_uri, session.sid, now, next_at=now)
                for client in snapshot.clients_of.get(application.id, ())
                if client.backchannel_logout_uri
            ]
        if deliveries:
            await self.outbox.add(deliveries)
        return SignOutReport(tuple(outcomes.values()))
