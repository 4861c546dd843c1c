"""`/api/pemrosesan`: what an agency's program may do now with the data of one person it knows by `sub`.

Only for the program's own application: a `sub` of another sector, of a person who never came, and one that was made up get the same answer
(CN-03). No value is told, only names of claims. A look that tells something new is in the audit trail first, and the person sees it.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from consent.models import PurposeState, Standing
from consent.service import ConsentService
from idp.api.body import body_of, described
from idp.api.caller import ApiCaller, TokenCallers
from idp.api.told import ApiRefused, nothing_there
from idp.applications.registry import Registry
from idp.store import PeopleStore
from idp.tokens.api_scopes import ASK_PROCESSING, PROCESSING_PATH
from kit.audit import AuditEvent, AuditTrail, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.web.address import truncated

KNOWN_SECONDS = 30 * 86400  # how long a program that was told the same before is not noted again
OVER = frozenset({Standing.RENEWED})  # what a newer answer replaced is no state of anything now


class SubjectIn(BaseModel):
    """In the body, not in the address: addresses stand in logs."""

    model_config = ConfigDict(extra="forbid")
    sub: Annotated[str, Field(min_length=1, max_length=128)]


class PurposeOut(BaseModel):
    record: str
    service: str
    purpose: str
    basis: str
    claims: list[str]
    standing: str
    may_process: bool = Field(description="false: stop, and keep only what the law says; true until `expires_at`")
    since: int
    expires_at: int | None
    notice: str


class ProcessingOut(BaseModel):
    sub: str
    application: str
    at: int
    purposes: list[PurposeOut]


def purposes_of(states: list[PurposeState], application: str, now: int) -> list[PurposeOut]:
    """Return how each purpose of this application stands for one person, by service and purpose."""
    own = [state for state in states if state.application == application and state.standing not in OVER]
    return [
        PurposeOut(
            record=state.record_id,
            service=state.service,
            purpose=state.purpose,
            basis=state.basis.value,
            claims=sorted(state.claims),
            standing=standing_of(state, now).value,
            may_process=state.covers(now),
            since=state.since,
            expires_at=state.expires_at,
            notice=state.notice,
        )
        for state in sorted(own, key=lambda one: (one.service, one.purpose, one.last_seq))
    ]


def standing_of(state: PurposeState, now: int) -> Standing:
    over = state.standing in (Standing.IN_FORCE, Standing.INFORMED) and not state.covers(now)
    return Standing.ENDED if over else state.standing


@dataclass(frozen=True)
class ProcessingApi:
    callers: TokenCallers
    registry: Registry
    people: PeopleStore
    consent: ConsentService
    trail: AuditTrail
    store: ExpiringStore
    clock: Clock
    issuer: str

    async def ask(self, caller: ApiCaller, body: SubjectIn | None) -> ProcessingOut:
        if caller.token.person is not None:
            raise ApiRefused(403, "program_needed", "ask with the program's own token (client_credentials)")
        if body is None:
            raise ApiRefused(422, "invalid", "the body must name the sub", param="sub")
        client, now = caller.client, self.clock.now()
        person = await self.people.person_of_subject(self.registry.now.sector_of(client), body.sub)
        states = await self.consent.states(person) if person is not None else []
        purposes = purposes_of(states, client.application, now)
        if person is None or not purposes:
            await self.callers.guesses.count(caller.address, client.client_id)
            raise nothing_there()
        await self._account(caller, person, purposes, now)
        return ProcessingOut(sub=body.sub, application=client.application, at=now, purposes=purposes)

    async def _account(self, caller: ApiCaller, person: str, purposes: list[PurposeOut], now: int) -> None:
        """Note the look before its answer leaves, when this client was not told the same before."""
        content = orjson.dumps([one.model_dump() for one in purposes], option=orjson.OPT_SORT_KEYS)
        key = f"told:{caller.client.client_id}:{person}:{hashlib.sha256(content).hexdigest()}"
        if await self.store.get(key) is not None:
            return
        about = {"application": caller.client.application, "purposes": sorted({one.purpose for one in purposes})}
        who, origin = f"client:{caller.client.client_id}", truncated(caller.address)
        await self.trail.append(Entry(AuditEvent.CONSENT_TOLD, who, f"person:{person}", now, origin=origin, after=about))
        await self.store.put(Put(key, b"1", KNOWN_SECONDS))

    def router(self) -> APIRouter:
        router = APIRouter(tags=["pemrosesan"])
        program = Depends(self.callers.needs(f"{self.issuer}{PROCESSING_PATH}", ASK_PROCESSING))

        @router.post("/pemrosesan", openapi_extra=described(SubjectIn))
        async def ask(caller: Annotated[ApiCaller, program], request: Request) -> ProcessingOut:
            """How each purpose of your application stands for this person now. Scope `pemrosesan:baca`, client_credentials."""
            return await self.ask(caller, await body_of(request, SubjectIn))

        return router
