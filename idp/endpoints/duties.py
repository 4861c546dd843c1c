"""`/duties`: an application reads what its agency owes people, and says what it did. In its own name only, with the scope `consent.duties`.

Another application's duty does not exist here: 404. A call names the duty and the deed (`stopped`, `deleted`, `answered`), so that none is
settled by mistake, and the same call again changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consent.duties import RULES
from consent.duty_models import Duty, DutyKind, Outcome
from consent.errors import NoSuchDuty, NotSettled
from consent.settling import Settling
from consent.store import DutyStore
from idp.applications.registry import Registry
from idp.duties.notices import sector_of
from idp.endpoints import answers
from idp.endpoints.credentials import token_of
from idp.errors import InsufficientScope, InvalidToken, OAuthError
from idp.people.service import People
from idp.proofs.binding import Bindings
from idp.tokens.access_token import AccessTokens
from idp.tokens.claims import DUTIES_SCOPE
from idp.tokens.guessing import TokenGuesses
from idp.tokens.models import AccessToken
from kit.clock import Clock
from kit.strict_json import parse_strictly
from kit.web.address import Network, client_address
from kit.web.forms import BadForm, holds_nul, read_body
from kit.web.problem import Problem

MOST_BODY = 8192
PAGE = 50
CHALLENGE = {"bearer": "Bearer", "dpop": "DPoP"}
DEEDS = {"stopped": (DutyKind.STOP,), "deleted": (DutyKind.DELETE,), "answered": tuple(set(DutyKind) - {DutyKind.STOP, DutyKind.DELETE})}
MEMBERS = {"outcome", "by", "words"}


@dataclass(frozen=True)
class DutiesEndpoint:
    tokens: AccessTokens
    guesses: TokenGuesses
    registry: Registry
    bindings: Bindings
    people: People
    store: DutyStore
    settling: Settling
    clock: Clock
    trusted_proxies: Sequence[Network] = ()

    async def index(self, request: Request) -> Response:
        """`?state=open|overdue|all&after=<id>`: fifty at a time, the most pressing first."""
        found = await self._caller(request)
        if isinstance(found, Response):
            return found
        state = request.query_params.get("state", "open")
        if state not in ("open", "overdue", "all") or holds_nul(request):
            return Problem(400, "bad_query", "state is open, overdue or all", param="state")
        now = self.clock.now()
        rows = await self.store.search(
            applications=[found.application],
            open_only=state == "open",
            overdue_at=now if state == "overdue" else None,
            after=request.query_params.get("after", ""),
            limit=PAGE + 1,
        )
        body = {"duties": [await self._shown(one, now) for one in rows[:PAGE]], "after": rows[PAGE - 1].id if len(rows) > PAGE else ""}
        return answers.json(body)

    async def read(self, request: Request) -> Response:
        found = await self._duty(request)
        return found if isinstance(found, Response) else answers.json(await self._shown(found[1], self.clock.now()))

    async def settle(self, request: Request) -> Response:
        found = await self._duty(request)
        if isinstance(found, Response):
            return found
        token, duty = found
        if duty.kind not in DEEDS.get(request.path_params["deed"], ()):
            return Problem(409, "other_deed", "this duty is settled by another deed", detail=f"its kind is {duty.kind.value}")
        said = await self._said(request)
        if isinstance(said, Response):
            return said
        outcome, by, words = said
        try:
            settled, _ = await self.settling.settle(duty, outcome, actor=f"client:{token.client_id}", by=by, answer=words)
        except NotSettled:
            return Problem(409, "not_settled", "settled otherwise already, or a refusal without words or of a stop")
        return answers.json(await self._shown(settled, self.clock.now()))

    async def _duty(self, request: Request) -> Response | tuple[AccessToken, Duty]:
        token = await self._caller(request)
        if isinstance(token, Response):
            return token
        try:
            if holds_nul(request):
                raise NoSuchDuty("nul")
            return token, await self.settling.find(request.path_params["duty"], lambda duty: duty.application == token.application)
        except NoSuchDuty:
            return Problem(404, "not_found", "no such duty of this application")

    async def _caller(self, request: Request) -> Response | AccessToken:
        """Return the token of an application in its own name with the narrow scope, or what it is refused with. RFC 6750 §3."""
        try:
            scheme, text = token_of(request)
            if not scheme:
                return answers.no_token()
            found = await self.tokens.find(text)
            if found is None:
                await self.guesses.count(client_address(request, self.trusted_proxies))
                raise InvalidToken("the token is unknown, expired or revoked", scheme=CHALLENGE[scheme])
            await self.bindings.check(request, found, text, scheme)
            if not self.registry.now.still_has(found.client_id, found.scopes):
                raise InvalidToken("the client is not registered any more for what was granted", scheme=CHALLENGE[scheme])
            if found.person is not None or DUTIES_SCOPE not in found.scopes:
                raise InsufficientScope(f"a token in the application's own name with the scope {DUTIES_SCOPE}", scheme=CHALLENGE[scheme])
            return found
        except OAuthError as error:
            return self.bindings.fresh(request, answers.refused(error))

    async def _said(self, request: Request) -> Response | tuple[Outcome, str, str]:
        try:
            said = parse_strictly(await read_body(request, MOST_BODY) or b"{}")
        except BadForm as error:
            return Problem(error.status, "too_large", error.reason)
        except ValueError:
            return Problem(400, "bad_json", "The body is not valid JSON.")
        if not isinstance(said, dict) or not MEMBERS.issuperset(said) or not all(isinstance(value, str) for value in said.values()):
            return Problem(422, "bad_body", "the body is an object with outcome, by and words, each a text")
        outcome = said.get("outcome", Outcome.DONE.value)
        if outcome not in (Outcome.DONE.value, Outcome.REFUSED.value):
            return Problem(422, "bad_outcome", "outcome is done or refused", param="outcome")
        return Outcome(outcome), said.get("by", ""), said.get("words", "")

    async def _shown(self, duty: Duty, now: int) -> dict[str, Any]:
        """Return a duty as its application sees it: the person by the `sub` that it knows."""
        return {
            "id": duty.id,
            "kind": duty.kind.value,
            "event": duty.cause.value,
            "article": RULES[duty.kind].article,
            "sub": await self.people.subject(duty.person, sector_of(self.registry.now, duty.application)),
            "record": duty.record_id,
            "service": duty.service,
            "purpose": duty.purpose,
            "created_at": duty.created_at,
            "due_at": duty.due_at,
            "overdue": duty.overdue(now),
            "words": duty.words,
            "outcome": duty.outcome.value if duty.outcome is not None else None,
            "settled_at": duty.settled_at,
            "by": duty.by,
            "answer": duty.answer,
        }

    def routes(self) -> list[Route]:
        return [
            Route("/duties", self.index, methods=["GET"]),
            Route("/duties/{duty}", self.read, methods=["GET"]),
            Route("/duties/{duty}/{deed}", self.settle, methods=["POST"]),
        ]
