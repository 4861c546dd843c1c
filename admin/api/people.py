"""Routes of people, their sessions and roles, of confirmations and operators' tokens."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from admin.actions.all import Actions
from admin.api import models as m
from admin.api.who import Gate
from admin.confirm import Confirmation
from admin.errors import Invalid, NotFound
from admin.operator import CONFIRMED_FOR, Operator
from admin.pages.parse import problem_of
from idp.people.models import Role, Status

Why = Annotated[str, Query(max_length=500)]


def people_routes(gate: Gate, actions: Actions, confirmation: Confirmation) -> APIRouter:
    router = APIRouter()

    def who(method: str, path: str) -> Any:
        return Depends(gate.needs(method, path))

    @router.post("/confirmations", status_code=201)
    async def confirm(operator: Annotated[Operator, who("POST", "/confirmations")], proof: m.Proof) -> m.ProofGiven:
        """Prove with password and code that it is still you. The id goes into the header Gapura-Confirmation."""
        await confirmation.prove(operator.person, proof.password, proof.code, origin=operator.origin)
        return m.ProofGiven(confirmation=await confirmation.grant(operator.person), expires_in=CONFIRMED_FOR)

    @router.post("/people/search")
    async def search(operator: Annotated[Operator, who("POST", "/people/search")], body: m.Search) -> m.Found:
        """Find by one exact key. Needs a reason; is recorded; opens the profile to you for an hour."""
        return m.Found(people=await actions.people.find(operator, body.value, reason=body.reason, case=body.case))

    @router.get("/people/{person}")
    async def profile(operator: Annotated[Operator, who("GET", "/people/{person}")], person: str) -> m.ProfileOut:
        return m.profile(await actions.people.profile(operator, person))

    @router.delete("/people/{person}/sessions")
    async def end_all(
        operator: Annotated[Operator, who("DELETE", "/people/{person}/sessions")], person: str, reason: Why
    ) -> dict[str, int]:
        return {"ended": await actions.people.end_all_sessions(operator, person, reason=reason)}

    @router.delete("/people/{person}/sessions/{session}", status_code=204)
    async def end_one(
        operator: Annotated[Operator, who("DELETE", "/people/{person}/sessions/{session}")], person: str, session: str
    ) -> None:
        await actions.people.end_session(operator, person, session)

    @router.delete("/people/{person}", status_code=204)
    async def erase(operator: Annotated[Operator, who("DELETE", "/people/{person}")], person: str, reason: Why, confirm: Why) -> None:
        """Erase for good what says who this person is. `confirm` is the beginning of her id, eight characters."""
        await actions.erasure.erase(operator, person, typed=confirm, reason=reason)

    @router.put("/people/{person}/status", status_code=204)
    async def set_status(operator: Annotated[Operator, who("PUT", "/people/{person}/status")], person: str, body: m.StatusIn) -> None:
        if body.status not in set(Status):
            raise Invalid(problem_of("status", "unknown"))
        await actions.people.set_status(operator, person, Status(body.status), reason=body.reason)

    @router.post("/people/{person}/roles", status_code=204)
    async def grant(operator: Annotated[Operator, who("POST", "/people/{person}/roles")], person: str, body: m.RoleIn) -> None:
        if body.role not in set(Role):
            raise Invalid(problem_of("role", "unknown"))
        await actions.roles.grant(operator, person, Role(body.role), agency=body.agency, valid_until=body.valid_until, reason=body.reason)

    @router.delete("/people/{person}/roles/{role}", status_code=204)
    async def revoke(
        operator: Annotated[Operator, who("DELETE", "/people/{person}/roles/{role}")],
        person: str,
        role: str,
        reason: Why,
        agency: str | None = None,
    ) -> None:
        if role not in set(Role):
            raise NotFound(role)
        await actions.roles.revoke(operator, person, Role(role), agency=agency, reason=reason)

    @router.get("/tokens")
    async def tokens(operator: Annotated[Operator, who("GET", "/tokens")]) -> list[m.TokenOut]:
        return [m.token(t) for t in await actions.tokens.search(operator)]

    @router.post("/tokens", status_code=201)
    async def create_token(operator: Annotated[Operator, who("POST", "/tokens")], body: m.TokenIn) -> m.TokenCreated:
        token, secret = await actions.tokens.create(operator, title=body.title, days=body.days)
        return m.TokenCreated(token=m.token(token), secret=secret)

    @router.delete("/tokens/{token}", status_code=204)
    async def revoke_token(operator: Annotated[Operator, who("DELETE", "/tokens/{token}")], token: str) -> None:
        await actions.tokens.revoke(operator, token)

    return router
