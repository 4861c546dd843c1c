"""The register of processing: read and printed on one page, taken away as CSV or JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import groupby

from starlette.responses import Response, StreamingResponse

from admin.actions.register import agencies_seen
from admin.errors import NotFound
from admin.pages.frame import Frame, Handlers, Visit
from admin.routes import api_call
from consent.register import CLASSES

HERE = "/admin/catatan-pemrosesan"


@dataclass(frozen=True, slots=True)
class ProcessingPages:
    frame: Frame

    async def index(self, visit: Visit) -> Response:
        agency = visit.query("instansi")
        rows = await self.frame.actions.register.rows(visit.operator, agency)
        snapshot = await self.frame.actions.desk.snapshot()
        seen = agencies_seen(visit.operator, snapshot)
        return self.frame.render(
            visit,
            "protection/register",
            "register",
            services=[(service, list(some)) for service, some in groupby(rows, key=lambda one: one.service)],
            number=len(rows),
            agency=agency,
            agencies=[snapshot.agencies[code] for code in sorted(seen)],
            classes=CLASSES,
            api_call=api_call("GET", "/register"),
        )

    async def download(self, visit: Visit) -> Response:
        form, agency = visit.path["form"], visit.query("instansi")
        if form == "csv":
            return download(await self.frame.actions.register.csv(visit.operator, agency, visit.language), "register.csv")
        if form == "json":
            lines = await self.frame.actions.register.json(visit.operator, agency)
            return download(lines, "register.json", "application/json")
        raise NotFound(form)

    def handlers(self) -> Handlers:
        return {("GET", HERE): self.index, ("GET", f"{HERE}/unduh/{{form}}"): self.download}


def download(lines: AsyncIterator[str], name: str, media_type: str = "text/csv; charset=utf-8") -> Response:
    """Return the lines as a file, sent while they are made."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(lines, media_type=media_type, headers=headers)
