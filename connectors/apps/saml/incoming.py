"""What comes to the endpoints, read in one order: unpack, parse, find the service provider by the name the message claims, require its
signature, and only then read what it asks, from the signed bytes. Where an answer goes comes from the settings alone.
"""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from lxml import etree

from connectors.apps.saml import binding, logout, message, outgoing
from connectors.apps.saml import request as authn
from connectors.apps.saml.contexts import STRONGEST, stated
from connectors.apps.saml.settings import SamlSettings
from connectors.contract import Answer, Connector
from connectors.errors import BadRequest, NotEntered
from connectors.front_door import Desk, Entry, Leave, Post, Received


def unsolicited(request: Received, desk: Desk) -> Entry:
    """The portal's tile: an answer to nobody's question, where the service provider takes one. SAML Profiles §4.1.5."""
    connector = desk.connector(request.places.get("connector", ""))
    if connector is None or not _of(connector).unsolicited:
        raise NotEntered("not_found")
    state = outgoing.unasked(_of(connector))
    return Entry(connector, state, origins=(_origin(str(state["acs"])),))


async def sign_on(request: Received, desk: Desk) -> Entry | Post:
    came = binding.received(request, "SAMLRequest")
    if came is None:
        raise BadRequest("there is no SAMLRequest")
    connector = _sender(came.root, desk)
    own = _of(connector)
    proved = _proved(came, connector)
    asked = authn.read(came.root if proved is None else proved)
    message.judged(asked.header, message.Facts(f"{desk.issuer}/saml/sso", desk.now, proved is not None))
    acs = authn.acs_of(asked, own).url
    await _first_time(connector, asked.header.id, desk)
    name_id = authn.name_id_of(asked, own)
    state: dict[str, object] = {
        "acs": acs,
        "request": asked.header.id,
        "relay": came.relay_state,
        "name_id": name_id or "",
        "contexts": list(asked.contexts),
        "comparison": asked.comparison,
    }
    if fault := _cannot(asked, name_id):
        return outgoing.refusal(state, fault[1], desk, fault[0])
    return Entry(connector, state, fresh=asked.fresh, silent=asked.silent, origins=(_origin(acs),))


def _cannot(asked: authn.AuthnRequest, name_id: str | None) -> tuple[str, str] | None:
    """Return fault and reason of what we cannot do for anybody, None when it can be tried."""
    if asked.names_someone:
        return ("Responder", "RequestUnsupported")  # nobody is signed in as the one whom an application names
    if name_id is None:
        return ("Requester", "InvalidNameIDPolicy")
    if stated(asked.contexts, asked.comparison, STRONGEST) is None:
        return ("Responder", "NoAuthnContext")
    return None


async def sign_out(request: Received, desk: Desk) -> Leave | Answer:
    """A LogoutResponse ends our own request and changes nothing, so nothing of it is believed."""
    came = binding.received(request, "SAMLRequest")
    if came is None:
        if binding.received(request, "SAMLResponse") is None:
            raise BadRequest("there is no SAMLRequest")
        return Answer(204)
    connector = _sender(came.root, desk)
    own = _of(connector)
    proved = _proved(came, connector)
    asked = logout.read(came.root if proved is None else proved)
    message.judged(asked.header, message.Facts(f"{desk.issuer}/saml/slo", desk.now, proved is not None))
    logout.is_still_good(asked, desk.now)
    await _first_time(connector, asked.header.id, desk)
    handle = logout.handle_of(asked, own) if proved is not None else ""
    whole, part = (outgoing.logout_answer(own, asked.header.id, came.relay_state, desk, partly=partly) for partly in (False, True))
    return Leave(connector, bool(handle), whole, part, handle)


def _proved(came: binding.Message, connector: Connector) -> etree._Element | None:
    """Return the message as it was signed, None without a signature; raise BadRequest where one is demanded (SM-10)."""
    own = _of(connector)
    proved = came.proved(own)
    if proved is None and own.requests_signed:
        raise BadRequest("the request is not signed", connector=connector.id)
    return proved


def _sender(root: etree._Element, desk: Desk) -> Connector:
    """Return the connector of the entityID that the message claims; two of one name are nobody (SM-19)."""
    issuer = message.issuer_of(root)
    found = [one for one in desk.connectors() if _of(one).entity_id == issuer]
    if not found:
        raise NotEntered("not_found")
    if len(found) > 1:
        raise BadRequest("two connectors have this entityID", connector=found[0].id)
    return found[0]


async def _first_time(connector: Connector, message_id: str, desk: Desk) -> None:
    """Require that no message of this id came before, on any node (SM-13)."""
    if not await desk.keep_if_absent(f"id {connector.id} {message_id}", b"1", message.REMEMBERED_SECONDS):
        raise BadRequest("the message came before", connector=connector.id)


def _of(connector: Connector) -> SamlSettings:
    return cast("SamlSettings", connector.settings)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
