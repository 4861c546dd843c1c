"""`/api/izin`: a citizen's own consent record, for an application that she lets read it or withdraw for her.

The token says who she is; which records there are is asked anew each time, and so is her agreement with the application that asks: it
is a record like any other, and withdrawing it closes this API at once. A withdrawal names its target twice and needs a fresh sign-in.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from starlette.requests import Request

from consent.errors import NotWithdrawable, NotYours
from consent.models import PurposeState
from consent.receipt import Party
from consent.receipts import Receipts
from consent.service import ConsentService
from consent.store import DisclosureStore
from idp.api import record_models as m
from idp.api.body import body_of, described
from idp.api.caller import ApiCaller, TokenCallers
from idp.api.told import ApiRefused, nothing_there
from idp.applications.models import Service
from idp.applications.registry import Registry
from idp.errors import InsufficientUserAuthentication
from idp.sessions.models import ACR_PASSWORD, ACR_TWO_STEPS, acr_reaches
from idp.signout.service import SignOut
from idp.tokens.api_scopes import READ_RECORD, RECORD_PATH, WITHDRAW
from kit.clock import Clock

FRESH_SECONDS = 300
MOST_ROWS = 1000
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
ETAG = re.compile(r'(?:W/)?"([0-9]{1,15})"')


def sign_in_is_fresh(caller: ApiCaller, service: Service | None, now: int) -> None:
    """What cannot be taken back needs a sign-in of the last five minutes, and two steps where the service itself does. RFC 9470 §3."""
    wanted = ACR_TWO_STEPS if service is not None and service.authentication_level == "aal2" else ACR_PASSWORD
    if not acr_reaches(caller.token.acr, wanted) or now - caller.token.auth_time > FRESH_SECONDS:
        raise InsufficientUserAuthentication(
            "withdrawing needs a fresh sign-in", acr_values=wanted, max_age=FRESH_SECONDS, scheme=caller.scheme
        )


def target_is_named(record: str, revision: int, body: m.TargetIn | None, if_match: str) -> None:
    """Nothing is withdrawn by address alone: the body says the same id, or If-Match the revision that was seen. RFC 9110 §13.1.1."""
    if body is None and not if_match:
        raise ApiRefused(428, "target_not_named", "name the record in the body, or its revision in If-Match", param="record")
    if body is not None and body.record != record:
        raise ApiRefused(409, "another_target", "the body names another record than the address", param="record")
    found = ETAG.fullmatch(if_match)
    if if_match and (found is None or int(found[1]) != revision):
        raise ApiRefused(412, "changed", "the record does not stand as it did when you read it", param="if-match")


@dataclass(frozen=True)
class RecordApi:
    callers: TokenCallers
    registry: Registry
    consent: ConsentService
    disclosures: DisclosureStore
    receipts: Receipts
    dpo: Party
    signout: SignOut
    clock: Clock
    issuer: str

    async def _person(self, caller: ApiCaller, scope: str) -> str:
        """Return the person of this token, who agreed that its application does this and has not withdrawn it."""
        token = caller.token
        if token.person is None:
            raise ApiRefused(403, "person_needed", "send the access token of the person, not of the program")
        now = self.clock.now()
        states = await self.consent.states(token.person, token.service)
        if not any(scope in state.claims and state.covers(now) and state.application == token.application for state in states):
            raise ApiRefused(403, "consent_missing", f"the person has not agreed that this service may do this: {scope}", param=scope)
        return token.person

    async def _own(self, person: str, record: str) -> PurposeState:
        """Return one record of this person; somebody else's does not exist for them (CN-03)."""
        if ID.fullmatch(record) is None:
            raise nothing_there()
        try:
            return await self.consent.state(person, record)
        except NotYours as error:
            raise nothing_there() from error

    def _out(self, state: PurposeState) -> m.RecordOut:
        return m.record_out(state, self.registry.now.notices.get(state.notice), self.clock.now())

    async def withdraw(self, caller: ApiCaller, record: str, body: m.TargetIn | None, if_match: str) -> m.WithdrawnOut:
        person = await self._person(caller, WITHDRAW)
        state = await self._own(person, record)
        sign_in_is_fresh(caller, self.registry.now.services.get(state.service), self.clock.now())
        target_is_named(record, state.last_seq, body, if_match)
        try:
            _, whole = await self.consent.withdraw(person, record, channel="api", language=caller.language)
        except NotWithdrawable as error:
            raise ApiRefused(
                409, "not_withdrawable", "this record is no consent in force", detail="see `basis`, `rule` and `standing` of the record"
            ) from error
        if whole:
            await self.signout.service_ended(person, state.application)
        return m.WithdrawnOut(record=self._out(await self._own(person, record)), service_ended=whole)

    async def receipt(self, person: str, state: PurposeState, event: int) -> dict[str, Any]:
        """Return the signed receipt of one event of the record, 0 for the newest: the file that her own page gives."""
        snapshot = self.registry.now
        rows = list(reversed(await self.consent.history(person, record_id=state.record_id, limit=MOST_ROWS)))
        row = next((one for one in reversed(rows) if event in (0, one.seq)), None)
        notice = snapshot.notices.get(state.notice)
        if row is None or notice is None:
            raise nothing_there()
        service, agency = snapshot.services.get(row.service), snapshot.agencies.get(notice.controller)
        name = service.name if service is not None else {"id": row.service, "en": row.service}
        called = agency.name if agency is not None else {"id": notice.controller, "en": notice.controller}
        reached = agency.phone_display if agency is not None else self.dpo.contact
        controller = Party(notice.controller, called, "PII controller", reached, self.issuer)
        return await self.receipts.issue(row, rows, notice, state, [controller, self.dpo], name)

    def router(self) -> APIRouter:
        router = APIRouter(tags=["izin"], responses=m.PROBLEMS)
        audience = f"{self.issuer}{RECORD_PATH}"
        reader = Depends(self.callers.needs(audience, READ_RECORD))
        withdrawer = Depends(self.callers.needs(audience, WITHDRAW))

        @router.get("/izin")
        async def records(caller: Annotated[ApiCaller, reader], standing: m.Filter = "") -> m.RecordList:
            """Every record of the person, newest first, whichever application it is about. Scope `izin:baca`."""
            person = await self._person(caller, READ_RECORD)
            found = [self._out(state) for state in sorted(await self.consent.states(person), key=lambda one: -one.last_seq)]
            return m.RecordList(items=[one for one in found if standing in ("", one.standing)])

        @router.get("/izin/{record}")
        async def record(caller: Annotated[ApiCaller, reader], record: str, response: Response) -> m.RecordWithEvents:
            """One record with its time line, oldest first. `ETag` is what a withdrawal may send as `If-Match`. Scope `izin:baca`."""
            person = await self._person(caller, READ_RECORD)
            state = await self._own(person, record)
            rows = await self.consent.history(person, record_id=record)
            sent = await self.disclosures.of_person(person, service=state.service, limit=500)
            response.headers["ETag"] = f'"{state.last_seq}"'
            return m.RecordWithEvents(**self._out(state).model_dump(), events=m.events_out(state, rows, sent))

        @router.post("/izin/{record}/tarik", openapi_extra=described(m.TargetIn))
        async def withdraw(caller: Annotated[ApiCaller, withdrawer], record: str, request: Request) -> m.WithdrawnOut:
            """Withdraw a consent. Name it in the body too, or send `If-Match`. Scope `izin:tarik`, a sign-in of the last five minutes."""
            return await self.withdraw(caller, record, await body_of(request, m.TargetIn), request.headers.get("if-match", ""))

        @router.get("/izin/{record}/tanda-terima")
        async def receipt(
            caller: Annotated[ApiCaller, reader], record: str, event: Annotated[int, Query(ge=0, lt=2**40)] = 0
        ) -> m.ReceiptOut:
            """The signed receipt (ISO/IEC TS 27560) of the newest event, or of the one whose `seq` is named. Scope `izin:baca`."""
            person = await self._person(caller, READ_RECORD)
            return m.ReceiptOut(**await self.receipt(person, await self._own(person, record), event))

        return router
