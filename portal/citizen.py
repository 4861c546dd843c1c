"""Who is calling a private page, and what every private page shows of them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from idp import guards
from idp.interaction.dispatcher import Dispatcher
from idp.people.models import Person, Status
from idp.people.service import People
from idp.sessions.models import Session
from idp.sessions.service import Sessions


@dataclass(frozen=True, slots=True)
class Citizen:
    """The person of a live session."""

    person: Person
    session: Session


@dataclass(frozen=True)
class Caller:
    sessions: Sessions
    people: People
    dispatcher: Dispatcher

    async def of(self, request: Request) -> Citizen | Response:
        """Return who is calling; a visitor who is not signed in is sent to sign in and comes back to this page."""
        session = await self.sessions.current(request)
        person = await self.people.get(session.person, session.guards[guards.person(session.person)]) if session is not None else None
        if session is not None and person is not None and person.status is Status.ACTIVE:
            return Citizen(person, session)
        path = request.scope["raw_path"].decode("latin-1") if request.method == "GET" else "/beranda"
        return await self.dispatcher.begin(request, self.dispatcher.draft(request, door="portal", reply={"to": path}))
