"""Sign-out in both directions: the LogoutRequest of a service provider and our answer, and ours when a session ends. SAML Profiles §4.4.

A `handle` is how one sign-in is named between us and the house: `session index, format of the name, name`, with spaces between.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from connectors.apps.saml import signing, xml
from connectors.apps.saml.message import Header, header_of, seconds, written
from connectors.apps.saml.request import ANY_FORMAT, FORMATS
from connectors.apps.saml.response import NAMESPACES, STATUS, name_id, new_id
from connectors.apps.saml.settings import SamlSettings
from connectors.errors import BadRequest

MOST_NAME = 1_024
REASON = "urn:oasis:names:tc:SAML:2.0:logout:user"


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """Who shall be signed out, as the service provider says it; `until`: when it stops being good, seconds UTC; 0: it does not say."""

    header: Header
    name_id: str
    name_format: str
    sessions: tuple[str, ...]
    until: int


def read(root: etree._Element) -> LogoutRequest:
    """Return the request; raise BadRequest when it is none, or when it names nobody in plain."""
    if root.tag != f"{{{xml.SAMLP}}}LogoutRequest":
        raise BadRequest("the message is no LogoutRequest")
    named = xml.child(root, xml.SAML, "NameID")
    name = xml.text_of(named)
    if named is None or not name or len(name) > MOST_NAME:
        raise BadRequest("the LogoutRequest has no NameID in plain")
    sessions = tuple(xml.text_of(one) for one in xml.children(root, xml.SAMLP, "SessionIndex"))
    until = root.get("NotOnOrAfter", "")
    return LogoutRequest(header_of(root), name, named.get("Format", ""), sessions, seconds(until) if until else 0)


def is_still_good(asked: LogoutRequest, now: int) -> None:
    """Require that the request has not ended by its own NotOnOrAfter (SM-14). SAML Core §3.7.1."""
    if asked.until and now >= asked.until:
        raise BadRequest("the LogoutRequest has ended")


def handle(index: str, name_format: str, name: str) -> str:
    return f"{index} {name_format} {name}"


def handle_of(asked: LogoutRequest, settings: SamlSettings) -> str:
    """Return the handle of the one sign-in that is meant; empty when it does not say, or says more than one: then the person is asked."""
    name_format = settings.name_id if asked.name_format in ANY_FORMAT else FORMATS.get(asked.name_format, "")
    if len(asked.sessions) != 1 or not name_format or not asked.sessions[0] or " " in asked.sessions[0]:
        return ""
    return handle(asked.sessions[0], name_format, asked.name_id)


def request(given: str, url: str, issuer: str, settings: SamlSettings, now: int) -> str:
    """Return our LogoutRequest about the sign-in of this handle, not signed yet."""
    index, name_format, name = given.split(" ", 2)
    return (
        f'<samlp:LogoutRequest {NAMESPACES} ID="{new_id()}" Version="2.0" IssueInstant="{written(now)}" Destination="{xml.escape(url)}" '
        f'NotOnOrAfter="{written(now + 300)}" Reason="{REASON}"><saml:Issuer>{xml.escape(issuer)}</saml:Issuer>'
        f"{name_id(name, name_format, issuer, settings.entity_id)}<samlp:SessionIndex>{xml.escape(index)}</samlp:SessionIndex>"
        f"</samlp:LogoutRequest>"
    )


def response(to: str, url: str, issuer: str, now: int, *, partly: bool) -> str:
    """Return our LogoutResponse, not signed yet. `partly`: another system could not be told. SAML Core §3.7.3.2."""
    inner = f'<samlp:StatusCode Value="{STATUS}PartialLogout"/>' if partly else ""
    return (
        f'<samlp:LogoutResponse {NAMESPACES} ID="{new_id()}" Version="2.0" IssueInstant="{written(now)}" Destination="{xml.escape(url)}" '
        f'InResponseTo="{xml.escape(to)}"><saml:Issuer>{xml.escape(issuer)}</saml:Issuer><samlp:Status>'
        f'<samlp:StatusCode Value="{STATUS}Success">{inner}</samlp:StatusCode></samlp:Status></samlp:LogoutResponse>'
    )


def envelope(message: str, key: signing.Key) -> bytes:
    """Return the message signed in a SOAP 1.1 envelope. SAML Bindings §3.2."""
    return f'<soap:Envelope xmlns:soap="{xml.SOAP}"><soap:Body>{signing.sign_enveloped(message, key)}</soap:Body></soap:Envelope>'.encode()
