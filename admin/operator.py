"""The operator at work: who, in which roles, from where, and when they last proved it. A session of its own beside the single sign-on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from admin.permissions import AGENCY_ROLES, WIDE_ROLES
from idp import guards
from idp.people.models import Person, Role, Status
from idp.store import PeopleStore
from kit.clock import Clock
from kit.expiring import ExpiringStore, Guards, Put
from kit.secrets import digest, new_id, new_secret
from kit.web.address import Network, client_network
from kit.web.cookies import CookieJar

COOKIE = "gapura-op"
IDLE = 15 * 60
ABSOLUTE = 8 * 3600
CONFIRMED_FOR = 5 * 60
TOUCH_EVERY = 30
OWN = "operator:"  # how the names of operator sessions' own guards begin


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever carries out an action. `actor` is what the audit trail says; `local` is the command line on the machine itself."""

    person: str
    name: str
    roles: frozenset[Role]
    actor: str
    origin: str = ""
    confirmed_at: int | None = None
    local: bool = False
    through: str = "console"  # console, token, cli
    agencies: frozenset[str] = frozenset()  # that an agency's own role was given for

    def confirmed(self, now: int) -> bool:
        """True while the last proof by password and code is at most five minutes old. The local operator holds the machine already."""
        return self.local or (self.confirmed_at is not None and 0 <= now - self.confirmed_at <= CONFIRMED_FOR)


LOCAL = Operator(person="", name="cli", roles=frozenset({Role.SUPER_ADMIN}), actor="cli", local=True, through="cli")


@dataclass(frozen=True, slots=True)
class OperatorSession:
    """What the cookie `gapura-op` stands for. `key` is where it is kept; times are seconds UTC."""

    key: str
    id: str
    person: str
    created_at: int
    expires_at: int
    last_seen: int
    confirmed_at: int | None
    origin: str
    guards: Mapping[str, str] = field(default_factory=dict)


def working_roles(person: Person, now: int) -> frozenset[Role]:
    """Return the person's roles that hold now. One that is for the whole regency opens nothing when bound to one agency (AD-01); what an
    agency's own role opens is its agencies' part (`agencies_of`)."""
    regency_wide = {grant.role for grant in person.roles if grant.holds(now) and (grant.agency is None or grant.role not in WIDE_ROLES)}
    return frozenset(regency_wide) if person.status is Status.ACTIVE else frozenset()


def agencies_of(person: Person, now: int) -> frozenset[str]:
    """Return the agencies that the person administers now."""
    return frozenset(grant.agency for grant in person.roles if grant.holds(now) and grant.role in AGENCY_ROLES and grant.agency is not None)


@dataclass(frozen=True, slots=True)
class OperatorSessions:
    """15 minutes idle, 8 hours at most. Moving the guard `person:<id>` (disabled, locked, password changed) ends it at once, and so does
    the end of the sign-on it came from: who signs out of Gapura, or in as somebody else, leaves no console open behind (LO-05).

    Roles are read anew at each request: a role that was taken away is gone at the next one (AD-15).
    """

    store: ExpiringStore
    people: PeopleStore
    cookies: CookieJar
    clock: Clock
    trusted: Sequence[Network] = ()

    def origin(self, request: Request) -> str:
        return client_network(request, self.trusted)

    async def begin(self, request: Request, response: Response, person: Person, sign_on: Guards) -> bool:
        """Give this browser a new operator session, confirmed now; False when the account changed or the sign-on ended meanwhile."""
        await self.end(request, None)
        now = self.clock.now()
        session = OperatorSession(
            key="",
            id=new_id(),
            person=person.id,
            created_at=now,
            expires_at=now + ABSOLUTE,
            last_seen=now,
            confirmed_at=now,
            origin=self.origin(request),
            guards=sign_on,
        )
        return await self._give(response, session)

    async def session(self, request: Request) -> OperatorSession | None:
        cookie = self.cookies.read(request, COOKIE)
        if not 40 <= len(cookie) <= 64:
            return None
        key = f"op:{digest(cookie)}"
        raw = await self.store.get(key)
        if raw is None:
            return None
        session = _read(key, raw)
        now = self.clock.now()
        if now >= session.expires_at or now - session.last_seen > IDLE:
            return None
        if now - session.last_seen >= TOUCH_EVERY:
            session = replace(session, last_seen=now)
            if not await self.store.put(_record(session, now)):
                return None
        return session

    async def current(self, request: Request) -> Operator | None:
        """Return who is at the console, with the roles that hold now; None without a session."""
        session = await self.session(request)
        if session is None:
            return None
        person = await self.people.get(session.person)
        if person is None or person.status is not Status.ACTIVE:
            return None
        return Operator(
            person=person.id,
            name=person.name,
            roles=working_roles(person, self.clock.now()),
            actor=f"operator:{person.id}",
            origin=self.origin(request),
            confirmed_at=session.confirmed_at,
            agencies=agencies_of(person, self.clock.now()),
        )

    async def confirm(self, request: Request, response: Response) -> bool:
        """Note that password and code were given now, under a new cookie: the old one is worth nothing (ASVS 7.2.4)."""
        session = await self.session(request)
        if session is None:
            return False
        await self.store.move(_guard(session.id))
        now = self.clock.now()
        return await self._give(response, replace(session, id=new_id(), confirmed_at=now, last_seen=now))

    async def end(self, request: Request, response: Response | None) -> str:
        """Forget the session and return whose it was."""
        session = await self.session(request)
        if session is not None:
            await self.store.move(_guard(session.id))
        if response is not None:
            self.cookies.clear(response, COOKIE)
        return session.person if session is not None else ""

    async def _give(self, response: Response, session: OperatorSession) -> bool:
        secret = new_secret()
        held = await self.store.guards(guards.person(session.person), _guard(session.id))
        sign_on = {name: value for name, value in session.guards.items() if not name.startswith(OWN)}
        kept = replace(session, key=f"op:{digest(secret)}", guards={**held, **sign_on})
        if not await self.store.put(_record(kept, self.clock.now())):
            return False
        self.cookies.set(response, COOKIE, secret)
        return True


def _guard(session_id: str) -> str:
    """The session's own guard: when it moves, a request that is just writing its last use cannot bring the session back."""
    return f"{OWN}{session_id}"


def _record(session: OperatorSession, now: int) -> Put:
    body = {
        "id": session.id,
        "person": session.person,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
        "last_seen": session.last_seen,
        "confirmed_at": session.confirmed_at,
        "origin": session.origin,
        "guards": dict(session.guards),
    }
    return Put(session.key, orjson.dumps(body), max(1, min(IDLE, session.expires_at - now)), dict(session.guards))


def _read(key: str, raw: bytes) -> OperatorSession:
    body: dict[str, Any] = orjson.loads(raw)
    return OperatorSession(key=key, **body)
