"""Routes of the audit trail and of the signing keys."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from admin.actions.all import Actions
from admin.actions.trail import Filter
from admin.api import models as m
from admin.api.who import Gate
from admin.errors import Invalid
from admin.operator import Operator
from admin.pages.parse import problem_of

Text = Annotated[str, Query(max_length=120)]
Moment = Annotated[int, Query(ge=0, le=2**40)]


def oversight_routes(gate: Gate, actions: Actions) -> APIRouter:
    router = APIRouter()

    def who(method: str, path: str) -> Any:
        return Depends(gate.needs(method, path))

    @router.get("/audit")
    async def audit(
        operator: Annotated[Operator, who("GET", "/audit")],
        event: Text = "",
        actor: Text = "",
        subject: Text = "",
        since: Moment = 0,
        until: Moment = 0,
        cursor: Text = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> m.AuditPage:
        """Rows newest first; `cursor` is the seq of the last row seen. Anything else is refused (AD-17)."""
        if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16 and int(cursor)):
            raise Invalid(problem_of("cursor", "unknown"))
        wanted = Filter(event, actor, subject, since, until, int(cursor or 0))
        rows = await actions.trail.search(operator, wanted, limit=limit + 1)
        more = str(rows[limit - 1].seq) if len(rows) > limit else None
        return m.AuditPage(items=[m.audit_row(row) for row in rows[:limit]], next=more)

    @router.post("/audit/verification")
    async def verify(operator: Annotated[Operator, who("POST", "/audit/verification")]) -> list[m.ChainOut]:
        return [m.chain(report) for report in await actions.trail.verify(operator)]

    @router.get("/keys")
    async def keys(operator: Annotated[Operator, who("GET", "/keys")]) -> list[m.KeyOut]:
        return [m.key(k) for k in await actions.keys.search(operator)]

    @router.post("/keys/rotation", status_code=204)
    async def rotate(operator: Annotated[Operator, who("POST", "/keys/rotation")], body: m.Rotation) -> None:
        await actions.keys.rotate(operator, body.alg, reason=body.reason, at_once=body.at_once)

    @router.post("/keys/{alg}/rollback", status_code=204)
    async def roll_back(operator: Annotated[Operator, who("POST", "/keys/{alg}/rollback")], alg: str, body: m.Reason) -> None:
        await actions.keys.roll_back(operator, alg, reason=body.reason)

    @router.delete("/keys/{kid}", status_code=204)
    async def remove(
        operator: Annotated[Operator, who("DELETE", "/keys/{kid}")],
        kid: str,
        name: Annotated[str, Query(max_length=200)],
        reason: Annotated[str, Query(max_length=500)],
    ) -> None:
        await actions.keys.remove(operator, kid, typed=name, reason=reason)

    return router
