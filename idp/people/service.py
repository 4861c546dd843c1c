"""What the other rooms ask about people: read through a small cache, change with effect everywhere."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from idp import guards
from idp.people.models import Identifier, Person, RoleGrant, Status
from idp.store import CredentialStore, PeopleStore
from kit.audit import AuditEvent, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.secrets import new_id

CACHED = 2000
EVENT_OF = {
    Status.ACTIVE: AuditEvent.PERSON_ENABLED,
    Status.LOCKED: AuditEvent.PERSON_LOCKED,
    Status.DISABLED: AuditEvent.PERSON_DISABLED,
    Status.CLOSED: AuditEvent.PERSON_DISABLED,
}


class People:
    """A cached person is as fresh as the guard value it was read under: a caller that puts under that guard cannot use a stale one."""

    def __init__(
        self,
        store: PeopleStore,
        credentials: CredentialStore,
        expiring: ExpiringStore,
        clock: Clock,
        ending: Sequence[Callable[[str, int], Awaitable[None]]] = (),
    ) -> None:
        """`ending` revokes, for a person at a moment, what other rooms keep beyond the guards: operators' tokens."""
        self.ending = ending
        self.store = store
        self.credentials = credentials
        self.expiring = expiring
        self.clock = clock
        self._cache: OrderedDict[tuple[str, str], Person] = OrderedDict()
        self._subjects: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def get(self, person_id: str, epoch: str = "") -> Person | None:
        """Return the person; from memory when it was read under the guard value `epoch` before."""
        if not epoch:
            return await self.store.get(person_id)
        key = (person_id, epoch)
        person = self._cache.get(key)
        if person is None:
            person = await self.store.get(person_id)
            if person is not None:
                self._cache[key] = person
                if len(self._cache) > CACHED:
                    self._cache.popitem(last=False)
        return person

    async def epoch(self, person_id: str) -> str:
        name = guards.person(person_id)
        return (await self.expiring.guards(name))[name]

    async def subject(self, person_id: str, sector: str) -> str:
        """Return the pairwise `sub`; it never changes, so it is kept in memory."""
        key = (person_id, sector)
        subject = self._subjects.get(key)
        if subject is None:
            subject = await self.store.subject(person_id, sector)
            self._subjects[key] = subject
            if len(self._subjects) > CACHED:
                self._subjects.popitem(last=False)
        return subject

    async def create(
        self,
        claims: Mapping[str, Any],
        identifiers: Sequence[Identifier],
        *,
        level: str = "basic",
        language: str = "id",
        roles: Sequence[RoleGrant] = (),
        status: Status = Status.ACTIVE,
        actor: str,
    ) -> Person:
        """Keep a new person and return it; raise Conflict when a verified NIK or NIP is taken."""
        now = self.clock.now()
        person = Person(new_id(), status, level, language, dict(claims), tuple(roles), now, now)
        await self.store.create(person, identifiers, [Entry(AuditEvent.PERSON_CREATED, actor, f"person:{person.id}", now)])
        return person

    async def set_status(self, person_id: str, status: Status, *, actor: str, reason: str = "", origin: str = "") -> None:
        """Change the status; everything signed in or issued before is dead when this returns (R5)."""
        name = guards.person(person_id)
        event = AuditEvent.PERSON_UNLOCKED if status is Status.ACTIVE and reason == "unlocked" else EVENT_OF[status]
        entry = Entry(event, actor, f"person:{person_id}", self.clock.now(), origin, reason, after={"status": status.value})
        await self.expiring.close(name)
        try:
            await self.store.set_status(person_id, status, [entry])
            await self._end_elsewhere(person_id)
        finally:
            await self.expiring.move(name)

    async def end_everything(self, person_id: str) -> None:
        """End all sessions, codes and tokens of the person."""
        await self._end_elsewhere(person_id)
        await self.expiring.move(guards.person(person_id))

    async def _end_elsewhere(self, person_id: str) -> None:
        for end in self.ending:
            await end(person_id, self.clock.now())
