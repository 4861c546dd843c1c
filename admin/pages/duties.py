"""`/admin/tenggat`: what agencies owe people, with the time left, red when it is over; and the agency's word that it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from admin.actions.duties import PAGE, STATES, agencies_of
from admin.errors import Invalid
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.permissions import Permission
from admin.routes import api_call
from consent.duty_models import Duty
from consent.duty_words import CAUSES, WHAT, limit, said
from idp.applications.registry import Snapshot
from kit.web.pages import see_other

HERE = "/admin/tenggat"


@dataclass(frozen=True, slots=True)
class DutyPages:
    frame: Frame

    async def index(self, visit: Visit) -> Response:
        state = visit.query("status") if visit.query("status") in STATES else "open"
        agency = visit.query("instansi")
        found = await self.frame.actions.duties.search(visit.operator, state=state, agency=agency, after=visit.query("sesudah"))
        snapshot = await self.frame.actions.desk.snapshot()
        seen = agencies_of(visit.operator, Permission.DUTY_READ)
        codes = sorted(snapshot.agencies if seen is None else seen & set(snapshot.agencies))
        late = await self.frame.actions.duties.search(visit.operator, state="overdue")
        return self.frame.render(
            visit,
            "duties/list",
            "duties",
            rows=[_row(one, snapshot, self.frame.clock.now()) for one in found[:PAGE]],
            more=found[PAGE - 1].id if len(found) > PAGE else "",
            late=len(late),
            many=len(late) > PAGE,
            state=state,
            agency=agency,
            agencies=[snapshot.agencies[code] for code in codes],
            api_call=api_call("GET", "/duties"),
        )

    async def detail(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        duty = await self.frame.actions.duties.get(visit.operator, visit.path["duty"])
        snapshot = await self.frame.actions.desk.snapshot()
        return self.frame.render(
            visit,
            "duties/duty",
            "duties",
            status=422 if problems else 200,
            row=_row(duty, snapshot, self.frame.clock.now()),
            errors=problems or [],
            values=visit.form,
            api_call=api_call("GET", "/duties/{duty}", duty=duty.id),
        )

    async def settle(self, visit: Visit) -> Response:
        form = visit.form
        try:
            await self.frame.actions.duties.settle(visit.operator, visit.path["duty"], form["outcome"], by=form["by"], words=form["words"])
        except Invalid as error:
            return await self.detail(visit, told(error.problems, visit.language))
        return see_other(f"{HERE}/{visit.path['duty']}")

    def handlers(self) -> Handlers:
        return {
            ("GET", HERE): self.index,
            ("GET", f"{HERE}/{{duty}}"): self.detail,
            ("POST", f"{HERE}/{{duty}}"): self.settle,
        }


def _row(duty: Duty, snapshot: Snapshot, now: int) -> dict[str, Any]:
    left = duty.due_at - now
    return {
        "duty": duty,
        "what": WHAT[duty.kind],
        "cause": CAUSES[duty.cause],
        "limit": limit(duty.kind),
        "said": said(duty.kind, duty.outcome) if duty.outcome is not None else None,
        "late": duty.overdue(now),
        "days": abs(left) // 86400,
        "hours": abs(left) % 86400 // 3600,
        "agency": snapshot.agencies.get(duty.agency),
        "application": snapshot.applications.get(duty.application),
        "service": snapshot.services.get(duty.service),
    }
