"""Routes of client registration: tokens that open it, and the clients that registered themselves."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from admin.actions.all import Actions
from admin.actions.drafts import RegistrationDraft
from admin.api import models as m
from admin.api.who import Gate
from admin.operator import Operator


def registration_routes(gate: Gate, actions: Actions) -> APIRouter:
    router = APIRouter()
    work = actions.registrations

    def who(method: str, path: str) -> Any:
        return Depends(gate.needs(method, path))

    @router.get("/registration/tokens")
    async def tokens(operator: Annotated[Operator, who("GET", "/registration/tokens")]) -> list[m.RegistrationTokenOut]:
        return [m.registration_token(one) for one in await work.tokens(operator)]

    @router.post("/registration/tokens", status_code=201)
    async def create(
        operator: Annotated[Operator, who("POST", "/registration/tokens")], draft: RegistrationDraft
    ) -> m.RegistrationTokenCreated:
        """Open registration. The secret is in this answer and never again."""
        token, secret = await work.create(operator, draft)
        return m.RegistrationTokenCreated(token=m.registration_token(token), secret=secret)

    @router.delete("/registration/tokens/{token}", status_code=204)
    async def revoke(
        operator: Annotated[Operator, who("DELETE", "/registration/tokens/{token}")],
        token: str,
        reason: Annotated[str, Query(max_length=500)],
    ) -> None:
        await work.revoke(operator, token, reason=reason)

    @router.get("/registration/clients")
    async def clients(operator: Annotated[Operator, who("GET", "/registration/clients")]) -> list[m.SelfRegistered]:
        return [m.self_registered(one) for one in await work.clients(operator)]

    @router.post("/registration/clients/{client_id}/approve")
    async def approve(
        operator: Annotated[Operator, who("POST", "/registration/clients/{client_id}/approve")], client_id: str
    ) -> m.SelfRegistered:
        """Let name and logo stand; the logo is copied to our own origin."""
        return m.self_registered(await work.approve(operator, client_id))

    @router.post("/registration/clients/{client_id}/disable")
    async def disable(
        operator: Annotated[Operator, who("POST", "/registration/clients/{client_id}/disable")], client_id: str, body: m.Reason
    ) -> m.SelfRegistered:
        return m.self_registered(await work.switch(operator, client_id, False, reason=body.reason))

    @router.post("/registration/clients/{client_id}/enable")
    async def enable(
        operator: Annotated[Operator, who("POST", "/registration/clients/{client_id}/enable")], client_id: str, body: m.Reason
    ) -> m.SelfRegistered:
        return m.self_registered(await work.switch(operator, client_id, True, reason=body.reason))

    return router
