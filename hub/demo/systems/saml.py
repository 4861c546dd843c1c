"""A small SAML 2.0 service provider: what it asks, and what it believes. Signatures are checked by signxml, never here.

Only what came out of the verifier is read: the rest of a message is whatever somebody wrote around it.
"""

from __future__ import annotations

import base64
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote_plus

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import XMLVerifier

NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
REQUEST = (
    f'<samlp:AuthnRequest xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" ID="{{id}}" Version="2.0" IssueInstant="{{at}}" '
    'Destination="{sso}" AssertionConsumerServiceURL="{acs}"><saml:Issuer>{entity}</saml:Issuer></samlp:AuthnRequest>'
)
LEEWAY = 90  # seconds: the clock of the real one is slow
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"


class Unbelievable(Exception):
    """The message is not what it must be. The text names what, never a value."""


@dataclass(frozen=True)
class Said:
    """What an assertion says: who, under which session index, and the attributes by name."""

    name_id: str
    session_index: str
    values: dict[str, str]


def asked(sso: str, acs: str, entity: str, key_pem: str) -> tuple[str, str]:
    """Return the id of a new AuthnRequest, and the address that brings it there, signed. SAML Bindings §3.4.4.1."""
    key = load_pem_private_key(key_pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    name, at = f"_{secrets.token_hex(20)}", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = machine.compress(REQUEST.format(id=name, at=at, sso=sso, acs=acs, entity=entity).encode()) + machine.flush()
    query = f"SAMLRequest={quote_plus(base64.b64encode(packed).decode())}"
    query += f"&SigAlg={quote_plus('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')}"
    signature = key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    return name, f"{sso}?{query}&Signature={quote_plus(base64.b64encode(signature).decode())}"


def certificates(metadata: bytes) -> list[str]:
    """Return the certificates by which the identity provider signs."""
    path = "md:IDPSSODescriptor/md:KeyDescriptor//ds:X509Certificate"
    return ["".join((one.text or "").split()) for one in _parsed(metadata).iterfind(path, NS)]


def believed(response: str, trusted: Sequence[str], *, issuer: str, acs: str, entity: str, request: str) -> Said:
    """Return what the one signed assertion says that answers our own request, for us, now. SAML Profiles §4.1.4.3."""
    try:
        root = _parsed(base64.b64decode(response, validate=True))
    except ValueError as error:
        raise Unbelievable("form") from error
    status, found = root.find("samlp:Status/samlp:StatusCode", NS), root.findall("saml:Assertion", NS)
    if status is None or status.get("Value") != SUCCESS or len(found) != 1:
        raise Unbelievable("status")
    told = _signed(found[0], trusted)
    data, conditions = told.find("saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData", NS), told.find("saml:Conditions", NS)
    if data is None or conditions is None:
        raise Unbelievable("subject")
    now = datetime.now(UTC).timestamp()
    wanted = {
        "issuer": told.findtext("saml:Issuer", None, NS) == issuer,
        "recipient": data.get("Recipient") == acs,
        "request": bool(request) and data.get("InResponseTo") == request,
        "audience": conditions.findtext("saml:AudienceRestriction/saml:Audience", None, NS) == entity,
        "time": _seconds(conditions.get("NotBefore", "")) - LEEWAY <= now < _seconds(data.get("NotOnOrAfter", "")) + LEEWAY,
    }
    for name, holds in wanted.items():
        if not holds:
            raise Unbelievable(name)
    statement = told.find("saml:AuthnStatement", NS)
    values = {
        one.get("Name", ""): one.findtext("saml:AttributeValue", "", NS)
        for one in told.iterfind("saml:AttributeStatement/saml:Attribute", NS)
    }
    index = statement.get("SessionIndex", "") if statement is not None else ""
    return Said(told.findtext("saml:Subject/saml:NameID", "", NS), index, values)


def ended(envelope: bytes, trusted: Sequence[str]) -> str:
    """Return the session index that a signed LogoutRequest in SOAP names. SAML Profiles §4.4.4.1."""
    found = _parsed(envelope).find("{*}Body/samlp:LogoutRequest", NS)
    if found is None:
        raise Unbelievable("form")
    return _signed(found, trusted).findtext("samlp:SessionIndex", "", NS)


def _signed(element: etree._Element, trusted: Sequence[str]) -> etree._Element:
    for certificate in trusted:
        try:
            found = XMLVerifier().verify(etree.tostring(element), x509_cert=certificate, id_attribute="ID")
        except (SignXMLException, etree.LxmlError, ValueError):
            continue
        seen = found[0].signed_xml if isinstance(found, list) else found.signed_xml
        if seen is not None and seen.tag == element.tag:
            return seen
    raise Unbelievable("signature")


def _parsed(raw: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise Unbelievable("form") from error


def _seconds(text: str) -> float:
    try:
        return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise Unbelievable("time") from error
