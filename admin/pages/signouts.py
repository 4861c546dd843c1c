"""Sign-out messages that have not arrived: which application, how often, why; and sending them again."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from admin.errors import NotFound
from admin.pages.frame import Frame, Handlers, Visit
from admin.routes import api_call
from kit.web.pages import see_other

HERE = "/admin/pesan-keluar"


@dataclass(frozen=True, slots=True)
class SignoutPages:
    frame: Frame

    async def index(self, visit: Visit) -> Response:
        waiting = await self.frame.actions.signouts.search(visit.operator)
        return self.frame.render(visit, "signouts", "system", waiting=waiting, api_call=api_call("GET", "/signouts"))

    async def retry(self, visit: Visit) -> Response:
        """Send one again, or all; what arrived meanwhile is no longer there."""
        one = visit.form["pesan"]
        try:
            await self.frame.actions.signouts.retry(visit.operator, [one] if one else None)
        except NotFound:
            return see_other(HERE)
        return see_other(HERE)

    def handlers(self) -> Handlers:
        return {("GET", HERE): self.index, ("POST", HERE): self.retry}
