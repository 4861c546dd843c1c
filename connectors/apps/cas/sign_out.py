"""Single logout: the service that got a ticket is told that the session behind it ended. CAS 3.0 §2.3.3."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from connectors.front_door import Message

REQUEST = (
    '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
    'ID="{id}" Version="2.0" IssueInstant="{at}">'
    "<saml:NameID>@NOT_USED@</saml:NameID><samlp:SessionIndex>{ticket}</samlp:SessionIndex></samlp:LogoutRequest>"
)


def handle_of(ticket: str, service: str) -> str:
    """Return by what a hand-off is named: the ticket, and the service that got it."""
    return f"{ticket} {service}"


def service_of(handle: str) -> str:
    return handle.partition(" ")[2]


def logout_message(handle: str, now: int) -> Message:
    """Return the POST to the service's own address, which carries the ticket. Sent again it is the same request."""
    ticket, _, service = handle.partition(" ")
    name = "LR-" + hashlib.sha256(handle.encode()).hexdigest()[:32]
    at = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = urlencode({"logoutRequest": REQUEST.format(id=name, at=at, ticket=escape(ticket))}).encode()
    return Message(service, body, understood_below=400)  # mod_auth_cas obeys and then redirects; the protocol says nothing of answers
