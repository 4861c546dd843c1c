"""`grant_type=urn:ietf:params:oauth:grant-type:device_code`: a device asks whether its person has agreed. RFC 8628 §3.4, §3.5.

What was approved lies in the store like an authorization code, under the same guards, and becomes tokens in the same way. What may have
changed in the ten minutes since is asked again of SQL before that (DV-04).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consent.service import ConsentService
from idp import guards
from idp.applications.models import Client, Service
from idp.applications.registry import Registry
from idp.device.models import DeviceRequest, State
from idp.device.requests import DeviceRequests, key_of_approval
from idp.errors import AccessDenied, AuthorizationPending, ExpiredDeviceCode, InvalidGrant, InvalidRequest, PollsTooFast
from idp.grants.authorization_code import AuthorizationCodeGrant, Redemption
from idp.grants.model import TokenAnswer, TokenRequest
from idp.people.models import Person, Status
from idp.people.service import People
from idp.sessions.models import ACR_TWO_STEPS, acr_reaches
from idp.tokens.models import AuthorizationCode
from kit.secrets import digest

NAME = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True, slots=True)
class Poll:
    """A device that asks: its request, whether it waited long enough, and what was approved, if that still stands."""

    asked: DeviceRequest
    request: TokenRequest
    in_turn: bool
    approval: AuthorizationCode | None
    person: Person | None = None
    released: frozenset[str] | None = None  # what the consent of now covers; None: it does not stand any more
    service: Service | None = None

    @property
    def client(self) -> Client:
        return self.request.authenticated.client


def device_code_belongs_to_client(poll: Poll) -> None:
    """RFC 8628 §3.4."""
    if poll.asked.client_id != poll.client.client_id:
        raise InvalidGrant("the device code was issued to another client")


def device_waits_its_turn(poll: Poll) -> None:
    """RFC 8628 §3.5; DV-02."""
    if not poll.in_turn:
        raise PollsTooFast("wait five seconds more between two requests from now on")


def person_has_answered(poll: Poll) -> None:
    if poll.asked.state is State.PENDING:
        raise AuthorizationPending("the person has not answered yet")


class Denied(AccessDenied):
    """At the token endpoint every refusal of a grant is a 400. RFC 6749 §5.2."""

    status, redirectable = 400, False


def person_said_yes(poll: Poll) -> None:
    if poll.asked.state is State.DENIED:
        raise Denied("the person said no")


def approval_still_stands(poll: Poll) -> None:
    """DV-04: account, session, permission, application or grant changed between approval and redemption."""
    if poll.approval is None:
        raise InvalidGrant("what was approved does not stand any more, or was redeemed")


def person_is_active(poll: Poll) -> None:
    """DV-04: by the record itself, not only by its guard."""
    if poll.person is None or poll.person.status is not Status.ACTIVE:
        raise InvalidGrant("the account cannot be used")


def consent_still_stands(poll: Poll) -> None:
    """DV-04: withdrawn, run out, or asked with a newer text."""
    if poll.released is None or (poll.approval is not None and not poll.approval.released <= poll.released):
        raise InvalidGrant("the consent does not stand any more")


def client_still_has_the_scopes(poll: Poll) -> None:
    if not poll.asked.scopes <= poll.client.scopes:
        raise InvalidGrant("the client is not registered any more for what was granted")


def assurance_is_still_enough(poll: Poll) -> None:
    """The service asks for a second step now, and this sign-in had none."""
    needs = poll.service is not None and poll.service.authentication_level == "aal2"
    if needs and poll.approval is not None and not acr_reaches(poll.approval.acr, ACR_TWO_STEPS):
        raise InvalidGrant("the service needs a stronger sign-in now")


RULES: tuple[Callable[[Poll], None], ...] = (
    device_code_belongs_to_client,
    device_waits_its_turn,
    person_has_answered,
    person_said_yes,
    approval_still_stands,
    person_is_active,
    consent_still_stands,
    client_still_has_the_scopes,
    assurance_is_still_enough,
)


@dataclass(frozen=True)
class DeviceCodeGrant:
    requests: DeviceRequests
    codes: AuthorizationCodeGrant
    people: People
    registry: Registry
    consent: ConsentService
    rules: Sequence[Callable[[Poll], None]] = RULES
    name: str = NAME

    async def answer(self, request: TokenRequest) -> TokenAnswer:
        secret = request.form.get("device_code", "")
        if not secret:
            raise InvalidRequest("device_code is required")
        handle = digest(secret[:128])
        asked = await self.requests.find(handle)
        if asked is None:
            raise ExpiredDeviceCode("the device code is unknown, has run out, or was redeemed")
        poll = await self._facts(handle, asked, request)
        for rule in self.rules:
            rule(poll)
        assert poll.approval is not None
        answer = await self.codes.redeem(key_of_approval(handle), Redemption(poll.approval, request))
        await self.requests.forget(handle)
        return answer

    async def _facts(self, handle: str, asked: DeviceRequest, request: TokenRequest) -> Poll:
        mine = asked.client_id == request.authenticated.client.client_id
        in_turn = mine and await self.requests.is_in_turn(handle)  # another client's guess must not slow the device down
        approval = await self.requests.approval(handle) if asked.state is State.APPROVED else None
        if approval is None:
            return Poll(asked, request, in_turn, None)
        snapshot = self.registry.now
        person = await self.people.get(approval.person, approval.guards[guards.person(approval.person)])
        notice = snapshot.notice_for(asked.service)
        released = None
        if notice is not None and person is not None:
            standing = await self.consent.standing(person.id, notice, approval.released)
            released = standing.released if standing.complete else None
        return Poll(asked, request, in_turn, approval, person, released, snapshot.services.get(asked.service))
