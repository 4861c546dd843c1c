"""Sign-out: one session ends, everything that lives under it dies, and every application is accounted for.

The messages to the clients are in the outbox from the transaction that ends the session (idp.store.SessionLogStore), whoever ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectors.contract import Connector
from connectors.registry import PROXY_KINDS
from idp.applications.models import Application
from idp.applications.registry import Registry
from idp.sessions.models import Session
from idp.sessions.service import Sessions
from idp.signout.delivery import Deliverer
from idp.signout.farewells import MARK, Farewells
from idp.signout.store import SessionClient, SessionClientStore
from idp.store import GrantStore
from kit.clock import Clock
from kit.urls import with_query

WAIT_SECONDS = 1.5  # how long a person's page waits for the applications' answers


class Result(StrEnum):
    """What is known of one application, best first."""

    ENDED = "ended"  # its session lived with ours
    TOLD = "told"  # it was told and said yes
    WAITING = "waiting"  # it could not be told yet; we go on trying
    ASKED = "asked"  # its sign-out page is loaded by the person's browser; what came of it nobody tells us
    UNSURE = "unsure"  # it has no address for this: it may keep a session of its own


@dataclass(frozen=True, slots=True)
class Outcome:
    application: Application
    result: Result


@dataclass(frozen=True, slots=True)
class SignOutReport:
    """`frames` are the front-channel addresses to load in the person's browser. Front-Channel Logout 1.0 §3."""

    outcomes: tuple[Outcome, ...]
    frames: tuple[str, ...] = ()

    @property
    def unsure(self) -> tuple[Outcome, ...]:
        return self._with(Result.UNSURE)

    @property
    def waiting(self) -> tuple[Outcome, ...]:
        return self._with(Result.WAITING)

    def _with(self, result: Result) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.result == result)


@dataclass(frozen=True, slots=True)
class Reach:
    """How one receiver can be told: from server to server, by an address that the person's browser loads, or not at all."""

    application: str
    back: bool
    frame: str


Reached = Sequence[tuple[SessionClient, Reach]]


@dataclass(frozen=True)
class SignOut:
    sessions: Sessions
    registry: Registry
    grants: GrantStore
    clients: SessionClientStore
    deliverer: Deliverer
    farewells: Farewells
    issuer: str
    clock: Clock

    async def end(self, session: Session, *, actor: str, wait: float = 0.0) -> SignOutReport:
        """End the session everywhere, and wait up to `wait` seconds for what the told applications answer (0: tell none now)."""
        await self.sessions.end(session, actor=actor)
        await self.grants.revoke(session=session.id, now=self.clock.now())
        rows = await self.clients.of_session(session.id)
        reached = [(row, found) for row in rows if (found := self._reach(row)) is not None]
        told: frozenset[str] = frozenset()
        if wait:
            told = await self.deliverer.deliver([f"{row.session}.{row.client_id}" for row, found in reached if found.back], wait)
        return SignOutReport(self._outcomes(session, reached, told), _frames(reached))

    async def service_ended(self, person_id: str, application: str) -> int:
        """End what the application holds of this person, and tell its clients in every live session of hers, which go on.

        Call it after the record says that the application may no longer know who this is: withdrawn, held or run out.
        """
        await self.grants.revoke(person=person_id, application=application, now=self.clock.now())
        snapshot = self.registry.now
        listening = {client.client_id for client in snapshot.clients_of.get(application, ())}
        listening |= {connector.id for connector in snapshot.connectors.values() if connector.application == application}
        return await self.clients.withdraw(person_id, listening, self.clock.now())

    def _reach(self, row: SessionClient) -> Reach | None:
        """Return how the receiver of a row can be told; None when it is registered no more."""
        client = self.registry.now.clients.get(row.client_id)
        if client is not None:
            frame = client.frontchannel_logout_uri
            with_session = with_query(frame, {"iss": self.issuer, "sid": row.sid}) if frame else ""  # as in its ID token
            return Reach(client.application, client.backchannel_logout_uri is not None, with_session)
        connector = self.farewells.connector(row.client_id)
        if connector is None:
            return None
        back = self.farewells.message(connector, row.client_id, row.handle) is not None
        return Reach(connector.application, back, self.farewells.page(row))

    def _outcomes(self, session: Session, reached: Reached, told: frozenset[str]) -> tuple[Outcome, ...]:
        """Return one outcome an application: the worst of its receivers'."""
        snapshot = self.registry.now
        results: dict[str, list[Result]] = {}
        for row, found in reached:
            results.setdefault(found.application, []).append(_result(found, f"{row.session}.{row.client_id}" in told))
        for slug in session.permits:
            service = snapshot.services.get(slug)
            if service is not None and service.application and service.application not in results:
                results[service.application] = [_unlisted(snapshot.connector_of.get(service.application))]
        worst_first = list(reversed(Result))
        return tuple(
            Outcome(snapshot.applications[name], min(seen, key=worst_first.index))
            for name, seen in results.items()
            if name in snapshot.applications
        )


def _frames(reached: Reached) -> tuple[str, ...]:
    """Return the addresses for the person's browser, the newest of each receiver: one browser has one session there.

    Front-Channel Logout 1.0 §3.
    """
    return tuple({row.client_id.partition(MARK)[0]: found.frame for row, found in reached if found.frame}.values())


def _result(reached: Reach, delivered: bool) -> Result:
    if reached.back:
        return Result.TOLD if delivered else Result.WAITING
    return Result.ASKED if reached.frame else Result.UNSURE


def _unlisted(connector: Connector | None) -> Result:
    """An application that nobody need tell: behind a proxy that asks us each time its session ended with ours."""
    return Result.ENDED if connector is not None and connector.kind in PROXY_KINDS else Result.UNSURE
