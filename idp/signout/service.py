"""Sign-out: one session ends, everything that lives under it dies, and every application is accounted for.

The messages to the clients are in the outbox from the transaction that ends the session (idp.store.SessionLogStore), whoever ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from idp.applications.models import Application, Client
from idp.applications.registry import Registry
from idp.sessions.models import Session
from idp.sessions.service import Sessions
from idp.signout.delivery import Deliverer
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


@dataclass(frozen=True)
class SignOut:
    sessions: Sessions
    registry: Registry
    grants: GrantStore
    clients: SessionClientStore
    deliverer: Deliverer
    issuer: str
    clock: Clock

    async def end(self, session: Session, *, actor: str, wait: float = 0.0) -> SignOutReport:
        """End the session everywhere, and wait up to `wait` seconds for what the told applications answer (0: tell none now)."""
        await self.sessions.end(session, actor=actor)
        await self.grants.revoke(session=session.id, now=self.clock.now())
        rows = await self.clients.of_session(session.id)
        told: frozenset[str] = frozenset()
        if wait:
            told = await self.deliverer.deliver([f"{row.session}.{row.client_id}" for row in rows if self._back(row)], wait)
        return SignOutReport(self._outcomes(session, rows, told), self._frames(rows))

    async def withdrawn(self, person_id: str, application: str) -> int:
        """Tell the application's clients in every live session of the person, which go on: it may no longer know who this is."""
        clients = {client.client_id for client in self.registry.now.clients_of.get(application, ())}
        return await self.clients.withdraw(person_id, clients, self.clock.now())

    def _back(self, row: SessionClient) -> bool:
        client = self._client(row)
        return client is not None and client.backchannel_logout_uri is not None

    def _client(self, row: SessionClient) -> Client | None:
        return self.registry.now.clients.get(row.client_id)

    def _frames(self, rows: Sequence[SessionClient]) -> tuple[str, ...]:
        """Return the address of each client that has one, with `iss` and `sid` as in its ID token."""
        found = [(self._client(row), row) for row in rows]
        return tuple(
            with_query(client.frontchannel_logout_uri, {"iss": self.issuer, "sid": row.sid})
            for client, row in found
            if client is not None and client.frontchannel_logout_uri
        )

    def _outcomes(self, session: Session, rows: Sequence[SessionClient], told: frozenset[str]) -> tuple[Outcome, ...]:
        """Return one outcome an application: the worst of its clients'."""
        snapshot = self.registry.now
        results: dict[str, list[Result]] = {}
        for row in rows:
            client = self._client(row)
            if client is not None:
                delivered = f"{row.session}.{row.client_id}" in told
                results.setdefault(client.application, []).append(_result(client, delivered))
        for slug in session.permits:
            service = snapshot.services.get(slug)
            if service is not None and service.application and service.application not in results:
                results[service.application] = [Result.ENDED if service.application in snapshot.connector_of else Result.UNSURE]
        worst_first = list(reversed(Result))
        return tuple(
            Outcome(snapshot.applications[name], min(found, key=worst_first.index))
            for name, found in results.items()
            if name in snapshot.applications
        )


def _result(client: Client, delivered: bool) -> Result:
    if client.backchannel_logout_uri is not None:
        return Result.TOLD if delivered else Result.WAITING
    return Result.ASKED if client.frontchannel_logout_uri is not None else Result.UNSURE
