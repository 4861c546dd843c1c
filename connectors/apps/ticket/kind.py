"""The kind `ticket`. Sans-I/O: a ticket is signed and forgotten; that it counts once is the application's to see, by its `jti`.

A browser that brings somebody else's ticket would be signed in as somebody else. An application that sets `begin_url` is safe from that:
its own page sets a `state`, Gapura repeats it inside the ticket, and a request without one is sent to that page first.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

from pydantic import BaseModel

from connectors.about import About
from connectors.apps.ticket import claims, formats
from connectors.apps.ticket.about import ABOUT
from connectors.apps.ticket.settings import TicketSettings
from connectors.apps.ticket.snippets import php_configuration
from connectors.contract import Answer, Capability, Connector, Emission, Identity, SecretRule, random_key
from connectors.errors import BadRequest, NotEntered
from connectors.front_door import Desk, Endpoint, Entry, Exchanged, Exhibit, HandOff, Leave, Message, Post, Received
from connectors.paths import plain_or

STATE = re.compile(r"[A-Za-z0-9_-]{8,128}")
MOST_PATH = 1024
NOT_KEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class Ticket:
    """Holds nothing: one value serves every connector of the kind."""

    name = "ticket"
    title: Mapping[str, str] = {"id": "Tiket bertanda tangan (JWT, HMAC, AES)", "en": "Signed ticket (JWT, HMAC, AES)"}
    capabilities = frozenset({Capability.FRONT_DOOR, Capability.HAND_OFF, Capability.SIGN_OUT, Capability.PREVIEW, Capability.EXCHANGE})
    settings_model: type[BaseModel] = TicketSettings
    secrets: Mapping[str, SecretRule] = {
        "key": SecretRule(
            {"id": "Kunci bersama tiket (HS256, HMAC, AES)", "en": "Shared key of tickets (HS256, HMAC, AES)"}, optional=True
        ),
        "signing": SecretRule(
            {"id": "Kunci tanda tangan tiket (RS256)", "en": "Signing key of tickets (RS256)"},
            least_bits=2048,
            optional=True,
            make=formats.make_signing_key,
        ),
    }
    about: About = ABOUT
    docs = "connectors/ticket.md"
    token_type = "urn:gapura:params:oauth:token-type:ticket"
    own: Sequence[str] = ()
    endpoints: Sequence[Endpoint] = (
        Endpoint("masuk", "/tiket/{connector}/masuk"),
        Endpoint("jwks", "/tiket/kunci/{connector}.json", for_programs=True),
        Endpoint("pem", "/tiket/kunci/{connector}.pem", for_programs=True),
    )

    def make_own(self, name: str, issuer: str, now: int) -> str:
        raise KeyError(name)

    def names(self, settings: BaseModel) -> frozenset[str]:
        own = _of(settings)
        return frozenset({own.audience or own.base_url, own.arrive_url})

    def emits(self, settings: BaseModel) -> frozenset[str]:
        return frozenset(row.claim for row in _of(settings).fields)

    def emissions(self, settings: BaseModel, identity: Identity) -> Sequence[Emission]:
        return claims.emissions(_of(settings), identity)

    def application_configuration(self, settings: BaseModel, connector: str, issuer: str) -> str:
        """Return the PHP file that the application reads, for this connector; its key is not in it."""
        return php_configuration(cast("TicketSettings", settings), connector, issuer)

    def start(self, connector: Connector, issuer: str) -> str:
        return _of(connector.settings).begin_url or f"{issuer}/tiket/{connector.id}/masuk"

    async def receive(self, request: Received, desk: Desk) -> Answer | Post | Entry | Leave:
        connector = desk.connector(request.places.get("connector", ""))
        if request.endpoint in ("jwks", "pem"):
            return _public_keys(connector, request.endpoint, desk.now)
        if connector is None:
            raise NotEntered("not_found")
        own = _of(connector.settings)
        state, path = request.one("state"), plain_or("", request.one("kembali")[: MOST_PATH + 1])
        path = path if len(path) <= MOST_PATH else ""
        if own.begin_url and not state:
            return Answer(303, {"Location": own.begin_url + (f"?{urlencode({'kembali': path})}" if path else ""), **NOT_KEPT})
        if state and not STATE.fullmatch(state):
            raise BadRequest("state must be 8 to 128 letters, digits, - or _", connector=connector.id)
        _signing(connector, desk.now)
        asked = {name: value for name, value in (("kembali", path), ("state", state)) if value}
        return Entry(connector, state=asked, origins=(own.base_url,))

    async def hand_off(self, connector: Connector, who: Identity, state: Mapping[str, object], desk: Desk) -> HandOff | None:
        own, made = _of(connector.settings), await self.exchange(connector, who, state, desk)
        if made is None:
            return None
        if own.delivery == "post":
            return HandOff(Post(own.arrive_url, {own.parameter: made.token}), made.handle)
        return HandOff(Answer(303, {"Location": f"{own.arrive_url}?{urlencode({own.parameter: made.token})}", **NOT_KEPT}), made.handle)

    def exchange_from(self, settings: BaseModel) -> frozenset[str]:
        return frozenset(_of(settings).exchange_from)

    async def exchange(self, connector: Connector, who: Identity, state: Mapping[str, object], desk: Desk) -> Exchanged | None:
        own = _of(connector.settings)
        sid = claims.handle()
        if not await desk.keep(f"handed:{sid}", b"", own.lifetime):
            return None  # she withdrew, or signed out, since this was decided: nothing else here would see it
        said = claims.sign_in(own, who, desk.issuer, desk.now, sid, state)
        return Exchanged(formats.FORMATS[own.format](said, _signing(connector, desk.now)), own.lifetime, sid)

    def refuse(self, connector: Connector, state: Mapping[str, object], reason: str, desk: Desk) -> Answer | Post | None:
        """There is no ticket that says no: our own page says it."""
        return None

    def farewell(self, connector: Connector, handle: str, desk: Desk) -> Message | None:
        own = _of(connector.settings)
        if not own.sign_out_url or not connector.secrets_at(own.secret_name, desk.now):
            return None
        said = claims.sign_out(own, desk.issuer, desk.now, handle)
        ticket = formats.FORMATS[own.format](said, _signing(connector, desk.now))
        return Message(own.sign_out_url, urlencode({own.parameter: ticket}).encode())

    def farewell_page(self, connector: Connector, handle: str, desk: Desk) -> str:
        return ""

    async def exhibits(self, connector: Connector, who: Identity, desk: Desk) -> Sequence[Exhibit]:
        """Signed by a key of the moment: a preview never shows a ticket that some application takes."""
        own = _of(connector.settings)
        make = formats.make_signing_key if own.format == "jwt_rs256" else random_key
        secret = await asyncio.to_thread(make)
        said = claims.sign_in(own, who, desk.issuer, desk.now, claims.handle(), {})
        return [
            Exhibit("claims", json.dumps(said, indent=2, ensure_ascii=False), "application/json"),
            Exhibit(own.parameter, formats.FORMATS[own.format](said, secret)),
        ]


def _of(settings: BaseModel) -> TicketSettings:
    return cast("TicketSettings", settings)


def _signing(connector: Connector, now: int) -> str:
    """Return the secret to sign with: the oldest that is good. So the application has the whole overlap of a rotation to take up the
    new one beside the old; when the old one ends, the new one signs (TI-05, JW-15). Without any nobody is let in."""
    name = _of(connector.settings).secret_name
    found = connector.secrets_at(name, now)
    if not found:
        raise BadRequest(f"the connector has no secret {name!r} yet", connector=connector.id)
    return found[-1]


def _public_keys(connector: Connector | None, form: str, now: int) -> Answer:
    """Only RS256 has something to publish; a shared key never leaves. The key that signs stands first: some programs read no other."""
    private = connector.secrets_at("signing", now)[::-1] if connector is not None else ()
    if not private:
        return Answer(404, {"Content-Type": "application/json"}, '{"error":"not_found"}')
    cached = {"Cache-Control": "public, max-age=300"}
    if form == "pem":
        return Answer(200, {"Content-Type": "application/x-pem-file", **cached}, "".join(formats.public_pem(one) for one in private))
    return Answer(200, {"Content-Type": "application/json", **cached}, formats.key_set(private))
