"""Audit: who changed what and who looked at whom; the chain's state; the download."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.responses import Response

from admin.actions.trail import PAGE, Filter
from admin.pages.frame import Frame, Handlers, Visit, with_query
from admin.pages.words import EVENTS
from admin.routes import api_call
from kit.audit import ChainedEntry, ChainReport

WINDOWS = {"1": 86400, "7": 7 * 86400, "30": 30 * 86400, "365": 365 * 86400}


@dataclass(frozen=True, slots=True)
class AuditPages:
    frame: Frame

    async def index(self, visit: Visit, reports: list[ChainReport] | None = None) -> Response:
        wanted = self._filter(visit)
        rows = await self.frame.actions.trail.search(visit.operator, wanted, limit=PAGE + 1)
        names = await self._operators(rows)
        query = {name: visit.query(name) for name in ("kejadian", "pelaku", "objek", "waktu")}
        more = rows[PAGE - 1].seq if len(rows) > PAGE else 0
        return self.frame.render(
            visit,
            "audit/list",
            "audit",
            rows=rows[:PAGE],
            query=query,
            older=with_query("/admin/audit", **query, sebelum=str(more)) if more else "",
            events=EVENTS,
            actor_names=names,
            windows=tuple(WINDOWS),
            reports=reports,
            api_call=api_call("GET", "/audit"),
        )

    async def verify(self, visit: Visit) -> Response:
        return await self.index(visit, await self.frame.actions.trail.verify(visit.operator))

    async def export(self, visit: Visit) -> Response:
        wanted = Filter(event=visit.form["kejadian"], actor=visit.form["pelaku"], subject=visit.form["objek"])
        body = await self.frame.actions.trail.export(visit.operator, wanted)
        stamp = datetime.fromtimestamp(self.frame.clock.now(), UTC).strftime("%Y-%m-%d")
        headers = {
            "Content-Disposition": f'attachment; filename="audit-{stamp}.csv"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(body.encode(), media_type="text/csv; charset=utf-8", headers=headers)

    def handlers(self) -> Handlers:
        return {
            ("GET", "/admin/audit"): self.index,
            ("POST", "/admin/audit/periksa"): self.verify,
            ("POST", "/admin/audit/unduh"): self.export,
        }

    def _filter(self, visit: Visit) -> Filter:
        before, window = visit.query("sebelum"), visit.query("waktu")
        return Filter(
            event=visit.query("kejadian"),
            actor=visit.query("pelaku"),
            subject=visit.query("objek"),
            since=self.frame.clock.now() - WINDOWS[window] if window in WINDOWS else 0,
            before=int(before) if before.isdigit() and len(before) < 16 else 0,
        )

    async def _operators(self, rows: list[ChainedEntry]) -> dict[str, str]:
        """Return names of operators among the actors. Citizens stay ids: no personal value stands in the audit."""
        found: dict[str, str] = {}
        for actor in {row.entry.actor for row in rows if row.entry.actor.startswith("operator:")}:
            person = await self.frame.actions.desk.stores.people.get(actor.removeprefix("operator:"))
            if person is not None:
                found[actor] = person.name
        return found
