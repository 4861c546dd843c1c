"""`/keamanan` and `/keluar`: where the account is signed in, and leaving (UX AC-3, SO-1)."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.error_pages import ErrorPages
from idp.people.service import People
from idp.sessions.service import Sessions
from idp.signout.page import SignedOutPage
from idp.signout.service import WAIT_SECONDS, SignOut
from idp.store import GrantStore
from kit.clock import Clock
from kit.web.pages import Pages, see_other
from portal.citizen import Caller
from portal.sent import sent


@dataclass(frozen=True)
class SecurityPages:
    caller: Caller
    pages: Pages
    sessions: Sessions
    people: People
    signout: SignOut
    signed_out: SignedOutPage
    grants: GrantStore
    errors: ErrorPages
    clock: Clock

    async def show(self, request: Request) -> Response:
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        context = {
            "person": who.person,
            "here": "security",
            "sessions": await self.sessions.of_person(who.person.id),
            "current": who.session.id,
        }
        return self.pages.render(request, "portal/security.html", context, preferred_language=who.person.language)

    async def end_one(self, request: Request) -> Response:
        """End one of the caller's own sessions; another person's does not exist for them."""
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        fields = await sent(request, self.pages, self.errors)
        if isinstance(fields, Response):
            return fields
        wanted = fields.get("sesi", "")
        mine = {row.id for row in await self.sessions.of_person(who.person.id)}
        actor = f"person:{who.person.id}"
        if fields.get("semua") == "ya":
            for session_id in mine:
                await self.sessions.end_by_id(session_id, actor=actor, reason="all sessions")
            await self.grants.revoke(
                person=who.person.id, now=self.clock.now()
            )  # offline access ends too: a lost phone is why people press this
            await self.people.end_everything(who.person.id)
            return see_other("/masuk")
        if wanted not in mine:
            return self.errors.message(request, "not_found", status=404)
        await self.sessions.end_by_id(wanted, actor=actor, reason="by its owner")
        return see_other("/keamanan")

    async def ask(self, request: Request) -> Response:
        """Ask before signing out: a link alone ends nothing (UX SO-4)."""
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return self.signed_out.render(request, None)
        context = {"person": who.person, "here": ""}
        return self.pages.render(request, "portal/sign-out.html", context, preferred_language=who.person.language)

    async def leave(self, request: Request) -> Response:
        fields = await sent(request, self.pages, self.errors)
        if isinstance(fields, Response):
            return fields
        session = await self.sessions.current(request)
        actor = f"person:{session.person}" if session is not None else ""
        report = await self.signout.end(session, actor=actor, wait=WAIT_SECONDS) if session is not None else None
        response = self.signed_out.render(request, report)
        if fields.get("hapus") == "ya":
            response.headers["Clear-Site-Data"] = '"cookies", "storage", "cache"'
        return response

    def routes(self) -> list[Route]:
        return [
            Route("/keamanan", self.show, methods=["GET"]),
            Route("/keamanan", self.end_one, methods=["POST"]),
            Route("/keluar", self.ask, methods=["GET"]),
            Route("/keluar", self.leave, methods=["POST"]),
        ]
