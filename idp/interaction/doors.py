"""Front doors: whatever can begin an interaction must be able to answer it.

The explicit table of doors is built in hub/wiring.py. Adding a protocol means adding its door there; the dispatcher does not change.
"""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from idp.interaction.models import Interaction, Issue, Refuse
from idp.people.models import Person
from idp.sessions.models import Session


class Door(Protocol):
    """How one protocol answers once the dispatcher has decided."""

    async def issue(self, request: Request, interaction: Interaction, session: Session, person: Person, issue: Issue) -> Response | None:
        """Answer the application: code, ticket, cookie. None: a guard moved meanwhile, so the dispatcher decides anew from SQL."""

    async def refuse(self, request: Request, interaction: Interaction, refusal: Refuse) -> Response:
        """Answer a refusal in the protocol's own form. Never redirects anywhere that is not registered."""

    def way_back(self, interaction: Interaction) -> str | None:
        """Return the URL for "Kembali ke {layanan}": the application's start URL, never the stored request (UX C-11, C-16)."""
