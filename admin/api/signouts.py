"""Routes of the sign-out messages that have not arrived."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from admin.actions.all import Actions
from admin.actions.signouts import SignoutView
from admin.api import models as m
from admin.api.who import Gate
from admin.operator import Operator


def signout_routes(gate: Gate, actions: Actions) -> APIRouter:
    router = APIRouter()

    def who(method: str, path: str) -> Any:
        return Depends(gate.needs(method, path))

    @router.get("/signouts")
    async def signouts(operator: Annotated[Operator, who("GET", "/signouts")]) -> list[m.SignoutOut]:
        return [signout(one) for one in await actions.signouts.search(operator)]

    @router.post("/signouts/retry")
    async def retry(operator: Annotated[Operator, who("POST", "/signouts/retry")], body: m.SignoutRetry) -> m.SignoutsDue:
        return m.SignoutsDue(due=await actions.signouts.retry(operator, body.ids))

    return router


def signout(one: SignoutView) -> m.SignoutOut:
    return m.SignoutOut(
        id=one.id,
        client_id=one.client_id,
        application=one.application,
        created_at=one.created_at,
        attempts=one.attempts,
        next_at=one.next_at,
        given_up=one.given_up,
        last_error=one.last_error,
    )
