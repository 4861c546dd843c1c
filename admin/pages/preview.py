"""Coba: what an application would receive about a test person, by the code that really issues."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from admin.actions.picture import Wanted
from admin.pages.applications import part_page
from admin.pages.frame import Frame, Handlers, Visit


@dataclass(frozen=True, slots=True)
class PreviewPages:
    frame: Frame

    async def show(self, visit: Visit) -> Response:
        application = await self.frame.actions.applications.get(visit.operator, visit.path["id"])
        snapshot = await self.frame.actions.desk.snapshot()
        personas = await self.frame.actions.previews.personas(visit.operator)
        services = snapshot.by_application.get(application.id, ())
        wanted = Wanted(
            application=application.id,
            person=visit.query("warga") or (personas[0].id if personas else ""),
            service=visit.query("layanan") or (services[0].slug if services else ""),
            answer=visit.query("keadaan") or "all",
        )
        asked = bool(visit.query("warga"))
        result = await self.frame.actions.previews.run(visit.operator, wanted) if asked and personas else None
        return part_page(self.frame, visit, "try", application, snapshot, personas=personas, wanted=wanted, result=result)

    def handlers(self) -> Handlers:
        return {("GET", "/admin/aplikasi/{id}/coba"): self.show}
