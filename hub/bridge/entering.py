"""Who signs in at an older system, when, and how often: one try at a time with one credential, and none with one that was refused (FB-07).

The order that protects a person from being locked out there: take the turn for this credential; look whether another request has signed
in meanwhile; look whether it was refused or its last try was unclear; send it once; write down what was said before the turn is given back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import structlog

from connectors.apps.form_login.judge import Outcome
from hub.bridge.errors import NeedsLink, ServiceRefused, SignInUnclear
from hub.bridge.jar import Jar, Jars
from hub.bridge.replay import prepare, send
from hub.bridge.upstream import Older
from hub.bridge.visit import Visit, link_guard
from idp.vault import SERVICE, Held, Vault
from kit.audit import AuditEvent, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put

log = structlog.get_logger("bridge")

PAUSE = 60  # seconds after a try of which nobody knows how it ended
POLL = 0.05
HOPS_OF_A_TRY = 5  # a login page with redirects, and the form: as many answers may be waited for


@dataclass(frozen=True)
class Entering:
    vault: Vault
    jars: Jars
    store: ExpiringStore
    clock: Clock
    proven: dict[str, int] = field(default_factory=dict)  # connector -> when the service's credential that worked was kept

    async def enter(self, visit: Visit, older: Older) -> Jar:
        """Return the jar of an old session, signing in when there is none. Raise NeedsLink or a BridgeError."""
        async with self._turn(visit) as mine:
            present = await self.jars.of(visit)
            if present is not None:
                return present
            if not mine:
                raise SignInUnclear("another request is signing in", after=2)
            held = await self.vault.of(visit.connector.id, visit.owner)
            if held is None or held.refused_at:
                raise self._no_credential(visit, held)
            outcome, jar = await self.attempt(visit, older, held)
            if outcome is Outcome.REFUSED:
                await self.vault.refuse(visit.connector.id, visit.owner, held.changed_at, self.clock.now())
                self.proven.pop(visit.connector.id, None)
                raise self._no_credential(visit, held)
            if outcome is Outcome.UNCLEAR:
                raise SignInUnclear("neither yes nor no", after=PAUSE)
            if visit.owner == SERVICE:
                self.proven[visit.connector.id] = held.changed_at
            if not await self.jars.begin(visit, jar):
                raise SignInUnclear("something changed meanwhile", after=1)
            return jar

    async def attempt(self, visit: Visit, older: Older, held: Held) -> tuple[Outcome, Jar]:
        """Send the form once and return what was said. After an answer that says nothing this credential rests for a minute."""
        if await self.store.get(self._name("rest", visit)) is not None:
            raise SignInUnclear("resting", after=PAUSE)
        try:
            ready = await prepare(older, held, visit.fields, self.clock.now(), who=visit.gate.person)
        except SignInUnclear as error:
            log.error("older_login_page_unexpected", connector=visit.connector.id, reason=error.reason)
            raise
        try:
            outcome, jar = await send(older, ready, self.clock.now(), who=visit.gate.person)
        except BaseException:  # it may have arrived: whatever happens now, this credential is not sent again at once
            await self.rest(visit)
            raise
        if outcome is not Outcome.ACCEPTED:
            await self.rest(visit)
        log.info(
            "older_sign_in", connector=visit.connector.id, outcome=outcome.value, whose="service" if visit.owner == SERVICE else "person"
        )
        return outcome, jar

    async def link(self, visit: Visit, older: Older, username: str, password: str) -> Outcome:
        """Try what she typed, once, and keep it when the older system takes it. Old sessions begun with another credential end."""
        async with self._turn(visit, until_signed_in=False) as mine:
            if not mine:
                raise SignInUnclear("another request is signing in", after=2)
            now = self.clock.now()
            await self.store.delete(self._name("rest", visit))  # she has entered another one
            outcome, jar = await self.attempt(visit, older, Held(username, password, now))
            if outcome is Outcome.ACCEPTED:
                entry = _entry(AuditEvent.FACTOR_ADDED, visit, now)
                await self.vault.put(visit.connector.id, visit.owner, username, password, now, [entry])
                guard = link_guard(visit.connector.id, visit.owner)
                await self.store.move(guard)
                moved = replace(visit, guards={**visit.guards, **await self.store.guards(guard)})
                await self.jars.begin(moved, jar)
            return outcome

    async def unlink(self, visit: Visit) -> None:
        """Forget her credential, and every old session that was begun with it."""
        entry = _entry(AuditEvent.FACTOR_REMOVED, visit, self.clock.now())
        await self.vault.forget(visit.connector.id, visit.owner, [entry])
        await self.store.move(link_guard(visit.connector.id, visit.owner))

    async def rest(self, visit: Visit) -> None:
        await self.store.put(Put(self._name("rest", visit), b"1", PAUSE))

    @asynccontextmanager
    async def _turn(self, visit: Visit, *, until_signed_in: bool = True) -> AsyncIterator[bool]:
        """Wait for the turn to sign in with this credential, or until somebody else's try has left a jar; True when it is ours."""
        name, seconds = self._name("turn", visit), int(visit.settings.seconds * HOPS_OF_A_TRY) + 2
        waited = 0.0
        while not (mine := await self.store.put_if_absent(Put(name, b"1", seconds))):
            if waited >= visit.settings.seconds or (until_signed_in and await self.jars.of(visit) is not None):
                break
            await asyncio.sleep(POLL)
            waited += POLL
        try:
            yield mine
        finally:
            if mine:
                await self.store.delete(name)

    def _name(self, what: str, visit: Visit) -> str:
        """A credential of one person is one; that of the service is everybody's: once it has worked, each session has a turn of its own."""
        each = f":{visit.name}" if visit.owner == SERVICE and visit.connector.id in self.proven else ""
        return f"older-{what}:{visit.connector.id}:{visit.owner}{each}"

    @staticmethod
    def _no_credential(visit: Visit, held: Held | None) -> NeedsLink | ServiceRefused:
        return ServiceRefused("no credential that works") if visit.owner == SERVICE else NeedsLink(refused=held is not None)


def _entry(event: AuditEvent, visit: Visit, now: int) -> Entry:
    subject = f"person:{visit.owner}"
    return Entry(event, subject, subject, now, after={"older_account": visit.connector.id})
