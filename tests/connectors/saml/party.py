"""A service provider for tests: its keys, what it sends, and how it reads what it gets. Signatures are made and checked by signxml."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote_plus

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from connectors.apps.saml.kind import Saml
from connectors.apps.saml.message import written
from connectors.apps.saml.own import make_signing
from connectors.contract import Connector, Secret
from connectors.front_door import Post, Received
from connectors.registry import build
from tests.connectors.desk import NOW, FakeDesk

ISSUER = "https://masuk.example.id"
SSO, SLO = f"{ISSUER}/saml/sso", f"{ISSUER}/saml/slo"
ENTITY = "https://eoffice.example.id/saml/metadata"
ACS = "https://eoffice.example.id/saml/acs"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
}
SAML = Saml()


@cache
def keys(owner: str) -> tuple[Any, str]:
    """Return a private key and its certificate as PEM, made once for each owner: sp, other, idp."""
    text = make_signing(f"https://{owner}.example.id", NOW)
    return load_pem_private_key(text.encode(), None), text[text.index("-----BEGIN CERTIFICATE") :]


@cache
def own_secret() -> str:
    return SAML.make_own("signing", ISSUER, NOW)


def own_certificate() -> str:
    return own_secret()[own_secret().index("-----BEGIN CERTIFICATE") :]


def settings(**changes: Any) -> dict[str, Any]:
    return {
        "entity_id": ENTITY,
        "acs": [{"url": ACS, "index": 1, "default": True}, {"url": "https://eoffice.example.id/saml/acs2", "index": 2}],
        "slo": [
            {"url": "https://eoffice.example.id/saml/slo", "binding": "redirect"},
            {"url": "https://eoffice.example.id/saml/soap", "binding": "soap"},
        ],
        "signing_certificates": [keys("sp")[1]],
        "attributes": [
            {"claim": "name", "field": "urn:oid:2.16.840.1.113730.3.1.241", "friendly_name": "displayName", "transform": "trim"},
            {"claim": "nik", "field": "nik"},
        ],
        **changes,
    }


def connector(connector_id: str = "e-office", **changes: Any) -> Connector:
    return build(kind="saml", connector_id=connector_id, application=connector_id, settings=settings(**changes))


def desk(*known: Connector) -> FakeDesk:
    return FakeDesk(issuer=ISSUER, own={"signing": (Secret(own_secret()),)}, known=known or (connector(),))


def authn(inside: str = "", *, issuer: str = ENTITY, **changes: str) -> str:
    """Return an AuthnRequest as a service provider writes it; a change of an attribute to nothing removes it."""
    given = {"ID": "_0123456789abcdef", "Version": "2.0", "IssueInstant": written(NOW), "Destination": SSO, **changes}
    attributes = "".join(f' {name}="{value}"' for name, value in given.items() if value)
    return (
        f'<samlp:AuthnRequest xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}"{attributes}>'
        f"<saml:Issuer>{issuer}</saml:Issuer>{inside}</samlp:AuthnRequest>"
    )


def logout(inside: str, *, issuer: str = ENTITY, **changes: str) -> str:
    text = authn(inside, issuer=issuer, **{"Destination": SLO, **changes})
    return text.replace("samlp:AuthnRequest", "samlp:LogoutRequest")


def signed(text: str, owner: str = "sp", **options: Any) -> str:
    """Return the message with an enveloped signature over its own ID, after the Issuer, made by signxml."""
    values = {"signature_algorithm": SignatureMethod.RSA_SHA256, "digest_algorithm": DigestAlgorithm.SHA256, **options}
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0, **values)
    root = etree.fromstring(text)
    root.insert(1, etree.fromstring(f'<ds:Signature xmlns:ds="{NS["ds"]}" Id="placeholder"/>'))
    key, certificate = keys(owner)
    done = signer.sign(root, key=key, cert=certificate, reference_uri=f"#{root.get('ID')}", id_attribute="ID")
    return etree.tostring(done).decode()


def posted(text: str, relay_state: str = "", endpoint: str = "sso") -> Received:
    """Return the message in a form."""
    form = [("SAMLRequest", base64.b64encode(text.encode()).decode())]
    form += [("RelayState", relay_state)] if relay_state else []
    return Received(endpoint, "POST", f"/saml/{endpoint}", form=tuple(form))


def packed(text: str | bytes) -> str:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = text.encode() if isinstance(text, str) else text
    return base64.b64encode(machine.compress(raw) + machine.flush()).decode()


def query(text: str | bytes, relay_state: str = "", owner: str = "sp", algorithm: str = RSA_SHA256, name: str = "SAMLRequest") -> str:
    """Return the query of a redirect, signed by this owner; by nobody when it is empty."""
    covered = f"{name}={quote_plus(packed(text))}"
    covered += f"&RelayState={quote_plus(relay_state)}" if relay_state else ""
    if not owner:
        return covered
    covered += f"&SigAlg={quote_plus(algorithm)}"
    digest = hashes.SHA1() if algorithm.endswith("sha1") else hashes.SHA256()
    signature = keys(owner)[0].sign(covered.encode(), padding.PKCS1v15(), digest)
    return f"{covered}&Signature={quote_plus(base64.b64encode(signature).decode())}"


def redirected(raw_query: str, endpoint: str = "sso") -> Received:
    return Received(endpoint, "GET", f"/saml/{endpoint}?{raw_query}", raw_query=raw_query)


def response_of(post: object) -> etree._Element:
    assert isinstance(post, Post), post
    return etree.fromstring(base64.b64decode(post.fields["SAMLResponse"]))


def verified(element: etree._Element) -> etree._Element:
    """Return what signxml says is signed by our key."""
    how = SignatureConfiguration(verification_time=datetime.fromtimestamp(NOW, UTC))
    found = XMLVerifier().verify(etree.tostring(element), x509_cert=own_certificate(), id_attribute="ID", expect_config=how)
    signed_xml = found[0].signed_xml if isinstance(found, list) else found.signed_xml
    assert signed_xml is not None
    return signed_xml


def assertion_of(post: object) -> etree._Element:
    """Return the one signed assertion in the answer."""
    root = response_of(post)
    assert root.findtext("samlp:Status/samlp:StatusCode", None, NS) is not None
    (found,) = root.findall("saml:Assertion", NS)
    return verified(found)


def status_of(post: object) -> list[str]:
    """Return the last words of the status codes, from the outer to the inner."""
    return [str(one.get("Value")).rpartition(":")[2] for one in response_of(post).iter(f"{{{NS['samlp']}}}StatusCode")]
