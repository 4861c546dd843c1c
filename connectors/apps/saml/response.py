"""The Response: one signed assertion about one person for one service provider, good for five minutes around now (SM-18), or a refusal.

SAML Profiles §4.1.4.2. Only the values that `released` returns are written: the same that the preview shows and the ledger records.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.apps.saml import signing, xml
from connectors.apps.saml.encryption import encrypted
from connectors.apps.saml.message import written
from connectors.apps.saml.request import FORMAT_OF
from connectors.apps.saml.settings import SamlSettings

BEFORE_SECONDS, AFTER_SECONDS = 120, 180  # a clock may be 120 s slow or nearly 180 s fast; together the five minutes of SM-18
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
ATTRIBUTE_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
NAMESPACES = f'xmlns:samlp="{xml.SAMLP}" xmlns:saml="{xml.SAML}"'


@dataclass(frozen=True, slots=True)
class Going:
    """Where a response goes, and which request it answers; empty `request`: nobody asked."""

    issuer: str
    acs: str
    request: str
    now: int


@dataclass(frozen=True, slots=True)
class About:
    """What one assertion says: how the person is named, how she signed in, and the attributes as (name, friendly name, value)."""

    name_id: str
    name_format: str
    context: str
    auth_time: int
    session_index: str
    attributes: Sequence[tuple[str, str, str]]


def new_id() -> str:
    """Return 160 random bits as an xs:ID."""
    return f"_{secrets.token_hex(20)}"


def name_id(value: str, name_format: str, issuer: str, entity_id: str) -> str:
    """Return the NameID as it stands in assertions and in what ends them: the same in both. SAML Core §8.3.7."""
    qualifiers = f' NameQualifier="{xml.escape(issuer)}" SPNameQualifier="{xml.escape(entity_id)}"' if name_format != "email" else ""
    return f'<saml:NameID Format="{FORMAT_OF[name_format]}"{qualifiers}>{xml.escape(value)}</saml:NameID>'


def _attributes(rows: Sequence[tuple[str, str, str]]) -> str:
    """Return the statement; nothing without rows: the schema wants one at least."""
    written_rows = []
    for name, friendly, value in rows:
        kind = "uri" if name.startswith(("urn:", "http://", "https://")) else "basic"
        label = f' FriendlyName="{xml.escape(friendly)}"' if friendly else ""
        written_rows.append(
            f'<saml:Attribute Name="{xml.escape(name)}" NameFormat="{ATTRIBUTE_FORMAT}{kind}"{label}>'
            f"<saml:AttributeValue>{xml.escape(value)}</saml:AttributeValue></saml:Attribute>"
        )
    return f"<saml:AttributeStatement>{''.join(written_rows)}</saml:AttributeStatement>" if written_rows else ""


def assertion(going: Going, settings: SamlSettings, about: About, key: signing.Key) -> str:
    """Return the signed assertion."""
    issuer, audience = xml.escape(going.issuer), xml.escape(settings.entity_id)
    answers = f' InResponseTo="{xml.escape(going.request)}"' if going.request else ""
    start, end = written(going.now - BEFORE_SECONDS), written(going.now + AFTER_SECONDS)
    return signing.sign_enveloped(
        f'<saml:Assertion xmlns:saml="{xml.SAML}" ID="{new_id()}" Version="2.0" IssueInstant="{written(going.now)}">'
        f"<saml:Issuer>{issuer}</saml:Issuer>"
        f"<saml:Subject>{name_id(about.name_id, about.name_format, going.issuer, settings.entity_id)}"
        f'<saml:SubjectConfirmation Method="{BEARER}">'
        f'<saml:SubjectConfirmationData NotOnOrAfter="{end}" Recipient="{xml.escape(going.acs)}"{answers}/>'
        f"</saml:SubjectConfirmation></saml:Subject>"
        f'<saml:Conditions NotBefore="{start}" NotOnOrAfter="{end}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>'
        f"</saml:AudienceRestriction></saml:Conditions>"
        f'<saml:AuthnStatement AuthnInstant="{written(about.auth_time)}" SessionIndex="{xml.escape(about.session_index)}">'
        f"<saml:AuthnContext><saml:AuthnContextClassRef>{xml.escape(about.context)}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
        f"{_attributes(about.attributes)}</saml:Assertion>",
        key,
    )


def _response(going: Going, status: str, inside: str) -> str:
    answers = f' InResponseTo="{xml.escape(going.request)}"' if going.request else ""
    return (
        f'<samlp:Response {NAMESPACES} ID="{new_id()}" Version="2.0" IssueInstant="{written(going.now)}" '
        f'Destination="{xml.escape(going.acs)}"{answers}><saml:Issuer>{xml.escape(going.issuer)}</saml:Issuer>{status}{inside}</samlp:Response>'
    )


def success(going: Going, settings: SamlSettings, about: About, key: signing.Key) -> str:
    """Return the response that signs the person in."""
    inside = assertion(going, settings, about, key)
    if settings.encryption_certificate:
        inside = encrypted(inside, settings.encryption_certificate, settings.key_transport)
    message = _response(going, f'<samlp:Status><samlp:StatusCode Value="{STATUS}Success"/></samlp:Status>', inside)
    return signing.sign_enveloped(message, key) if settings.sign_response else message


def refusal(going: Going, reason: str, key: signing.Key, fault: str = "Responder") -> str:
    """Return the signed response that says why nobody is signed in: a second-level status of SAML Core §3.2.2.2."""
    inner = f'<samlp:StatusCode Value="{STATUS}{reason}"/>'
    status = f'<samlp:Status><samlp:StatusCode Value="{STATUS}{fault}">{inner}</samlp:StatusCode></samlp:Status>'
    return signing.sign_enveloped(_response(going, status, ""), key)
