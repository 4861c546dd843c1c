"""Metadata in both directions: a service provider's, reduced to settings once, and our own, signed. SAML Metadata §2.

A service provider's metadata is read when an operator enters it and never again: what it may do does not change behind her back (SM-19).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from lxml import etree
from pydantic import ValidationError

from connectors.apps.saml import signing, xml
from connectors.apps.saml.certificates import plain
from connectors.apps.saml.message import seconds
from connectors.apps.saml.request import FORMAT_OF, FORMATS, POST
from connectors.apps.saml.settings import SamlSettings
from connectors.errors import BadRequest, BadSettings

MOST_BYTES = 262_144
BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:"
SLO_BINDINGS = {f"{BINDINGS}HTTP-Redirect": "redirect", f"{BINDINGS}HTTP-POST": "post", f"{BINDINGS}SOAP": "soap"}
XENC11_OAEP = "http://www.w3.org/2009/xmlenc11#rsa-oaep"


def import_metadata(raw: bytes, now: int) -> SamlSettings:
    """Return the settings of the one service provider in this metadata, without attributes; raise BadSettings with what is wrong."""
    try:
        entity = _entity(xml.parse(raw, most_bytes=MOST_BYTES, comments=True), now)
        return SamlSettings.model_validate(_reduced(entity, _role(entity, now)))
    except BadRequest as error:
        raise BadSettings("metadata", error.reason) from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadSettings(".".join(str(part) for part in first["loc"]) or "metadata", first["msg"]) from None


def _entity(root: etree._Element, now: int) -> etree._Element:
    """Return the one entity that is a service provider, of a single description or of a list of them."""
    found = [root] if root.tag == f"{{{xml.MD}}}EntityDescriptor" else list(xml.descendants(root, xml.MD, "EntityDescriptor"))
    found = [one for one in found if xml.children(one, xml.MD, "SPSSODescriptor")]
    if len(found) != 1:
        raise BadRequest("the metadata must describe exactly one service provider (SPSSODescriptor)")
    for element in {root, found[0]}:
        _is_valid(element, now)
    return found[0]


def _role(entity: etree._Element, now: int) -> etree._Element:
    roles = [
        one for one in xml.children(entity, xml.MD, "SPSSODescriptor") if xml.SAMLP in one.get("protocolSupportEnumeration", "").split()
    ]
    if len(roles) != 1:
        raise BadRequest("the service provider must speak SAML 2.0, described once")
    _is_valid(roles[0], now)
    return roles[0]


def _is_valid(element: etree._Element, now: int) -> None:
    if (until := element.get("validUntil", "")) and seconds(until) <= now:
        raise BadRequest("the metadata is past its validUntil: ask for a new one")


def _reduced(entity: etree._Element, role: etree._Element) -> dict[str, Any]:
    signing_keys, (encryption, transport) = _keys(role, "signing"), _encryption(role)
    formats = [FORMATS.get(xml.text_of(one)) for one in xml.children(role, xml.MD, "NameIDFormat")]
    return {
        "entity_id": entity.get("entityID", ""),
        "acs": _acs(role),
        "slo": _slo(role),
        "signing_certificates": signing_keys,
        "encryption_certificate": encryption,
        "key_transport": transport,
        "requests_signed": role.get("AuthnRequestsSigned", "false") in ("true", "1"),
        "name_id": next((one for one in formats if one in ("persistent", "transient")), "persistent"),
    }


def _acs(role: etree._Element) -> list[dict[str, Any]]:
    """Return the addresses with HTTP-POST; those of other bindings are left out: we do not use them."""
    posts = [one for one in xml.children(role, xml.MD, "AssertionConsumerService") if one.get("Binding") == POST]
    defaults = [one for one in posts if one.get("isDefault") in ("true", "1")]
    return [{"url": one.get("Location", ""), "index": one.get("index", "0"), "default": one in defaults[:1]} for one in posts]


def _slo(role: etree._Element) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in xml.children(role, xml.MD, "SingleLogoutService"):
        if binding := SLO_BINDINGS.get(one.get("Binding", "")):
            found.setdefault(binding, {"url": one.get("Location", ""), "binding": binding, "response_url": one.get("ResponseLocation", "")})
    return list(found.values())


def _keys(role: etree._Element, use: str) -> list[str]:
    """Return the certificates for this use; a key without `use` is for both (SM-10)."""
    found = []
    for one in xml.children(role, xml.MD, "KeyDescriptor"):
        if one.get("use", use) == use:
            found += [xml.text_of(body) for body in xml.descendants(one, xml.DS, "X509Certificate")]
    return found


def _encryption(role: etree._Element) -> tuple[str, str]:
    """Return the first certificate to encrypt for that holds an RSA key, and how its owner can open: the newer way where it lists it."""
    for one in xml.children(role, xml.MD, "KeyDescriptor"):
        if one.get("use") != "encryption":
            continue  # a key for both is for signing first: encryption is only done for who asks for it
        methods = [method.get("Algorithm") for method in xml.children(one, xml.MD, "EncryptionMethod")]
        transport = "rsa-oaep-sha256" if XENC11_OAEP in methods else "rsa-oaep-mgf1p"
        for body in xml.descendants(one, xml.DS, "X509Certificate"):
            return _plain(xml.text_of(body)), transport
    return "", "rsa-oaep-sha256"


def _plain(text: str) -> str:
    try:
        return plain(text)
    except ValueError as error:
        raise BadRequest(f"encryption certificate: {error}") from error


@lru_cache(maxsize=8)
def own_metadata(issuer: str, secrets: tuple[str, ...]) -> str:
    """Return our metadata, signed with the key that signs now, with every certificate in force: each is trusted before it is used.

    It has no validUntil: it is often copied into a file by hand, and must not stop a morning's work months later.
    """
    keys = [signing.own_key(one) for one in secrets]
    described = "".join(
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{xml.DS}"><ds:X509Data><ds:X509Certificate>{key.certificate}'
        f"</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for key in keys
    )
    formats = "".join(f"<md:NameIDFormat>{uri}</md:NameIDFormat>" for uri in FORMAT_OF.values())
    places = {"SingleLogoutService": f"{issuer}/saml/slo", "SingleSignOnService": f"{issuer}/saml/sso"}
    at = {
        name: "".join(f'<md:{name} Binding="{BINDINGS}{one}" Location="{xml.escape(url)}"/>' for one in ("HTTP-Redirect", "HTTP-POST"))
        for name, url in places.items()
    }
    identity = hashlib.sha256((issuer + described).encode()).hexdigest()[:40]
    text = (
        f'<md:EntityDescriptor xmlns:md="{xml.MD}" ID="_{identity}" entityID="{xml.escape(entity_id(issuer))}" cacheDuration="PT6H">'
        f'<md:IDPSSODescriptor protocolSupportEnumeration="{xml.SAMLP}">{described}{at["SingleLogoutService"]}{formats}'
        f"{at['SingleSignOnService']}</md:IDPSSODescriptor></md:EntityDescriptor>"
    )
    return signing.sign_enveloped(text, keys[0])


def entity_id(issuer: str) -> str:
    """Return our own name as an identity provider, which is also where its metadata is."""
    return f"{issuer}/saml/metadata"
