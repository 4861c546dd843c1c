"""The single sign-on session: begun at sign-in, strengthened by a second step, carried by one cookie, ended everywhere at once.

The cookie holds 256 random bits; the record lies under their digest and lives under the guards of its person and of itself. Whoever
signs in or steps up gets a new cookie, so that a fixed one is worth nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from idp import guards
from idp.people.models import Person
from idp.sessions import browser_state
from idp.sessions.device import in_words
from idp.sessions.idle import note_use
from idp.sessions.models import ACR_TWO_STEPS, Permit, Session
from idp.sessions.records import decode, encode
from idp.settings import IdpSettings
from idp.store import SessionLogStore, SessionRow
from kit.audit import AuditEvent, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.secrets import digest, new_id, new_secret
from kit.web.address import truncated
from kit.web.cookies import CookieJar

COOKIE = "gapura-s"
TOUCH_EVERY = 60
PEEKED = 5000


class Sessions:
    def __init__(self, store: ExpiringStore, log: SessionLogStore, cookies: CookieJar, settings: IdpSettings, clock: Clock) -> None:
        self.store = store
        self.log = log
        self.cookies = cookies
        self.settings = settings
        self.clock = clock
        self._peeked: OrderedDict[str, Session] = OrderedDict()

    async def current(self, request: Request) -> Session | None:
        """Return the session of this browser as it stands in the store; None when there is none, or it ended."""
        key = self._key(request)
        if key is None:
            return None
        raw = await self.store.get(key)
        session = decode(raw) if raw is not None else None
        if session is None or not self._alive(session):
            self._peeked.pop(key, None)
            return None
        if self.clock.now() - session.last_seen >= TOUCH_EVERY:
            session = replace(session, last_seen=self.clock.now())
            await self._keep(key, session)
            await self._note_use(session)
        self._remember(key, session)
        return session

    async def peek(self, request: Request) -> Session | None:
        """Return the copy of this worker, else the session itself. Only for callers that put something under its guards next."""
        key = self._key(request)
        session = self._peeked.get(key) if key is not None else None
        if session is None or not self._alive(session) or self.clock.now() - session.last_seen >= TOUCH_EVERY:
            return await self.current(request)
        return session

    def forget(self, request: Request) -> None:
        """Drop this worker's copy: a guard has moved."""
        self._peeked.pop(self._key(request) or "", None)

    async def begin(
        self, request: Request, response: Response, person: Person, *, amr: tuple[str, ...], acr: str, own_device: bool, origin: str = ""
    ) -> Session:
        """Give this browser a new session for the person; the one it had before ends."""
        earlier = await self.current(request)
        if earlier is not None:
            await self.end(earlier, actor=f"person:{earlier.person}")
        now = self.clock.now()
        life = self.settings.own_device_seconds if own_device and acr != ACR_TWO_STEPS else self.settings.session_seconds
        session_id = new_id()
        names = (guards.person(person.id), guards.session(session_id))
        session = Session(
            id=session_id,
            sid=new_id(),
            person=person.id,
            auth_time=now,
            amr=amr,
            acr=acr,
            created_at=now,
            last_seen=now,
            expires_at=now + life,
            own_device=own_device,
            device=in_words(request.headers.get("user-agent", "")[:400]),
            guards=await self.store.guards(*names),
        )
        actor = f"person:{person.id}"
        entry = Entry(AuditEvent.SIGNED_IN, actor, f"session:{session.id}", now, origin or self._origin(request), after={"amr": list(amr)})
        await self.log.began(SessionRow(session.id, session.sid, person.id, session.device, amr, now, session.expires_at), [entry])
        await self._give(request, response, session)
        return session

    async def strengthen(self, request: Request, response: Response, session: Session, *, amr: tuple[str, ...], acr: str) -> Session:
        """Raise the assurance under a new cookie; the old cookie is worthless when this returns."""
        now = self.clock.now()
        ends = min(session.expires_at, now + self.settings.aal2_seconds)
        stronger = replace(session, amr=amr, acr=acr, auth_time=now, last_seen=now, expires_at=ends)
        old = self._key(request)
        await self._give(request, response, stronger)
        if old is not None:
            self._peeked.pop(old, None)
            await self.store.delete(old)
        return stronger

    async def add_permit(self, request: Request, session: Session, service: str, permit: Permit) -> Session:
        """Remember a decision in the session, so that the next request needs no question."""
        richer = replace(session, permits={**session.permits, service: permit})
        key = self._key(request)
        if key is not None and await self._keep(key, richer):
            self._remember(key, richer)
        return richer

    async def end(self, session: Session, *, actor: str) -> None:
        """End the session and everything that lives under it."""
        await self.end_by_id(session.id, actor=actor)

    async def end_by_id(self, session_id: str, *, actor: str, reason: str = "") -> None:
        name = guards.session(session_id)
        event = AuditEvent.SIGNED_OUT if not reason else AuditEvent.SESSION_ENDED
        await self.store.close(name)
        try:
            now = self.clock.now()
            await self.log.ended(session_id, now, [Entry(event, actor, f"session:{session_id}", now, reason=reason)])
        finally:
            await self.store.move(name)

    async def of_person(self, person_id: str) -> list[SessionRow]:
        return await self.log.of_person(person_id, self.clock.now())

    async def history(self, person_id: str, limit: int) -> list[SessionRow]:
        """Return the person's sign-ins that are still kept, newest first, whether their sessions live or not."""
        return await self.log.history(person_id, limit)

    def _alive(self, session: Session) -> bool:
        now = self.clock.now()
        if now >= session.expires_at:
            return False
        return (session.own_device and session.acr != ACR_TWO_STEPS) or now - session.last_seen < self.settings.session_idle_seconds

    async def _note_use(self, session: Session) -> None:
        now = self.clock.now()
        left = session.expires_at - now
        lasting = session.own_device and session.acr != ACR_TWO_STEPS
        await note_use(self.store, session.id, left if lasting else min(left, self.settings.session_idle_seconds), session.guards)

    def _key(self, request: Request) -> str | None:
        given = getattr(request.state, "session_cookie", None) or self.cookies.read(request, COOKIE)
        return f"s:{digest(given)}" if 40 <= len(given) <= 64 else None

    async def _keep(self, key: str, session: Session) -> bool:
        ttl = max(1, session.expires_at - self.clock.now())
        return await self.store.put(Put(key, encode(session), ttl, session.guards))

    async def _give(self, request: Request, response: Response, session: Session) -> None:
        secret = new_secret()
        key = f"s:{digest(secret)}"
        if await self._keep(key, session):
            self._remember(key, session)
            await self._note_use(session)
        request.state.session_cookie = secret
        lasting = session.expires_at - self.clock.now() if session.own_device else None
        self.cookies.set(response, COOKIE, secret, lasting)
        browser_state.renew(self.cookies, request, response, session)

    def _remember(self, key: str, session: Session) -> None:
        self._peeked[key] = session
        self._peeked.move_to_end(key)
        if len(self._peeked) > PEEKED:
            self._peeked.popitem(last=False)

    @staticmethod
    def _origin(request: Request) -> str:
        return truncated(request.client.host if request.client else "")
