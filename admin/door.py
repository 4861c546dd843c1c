"""The console's front door: an operator comes in by the same sign-in page as everybody, with password and code, every time."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from admin.operator import OperatorSessions, working_roles
from admin.permissions import Permission, allowed
from idp.interaction.dispatcher import Dispatcher
from idp.interaction.models import Interaction, Issue, Refuse
from idp.people.models import Person
from idp.sessions.models import ACR_TWO_STEPS, Session
from kit.audit import AuditEvent, AuditTrail, Entry
from kit.clock import Clock
from kit.web.pages import Pages, see_other

NAME = "admin"


def inside(path: object) -> str:
    """Return the path when it leads into the console, else the console's first page. LG-12."""
    text = str(path)
    clean = text.isascii() and text.isprintable() and "\\" not in text and "//" not in text and " " not in text
    return text if clean and (text == "/admin" or text.startswith(("/admin/", "/admin?"))) else "/admin"


@dataclass(frozen=True, slots=True)
class AdminDoor:
    sessions: OperatorSessions
    pages: Pages
    trail: AuditTrail
    clock: Clock

    async def open(self, dispatcher: Dispatcher, request: Request, to: str) -> Response:
        """Send this browser through sign-in, both steps, and then to `to`."""
        draft = dispatcher.draft(
            request, door=NAME, application=None, service=None, acr=ACR_TWO_STEPS, fresh_login=True, reply={"to": inside(to)}
        )
        return await dispatcher.begin(request, draft)

    async def issue(self, request: Request, interaction: Interaction, session: Session, person: Person, issue: Issue) -> Response | None:
        now, origin = self.clock.now(), self.sessions.origin(request)
        if not allowed(working_roles(person, now), Permission.CONSOLE):
            entry = Entry(
                AuditEvent.OPERATOR_REFUSED,
                f"person:{person.id}",
                "console",
                now,
                origin=origin,
                reason="role_missing",
            )
            await self.trail.append(entry)
            return self.pages.render(request, "admin/refused.html", {"reason": "console_role"}, status=403)
        response = see_other(inside(interaction.reply.get("to", "/admin")))
        if not await self.sessions.begin(request, response, person, session.guards):
            return None
        entry = Entry(AuditEvent.OPERATOR_SIGNED_IN, f"operator:{person.id}", f"person:{person.id}", now, origin=origin)
        await self.trail.append(entry)
        return response

    async def refuse(self, request: Request, interaction: Interaction, refusal: Refuse) -> Response:
        return self.pages.render(request, "admin/refused.html", {"reason": refusal.reason}, status=403)

    def way_back(self, interaction: Interaction) -> str | None:
        return "/admin"
