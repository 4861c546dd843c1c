"""Routes of duties and of the notices about them that did not arrive."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field

from admin.actions.all import Actions
from admin.actions.drafts import Draft
from admin.actions.duties import PAGE
from admin.api import models as m
from admin.api.signouts import signout
from admin.api.who import Gate
from admin.operator import Operator
from consent.duty_models import Duty


class DutyOut(m.Out):
    id: str
    kind: str
    event: str
    agency: str
    application: str
    service: str
    purpose: str
    record: str
    created_at: int
    due_at: int
    overdue: bool
    outcome: str | None
    settled_at: int | None
    by: str
    words: str
    answer: str


class DutyPage(m.Page):
    items: list[DutyOut]


class DutySettle(Draft):
    outcome: str = "done"
    by: str = Field("", max_length=100)
    words: str = Field("", max_length=1000)


def duty_routes(gate: Gate, actions: Actions) -> APIRouter:
    router = APIRouter()

    def who(method: str, path: str) -> Any:
        return Depends(gate.needs(method, path))

    @router.get("/duties")
    async def duties(
        operator: Annotated[Operator, who("GET", "/duties")], state: str = "open", agency: str = "", after: str = ""
    ) -> DutyPage:
        found = await actions.duties.search(operator, state=state, agency=agency, after=after)
        now = actions.desk.clock.now()
        return DutyPage(items=[duty_out(one, now) for one in found[:PAGE]], next=found[PAGE - 1].id if len(found) > PAGE else None)

    @router.get("/duties/{duty}")
    async def one(operator: Annotated[Operator, who("GET", "/duties/{duty}")], duty: str) -> DutyOut:
        return duty_out(await actions.duties.get(operator, duty), actions.desk.clock.now())

    @router.post("/duties/{duty}/settle")
    async def settle(operator: Annotated[Operator, who("POST", "/duties/{duty}/settle")], duty: str, body: DutySettle) -> DutyOut:
        settled = await actions.duties.settle(operator, duty, body.outcome, by=body.by, words=body.words)
        return duty_out(settled, actions.desk.clock.now())

    @router.get("/consent-notices")
    async def notices(operator: Annotated[Operator, who("GET", "/consent-notices")]) -> list[m.SignoutOut]:
        return [signout(one) for one in await actions.duties.notices(operator)]

    @router.post("/consent-notices/retry")
    async def retry(operator: Annotated[Operator, who("POST", "/consent-notices/retry")], body: m.SignoutRetry) -> m.SignoutsDue:
        return m.SignoutsDue(due=await actions.duties.retry(operator, body.ids))

    return router


def duty_out(one: Duty, now: int) -> DutyOut:
    return DutyOut(
        id=one.id,
        kind=one.kind.value,
        event=one.cause.value,
        agency=one.agency,
        application=one.application,
        service=one.service,
        purpose=one.purpose,
        record=one.record_id,
        created_at=one.created_at,
        due_at=one.due_at,
        overdue=one.overdue(now),
        outcome=one.outcome.value if one.outcome is not None else None,
        settled_at=one.settled_at,
        by=one.by,
        words=one.words,
        answer=one.answer,
    )
