"""The kind `passport`. Sans-I/O.

The shape that Laravel Passport and its likes gave to OAuth 2.0 before OpenID Connect was common: a code, a token, and an address of the
server's own that tells who signed in. The application keeps its code; only the addresses and its secret change.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

from pydantic import BaseModel

from connectors.about import About
from connectors.apps.passport.about import ABOUT
from connectors.apps.passport.settings import PassportSettings
from connectors.apps.passport.token import CODE_SECONDS, Code, redeem, show, told
from connectors.contract import Answer, Capability, Connector, Emission, Identity, SecretRule
from connectors.errors import BadRequest, NotEntered
from connectors.front_door import Desk, Endpoint, Entry, Exhibit, HandOff, Leave, Message, Post, Received
from connectors.mapping import apply

AT = "/passport/{connector}"
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
MOST_STATE = 512


class Passport:
    """Holds nothing: one value serves every connector of the kind."""

    name = "passport"
    title: Mapping[str, str] = {"id": "OAuth 2.0 bentuk Laravel Passport", "en": "OAuth 2.0 as Laravel Passport shapes it"}
    capabilities = frozenset({Capability.FRONT_DOOR, Capability.HAND_OFF, Capability.PREVIEW})
    settings_model: type[BaseModel] = PassportSettings
    secrets: Mapping[str, SecretRule] = {"client_secret": SecretRule({"id": "Rahasia klien", "en": "Client secret"})}
    about: About = ABOUT
    docs = "connectors/passport.md"
    own: Sequence[str] = ()
    endpoints: Sequence[Endpoint] = (
        Endpoint("authorize", f"{AT}/oauth/authorize"),
        Endpoint("token", f"{AT}/oauth/token", ("POST",), for_programs=True, most_bytes=8192),
        Endpoint("user", f"{AT}/api/user", for_programs=True),
    )

    def make_own(self, name: str, issuer: str, now: int) -> str:
        raise KeyError(name)

    def emits(self, settings: BaseModel) -> frozenset[str]:
        return frozenset(row.claim for row in _of(settings).fields)

    def emissions(self, settings: BaseModel, identity: Identity) -> Sequence[Emission]:
        own = _of(settings)
        found = [Emission(row.field, value, row.claim) for row, value in apply(own.fields, identity.claims)]
        return [Emission(own.subject_field, identity.subject, "sub"), *found]

    def start(self, connector: Connector, issuer: str) -> str:
        """Sign-in begins at the application, which alone knows its state."""
        own = _of(connector.settings)
        return own.start_url or f"{own.base_url}/"

    async def receive(self, request: Received, desk: Desk) -> Answer | Post | Entry | Leave:
        connector = desk.connector(request.places["connector"])
        if request.endpoint == "authorize":
            return _entry(connector, request)
        if connector is None:
            return told({"error": "invalid_client"}, 401)
        if request.endpoint == "token":
            return await redeem(connector, request, desk, secrets.token_urlsafe(32))
        said = await show(connector, request, desk)
        if said is None:
            return told({"message": "Unauthenticated."}, 401)
        own = _of(connector.settings)
        body = {**{row.field: own.absent for row in own.fields if own.absent}, **said}
        return told({own.envelope: body} if own.envelope else body)

    async def hand_off(self, connector: Connector, who: Identity, state: Mapping[str, object], desk: Desk) -> HandOff | None:
        said = {one.name: one.value for one in self.emissions(connector.settings, who)}
        code, target = secrets.token_urlsafe(32), str(state["redirect_uri"])
        kept = Code(target, str(state["challenge"]), said).written()
        if not await desk.keep(f"code {connector.id} {code}", kept, CODE_SECONDS):
            return None
        return HandOff(_back(target, {"code": code}, state))

    def refuse(self, connector: Connector, state: Mapping[str, object], reason: str, desk: Desk) -> Answer | Post | None:
        """RFC 6749 §4.1.2.1. Another refusal than a no is the person's to read."""
        return _back(str(state["redirect_uri"]), {"error": "access_denied"}, state) if reason == "declined" else None

    def farewell(self, connector: Connector, handle: str, desk: Desk) -> Message | None:
        return None

    def farewell_page(self, connector: Connector, handle: str, desk: Desk) -> str:
        return ""

    async def exhibits(self, connector: Connector, who: Identity, desk: Desk) -> Sequence[Exhibit]:
        """Return the answer about the person, got by the code and the token that the application would use."""
        target = _of(connector.settings).redirect_uris[0]
        handed = await self.hand_off(connector, who, {"redirect_uri": target, "challenge": "", "state": ""}, desk)
        if handed is None or isinstance(handed.answer, Post):
            return ()
        location = handed.answer.headers["Location"]
        form = {
            "grant_type": "authorization_code",
            "code": location.rpartition("code=")[2],
            "redirect_uri": target,
            "client_id": connector.id,
            "client_secret": next(iter(connector.secrets_at("client_secret", desk.now)), ""),
        }
        token = secrets.token_urlsafe(32)
        await redeem(connector, Received("token", "POST", "", form=tuple(form.items())), desk, token)
        asked = Received("user", "GET", "", headers={"authorization": f"Bearer {token}"}, places={"connector": connector.id})
        answer = await self.receive(asked, desk)
        assert isinstance(answer, Answer)
        return (Exhibit("Location", location), Exhibit("/api/user", answer.body, "application/json"))


def _entry(connector: Connector | None, request: Received) -> Entry:
    """Return who wants in; raise BadRequest, told as a page: nobody is sent to an address that is not registered. RFC 6749 §4.1.2.1."""
    if connector is None:
        raise NotEntered("not_found")
    names = ("response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method")
    asked = {name: request.one(name) for name in names}
    if asked["client_id"] != connector.id or asked["redirect_uri"] not in _of(connector.settings).redirect_uris:
        raise BadRequest("client_id or redirect_uri is not the registered one", connector=connector.id)
    if asked["response_type"] != "code" or len(asked["state"]) > MOST_STATE:
        raise BadRequest("response_type must be code, and state at most 512 characters", connector=connector.id)
    challenge = asked["code_challenge"]
    if challenge and (asked["code_challenge_method"] != "S256" or not CHALLENGE.fullmatch(challenge)):
        raise BadRequest("code_challenge must be S256", connector=connector.id)
    state = {"redirect_uri": asked["redirect_uri"], "challenge": challenge, "state": asked["state"]}
    return Entry(connector, state, origins=(_of(connector.settings).base_url,))


def _back(target: str, parameters: Mapping[str, str], state: Mapping[str, object]) -> Answer:
    sent = {**({"state": str(state["state"])} if state["state"] else {}), **parameters}
    return Answer(303, {"Location": f"{target}?{urlencode(sent)}"})


def _of(settings: BaseModel) -> PassportSettings:
    return cast("PassportSettings", settings)
