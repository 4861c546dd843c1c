"""The kind `simple_sso`. Sans-I/O.

The server that brokers know keeps one session for all of them and signs people in by a password that a broker collects. Here attaching is
signing in at Gapura, each broker sees its own person (pairwise) and its own fields, and a password that is sent here is never looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

from pydantic import BaseModel

from connectors.about import About
from connectors.apps.simple_sso import answers
from connectors.apps.simple_sso.about import ABOUT
from connectors.apps.simple_sso.attached import Attached, TokenOfAnother, attach, attached_to, code_for, detach, verified
from connectors.apps.simple_sso.proofs import TOKEN, bearer_of, proves
from connectors.apps.simple_sso.settings import SimpleSsoSettings
from connectors.contract import Answer, Capability, Connector, Emission, Identity, SecretRule
from connectors.errors import BadRequest, NotEntered
from connectors.front_door import Desk, Endpoint, Entry, Exhibit, HandOff, Leave, Message, Post, Received
from connectors.mapping import apply

BASE = "/simple-sso/api/sso"
SIGN_OUT_PATH = "/keluar"
SCRIPTED = ("callback", "jsonp")


class SimpleSso:
    """Holds nothing: one value serves every connector of the kind."""

    name = "simple_sso"
    title: Mapping[str, str] = {"id": "Broker php-simple-sso", "en": "Broker of php-simple-sso"}
    capabilities = frozenset({Capability.FRONT_DOOR, Capability.HAND_OFF, Capability.SIGN_OUT, Capability.PREVIEW})
    settings_model: type[BaseModel] = SimpleSsoSettings
    secrets: Mapping[str, SecretRule] = {"secret": SecretRule({"id": "Rahasia broker", "en": "Secret of the broker"})}
    about: About = ABOUT
    docs = "connectors/simple_sso.md"
    own: Sequence[str] = ()
    endpoints: Sequence[Endpoint] = (
        Endpoint("attach", f"{BASE}/attach"),
        Endpoint("userInfo", f"{BASE}/userInfo", for_programs=True),
        Endpoint("login", f"{BASE}/login", ("POST",), for_programs=True, most_bytes=4096),
        Endpoint("logout", f"{BASE}/logout", ("POST",), for_programs=True, most_bytes=4096),
        Endpoint("verify", f"{BASE}/verify", ("POST",), for_programs=True, most_bytes=4096),
    )

    def make_own(self, name: str, issuer: str, now: int) -> str:
        raise KeyError(name)

    def names(self, settings: BaseModel) -> frozenset[str]:
        return frozenset({_of(settings).broker})

    def emits(self, settings: BaseModel) -> frozenset[str]:
        return frozenset(row.claim for row in _of(settings).fields)

    def emissions(self, settings: BaseModel, identity: Identity) -> Sequence[Emission]:
        own = _of(settings)
        found = [Emission(row.field, value, row.claim) for row, value in apply(own.fields, identity.claims)]
        return [Emission(own.subject_field, identity.subject, "sub"), *found]

    def start(self, connector: Connector, issuer: str) -> str:
        """Attaching begins at the broker, which alone knows its token."""
        own = _of(connector.settings)
        return own.start_url or f"{own.base_url}/"

    async def receive(self, request: Received, desk: Desk) -> Answer | Post | Entry | Leave:
        if request.endpoint == "attach":
            return _attach(request, desk)
        if request.endpoint == "login":
            return answers.error(answers.NOT_ATTACHED)  # whatever was typed: this sends the broker to attach, where people sign in
        return await self._command(request, desk)

    async def _command(self, request: Received, desk: Desk) -> Answer:
        """Answer a broker that proved to know its secret, about the token it shows."""
        authorization = request.headers.get("authorization", "")
        if not authorization:
            return answers.error(answers.NO_KEY)
        bearer = bearer_of(authorization)
        if bearer is None:
            return answers.error(answers.NOT_READ)
        connector = _broker(desk, bearer.broker)
        if connector is None or not proves("session", bearer.token, bearer.checksum, connector.secrets_at("secret", desk.now)):
            return answers.error(answers.NOT_PROVEN)
        found = await attached_to(desk, connector, bearer.token)
        if found is None:
            return answers.error(answers.NOT_ATTACHED)
        if request.endpoint == "verify":
            done = await verified(desk, connector, bearer.token, request.one("code"))
            return answers.told({"success": "verified"}) if done else answers.error(answers.NOT_ATTACHED)
        if request.endpoint == "logout":
            await detach(desk, connector, bearer.token)
            return answers.told({"success": answers.SIGNED_OUT, "sign_out_everywhere": desk.issuer + SIGN_OUT_PATH})
        return answers.error(answers.NOT_VERIFIED) if found.code else answers.told({"data": dict(found.data)})

    async def hand_off(self, connector: Connector, who: Identity, state: Mapping[str, object], desk: Desk) -> HandOff | None:
        own = _of(connector.settings)
        token, url = str(state["token"]), str(state["return_url"])
        attached = Attached(self._data(own, who), desk.now + own.lifetime, code_for(own.verify))
        try:
            if not await attach(desk, connector, token, attached):
                return None
        except TokenOfAnother:
            raise BadRequest("the token was attached by another browser", connector=connector.id) from None
        back = _with(url, sso_verify=attached.code) if attached.code else url
        return HandOff(Answer(303, {"Location": back, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}))

    def refuse(self, connector: Connector, state: Mapping[str, object], reason: str, desk: Desk) -> Answer | Post | None:
        """A broker that was told of a refusal would attach at once again: our own page says it."""
        return None

    def farewell(self, connector: Connector, handle: str, desk: Desk) -> Message | None:
        """Nothing to send: the record has ended with the session, and the broker sees it when it asks next."""
        return None

    def farewell_page(self, connector: Connector, handle: str, desk: Desk) -> str:
        return ""

    async def exhibits(self, connector: Connector, who: Identity, desk: Desk) -> Sequence[Exhibit]:
        answer = answers.told({"data": self._data(_of(connector.settings), who)})
        return [Exhibit("userInfo", answer.body, "application/json")]

    def _data(self, settings: SimpleSsoSettings, who: Identity) -> Mapping[str, str]:
        return {emission.name: emission.value for emission in self.emissions(settings, who)}


def _of(settings: BaseModel) -> SimpleSsoSettings:
    return cast("SimpleSsoSettings", settings)


def _broker(desk: Desk, name: str) -> Connector | None:
    """Return the one connector of this broker name; None when two claim it, for then nobody knows which is meant."""
    found = [one for one in desk.connectors() if _of(one.settings).broker == name]
    return found[0] if len(found) == 1 else None


def _attach(request: Received, desk: Desk) -> Entry:
    """Return the entry of a browser whose broker asks to attach a token; raise for anything that it did not prove or may not have."""
    if any(name in SCRIPTED for name, _ in request.query):
        raise BadRequest("attach by script (callback) is refused: any page could then read who is signed in; redirect the browser")
    connector = _broker(desk, request.one("broker"))
    if connector is None:
        raise NotEntered("not_found")
    token, url = request.one("token"), request.one("return_url")
    if not TOKEN.fullmatch(token):
        raise BadRequest("token must be 20 to 128 letters, digits or _", connector=connector.id)
    if not proves("attach", token, request.one("checksum"), connector.secrets_at("secret", desk.now)):
        raise BadRequest("the checksum is wrong: another secret, or another broker's", connector=connector.id)
    own = _of(connector.settings)
    if not own.may_return_to(url):
        raise BadRequest("return_url is not registered", connector=connector.id)
    return Entry(connector, state={"token": token, "return_url": url}, origins=(own.base_url,))


def _with(url: str, **more: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(more)}"
