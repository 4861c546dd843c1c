"""An AuthnRequest: who asks, and where the answer goes. SAML Core §3.4.1; SAML Profiles §4.1.4.1."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from connectors.apps.saml import contexts, xml
from connectors.apps.saml.message import Header, header_of
from connectors.apps.saml.settings import Acs, SamlSettings
from connectors.errors import BadRequest

POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
FORMATS = {
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent": "persistent",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient": "transient",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress": "email",
}
FORMAT_OF = {name: uri for uri, name in FORMATS.items()}
ANY_FORMAT = ("", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "urn:oasis:names:tc:SAML:2.0:nameid-format:unspecified")
MOST_CONTEXTS = 20
OTHER = "other"  # stands for every class of authentication that is none of ours
BOOLEANS = {"": False, "false": False, "0": False, "true": True, "1": True}


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """What a service provider asks, as read. Empty: it did not say."""

    header: Header
    acs_url: str
    acs_index: str
    binding: str
    fresh: bool
    silent: bool
    name_id_format: str
    name_id_qualifier: str
    contexts: tuple[str, ...]
    comparison: str
    names_someone: bool


def read(root: etree._Element) -> AuthnRequest:
    """Return the request; raise BadRequest when it is none."""
    if root.tag != f"{{{xml.SAMLP}}}AuthnRequest":
        raise BadRequest("the message is no AuthnRequest")
    policy = xml.child(root, xml.SAMLP, "NameIDPolicy")
    wanted = xml.child(root, xml.SAMLP, "RequestedAuthnContext")
    classes = [xml.text_of(one) for one in xml.children(wanted, xml.SAML, "AuthnContextClassRef")] if wanted is not None else []
    if wanted is not None and (len(wanted) != len(classes) or not 0 < len(classes) <= MOST_CONTEXTS):
        classes = [OTHER]  # a declaration instead of a class, or too many: asked for, and not met
    comparison = wanted.get("Comparison", "exact") if wanted is not None else "exact"
    if comparison not in contexts.COMPARISONS:
        raise BadRequest("Comparison is unknown")
    return AuthnRequest(
        header=header_of(root),
        acs_url=root.get("AssertionConsumerServiceURL", ""),
        acs_index=root.get("AssertionConsumerServiceIndex", ""),
        binding=root.get("ProtocolBinding", ""),
        fresh=_true(root.get("ForceAuthn", "")),
        silent=_true(root.get("IsPassive", "")),
        name_id_format=policy.get("Format", "") if policy is not None else "",
        name_id_qualifier=policy.get("SPNameQualifier", "") if policy is not None else "",
        contexts=_worth_keeping(classes),
        comparison=comparison,
        names_someone=xml.child(root, xml.SAML, "Subject") is not None,
    )


def _worth_keeping(classes: list[str]) -> tuple[str, ...]:
    """Return the classes that we can state, once each and in their order, and one word for all others together.

    The house keeps this while a person signs in, and anybody may ask: what cannot be met has no length here.
    """
    return tuple(dict.fromkeys(one if one in contexts.STRENGTH else OTHER for one in classes))


def _true(text: str) -> bool:
    found = BOOLEANS.get(text.strip())
    if found is None:
        raise BadRequest("a boolean cannot be read")
    return found


def acs_of(asked: AuthnRequest, settings: SamlSettings) -> Acs:
    """Return where the answer goes, one of the registered addresses and no other; raise BadRequest (SM-01, SM-02).

    Compared character for character: a longer path or a query more is another address.
    """
    if asked.acs_url and asked.acs_index:
        raise BadRequest("an address and an index for the answer at once")
    if asked.binding not in ("", POST):
        raise BadRequest("answers go by HTTP-POST only")
    if asked.acs_url:
        found = next((one for one in settings.acs if one.url == asked.acs_url), None)
    elif asked.acs_index:
        found = next((one for one in settings.acs if str(one.index) == asked.acs_index), None)
    else:
        found = settings.default_acs
    if found is None:
        raise BadRequest("the address for the answer is not registered")
    return found


def name_id_of(asked: AuthnRequest, settings: SamlSettings) -> str | None:
    """Return how the person will be named; None when the policy cannot be met: then nobody is asked anything. SAML Core §3.4.1.1.

    An address is a name only where the operator said so.
    """
    if asked.name_id_qualifier not in ("", settings.entity_id):
        return None
    if asked.name_id_format in ANY_FORMAT:
        return settings.name_id
    found = FORMATS.get(asked.name_id_format)
    return None if found == "email" and settings.name_id != "email" else found
