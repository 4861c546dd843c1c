"""The portal's own front door: a person signs in to see their own pages; nothing is shared with anybody."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from idp.error_pages import ErrorPages
from idp.interaction.models import Interaction, Issue, Refuse
from idp.people.models import Person
from idp.sessions.models import Session
from kit.urls import is_local_path
from kit.web.pages import see_other

HOME = "/beranda"


class PortalDoor:
    def __init__(self, errors: ErrorPages) -> None:
        self.errors = errors

    async def issue(self, request: Request, interaction: Interaction, session: Session, person: Person, issue: Issue) -> Response | None:
        """Go back to the page the person wanted: only ever a path of our own (LG-12)."""
        wanted = str(interaction.reply.get("to", HOME))
        return see_other(wanted if is_local_path(wanted) else HOME)

    async def refuse(self, request: Request, interaction: Interaction, refusal: Refuse) -> Response:
        return self.errors.message(request, refusal.reason, status=403)

    def way_back(self, interaction: Interaction) -> str | None:
        return "/"
