"""May this person be known to that system now, and as whom? Decided from the facts as they stand, by the same rules as every door.

The answer is kept under the guards of the person, what she allows, the application and her passwords there: any change of these ends it in
the same moment. Whoever asks again within five minutes costs one round trip and no SQL.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

import orjson

from connectors.contract import Connector, Emission, Identity
from connectors.directory import Found
from connectors.registry import DIRECTORIES
from consent.service import ConsentService
from idp import guards
from idp.applications.registry import GUARD, Registry
from idp.directory.keys import Keys
from idp.directory.store import DirectoryPassword, DirectoryPasswordStore
from idp.interaction.models import Issue, Refuse, Step
from idp.interaction.next_step import Facts, next_step
from idp.interaction.unasked import unasked
from idp.people.models import Person
from idp.people.release import identity
from idp.people.service import People
from idp.sessions.models import ACR_PASSWORD, Session
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.sealing import KeyRing

KEPT_SECONDS = 300
DAY = 86400


@dataclass(frozen=True)
class Deciding:
    store: ExpiringStore
    registry: Registry
    people: People
    consent: ConsentService
    passwords: DirectoryPasswordStore
    keys: Keys
    ring: KeyRing
    clock: Clock

    async def step(self, connector: Connector, person: Person | None, since: int) -> tuple[Step, int | None]:
        """Return what the dispatcher would do if this person were here with a password made at `since`, and when that ends by itself.

        A password is one step: a service that needs two is not entered with it.
        """
        snapshot, now = self.registry.now, self.clock.now()
        service = snapshot.service_for(connector.application, None)
        notice = snapshot.notice_for(service.slug) if service is not None else None
        if service is None or notice is None or person is None:
            return Refuse("no_notice"), None
        wanted = DIRECTORIES[connector.kind].emits(connector.settings)
        standing = await self.consent.standing(person.id, notice, wanted)
        facts = Facts(
            unasked("directory", connector.application, service.slug, wanted, now),
            _session(person.id, since),
            person,
            standing,
            now,
            service=service,
            application_usable=connector.enabled and snapshot.usable(connector.application),
            audience=snapshot.applications[connector.application].audience,
        )
        return next_step(facts), standing.expires_at

    async def make(self, key: str, connector: Connector, password: DirectoryPassword) -> Found | None:
        """Return the person whose password it is and keep the answer; None when the rules ask for anything, or a guard moved meanwhile."""
        names = (
            guards.person(password.person),
            guards.permit(password.person, connector.application),
            guards.application(connector.application),
            guards.directory(password.person, connector.id),
        )
        values = await self.store.guards(*names, GUARD)
        ours_is_old = values.pop(GUARD) != self.registry.version  # this process has not yet read a change of the registry
        if not await self._still_good(password):
            return None
        person, now = await self.people.get(password.person), self.clock.now()
        step, ends = await self.step(connector, person, password.created_at)
        if person is None or not isinstance(step, Issue):
            return None
        who = await self.known_as(connector, person, password.created_at, step.released)
        kind = DIRECTORIES[connector.kind]
        found = Found(_handle(person.id, password), kind.uid(connector.settings, who), tuple(kind.emissions(connector.settings, who)))
        if not found.uid or not await self.keys.is_sole(connector, person.id, found.uid):
            return None
        if now - now % DAY > password.used_at:
            await self.passwords.used(password.id, now - now % DAY)
        seconds = min(1 if ours_is_old else KEPT_SECONDS, (ends or now + KEPT_SECONDS) - now)
        return found if seconds > 0 and await self.store.put(Put(key, self._sealed(key, found), seconds, values)) else None

    async def _still_good(self, password: DirectoryPassword) -> bool:
        """Read after the guards: a password revoked in between is not taken for good under the guard that its revocation moved."""
        return any(one.id == password.id for one in await self.passwords.holders(password.connector, (password.person,)))

    async def known_as(self, connector: Connector, person: Person, since: int, released: frozenset[str]) -> Identity:
        """Return who this is for the system, with what was released."""
        application = self.registry.now.applications[connector.application]
        service = self.registry.now.service_for(connector.application, None)
        subject = await self.people.subject(person.id, application.agency)
        return identity(
            person,
            _session(person.id, since),
            application=connector.application,
            service=service.slug if service is not None else "",
            subject=subject,
            released=released,
            now=self.clock.now(),
        )

    async def ready(self, key: str) -> Found | None:
        """Return the answer that is kept and still stands: one round trip."""
        raw = await self.store.get(key)
        if raw is None:
            return None
        handle, uid, rows = orjson.loads(self.ring.open(base64.b64decode(raw), key))
        return Found(handle, uid, tuple(Emission(*row) for row in rows))

    def _sealed(self, key: str, found: Found) -> bytes:
        """Seal the answer: it holds personal values."""
        rows = [(one.name, one.value, one.claim) for one in found.emissions]
        return base64.b64encode(self.ring.seal(orjson.dumps([found.handle, found.uid, rows]), key))


def _session(person: str, since: int) -> Session:
    """Return a password of this kind as the rules look at a sign-in: one step, at the moment it was made."""
    return Session("", "", person, since, ("pwd",), ACR_PASSWORD, since, since, since)


def _handle(person: str, password: DirectoryPassword) -> str:
    return orjson.dumps([person, password.id, password.mac]).decode()


def person_of(found: Found) -> tuple[str, str, str]:
    """Return whom a handle names: the person, and the id and digest of her password."""
    person, password, mac = orjson.loads(found.handle)
    return person, password, mac
