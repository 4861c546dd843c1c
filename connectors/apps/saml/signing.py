"""XML signatures and signatures over a query: ours made with RSA and SHA-256, others' checked with keys from their settings alone (SM-10).

Checking takes one shape and refuses the rest (SM-06, SM-09, SM-11): one signature in the whole document, a child of the root, with one
reference to the root's own ID, by the two transforms that SAML allows. What fits is verified by signxml, and what is returned is parsed
anew from the very bytes whose digest was compared: nothing outside of them can be read. SAML Core §5.4; SAML Bindings §3.4.4.1.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from lxml import etree

from connectors.apps.saml import xml
from connectors.apps.saml.certificates import certificate, key_of
from connectors.errors import BadRequest

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
RSA_SHA256, SHA256 = f"{MORE}rsa-sha256", f"{xml.XENC}sha256"
C14N, ENVELOPED = "http://www.w3.org/2001/10/xml-exc-c14n#", f"{xml.DS}enveloped-signature"
DIGESTS = (SHA256, f"{MORE}sha384", f"{xml.XENC}sha512")
ALGORITHMS = {f"{MORE}{family}-{name}": (family, name) for family in ("rsa", "ecdsa") for name in ("sha256", "sha384", "sha512")}
SIGNED_INFO = (
    '<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{C14N}"></ds:CanonicalizationMethod>'
    '<ds:SignatureMethod Algorithm="{RSA_SHA256}"></ds:SignatureMethod><ds:Reference URI="#{ID}"><ds:Transforms>'
    '<ds:Transform Algorithm="{ENVELOPED}"></ds:Transform><ds:Transform Algorithm="{C14N}"></ds:Transform></ds:Transforms>'
    '<ds:DigestMethod Algorithm="{SHA256}"></ds:DigestMethod><ds:DigestValue>{DIGEST}</ds:DigestValue></ds:Reference></ds:SignedInfo>'
)  # already canonical: what is signed is this text


@dataclass(frozen=True, slots=True)
class Key:
    """The key that signs, and its certificate as base64."""

    private: RSAPrivateKey
    certificate: str

    def sign(self, text: bytes) -> bytes:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

        return self.private.sign(text, PKCS1v15(), hashes.SHA256())


@lru_cache(maxsize=32)
def own_key(text: str) -> Key:
    """Return the key and certificate of a secret made by `own.make_signing`; kept, because reading it takes longer than signing."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from connectors.apps.saml.certificates import plain

    private: Any = load_pem_private_key(text.encode(), None)
    return Key(private, plain(text))


def sign_enveloped(message: str, key: Key) -> str:
    """Return the message with its signature after the Issuer, where the schema wants it. The root has an ID and an Issuer first."""
    root = etree.fromstring(message)
    covered = xml.canonical(root)
    digest = base64.b64encode(hashlib.sha256(covered).digest()).decode()
    values = {"DS": xml.DS, "C14N": C14N, "RSA_SHA256": RSA_SHA256, "ENVELOPED": ENVELOPED, "SHA256": SHA256}
    info = SIGNED_INFO.format(ID=root.attrib["ID"], DIGEST=digest, **values)
    value = base64.b64encode(key.sign(info.encode())).decode()
    signature = (
        f'<ds:Signature xmlns:ds="{xml.DS}">{info}<ds:SignatureValue>{value}</ds:SignatureValue>'
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{key.certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
    text = covered.decode()
    before = ">" if root.tag == f"{{{xml.MD}}}EntityDescriptor" else "</saml:Issuer>"  # metadata has no Issuer: the signature is first
    end = text.index(before) + len(before)
    return text[:end] + signature + text[end:]


def verify_query(pieces: dict[str, str], certificates: tuple[str, ...]) -> None:
    """Require that one of the keys signed these raw parts, in the order of the standard; raise BadRequest."""
    algorithm = unquote(pieces.get("SigAlg", ""))
    covered = "&".join(f"{name}={pieces[name]}" for name in ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg") if name in pieces)
    signature = _base64(unquote(pieces["Signature"].replace("+", " ")))
    _signed_by_one(certificates, algorithm, covered.encode(), signature)


def verify_enveloped(root: etree._Element, certificates: tuple[str, ...]) -> etree._Element:
    """Return the message that one of the keys signed, parsed from the signed bytes; raise BadRequest.

    The shape is judged here, before anything is computed; the signature itself by signxml.
    """
    signature, info = _the_signature(root)
    _the_three(info)
    _the_reference(info[2], root)
    if signature.tail and signature.tail.strip():
        raise BadRequest("text stands beside the signature")
    written = etree.tostring(root)
    for body in certificates:
        covered = _covered(written, body)
        if covered is not None:
            break
    else:
        raise BadRequest("the signature is of none of the registered keys, or the message is not what was signed")
    proved = xml.parse(covered)
    if proved.tag != root.tag or proved.get("ID") != root.get("ID"):
        raise BadRequest("the message is not what was signed")
    return proved


def _covered(written: bytes, body: str) -> bytes | None:
    """Return the bytes that this key signed, as they were digested; None when the signature does not verify with it."""
    from signxml.exceptions import SignXMLException
    from signxml.verifier import XMLVerifier

    registered = certificate(body)
    config = replace(expected(), verification_time=registered.not_valid_before_utc)  # only the key counts, not its dates (certificates.py)
    try:
        found = XMLVerifier().verify(written, x509_cert=registered, expect_config=config, id_attribute="ID")
    except (SignXMLException, ValueError, TypeError, etree.LxmlError):
        return None
    assert not isinstance(found, list)  # of one reference there is one result
    return found.signed_data


@lru_cache(maxsize=1)
def expected() -> Any:
    """Return what a signature may be made of: RSA and ECDSA with SHA-2, one reference, as a child of the root (SM-11)."""
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.verifier import SignatureConfiguration

    methods = frozenset(one for one in SignatureMethod if one.value in ALGORITHMS)
    digests = frozenset(one for one in DigestAlgorithm if one.value in DIGESTS)
    return SignatureConfiguration(location="./", expect_references=1, signature_methods=methods, digest_algorithms=digests)


def _the_signature(root: etree._Element) -> tuple[etree._Element, etree._Element]:
    found = list(xml.descendants(root, xml.DS, "Signature"))
    if len(found) != 1 or found[0].getparent() is not root:
        raise BadRequest("there is not exactly one signature, or it is not a child of the root")
    infos = list(xml.descendants(root, xml.DS, "SignedInfo"))
    if len(infos) != 1 or infos[0].getparent() is not found[0] or list(xml.descendants(root, xml.DS, "Object")):
        raise BadRequest("the signature has another shape than SAML allows")
    return found[0], infos[0]


def _the_three(info: etree._Element) -> None:
    names = [etree.QName(one).localname for one in info]
    if names != ["CanonicalizationMethod", "SignatureMethod", "Reference"] or any(etree.QName(one).namespace != xml.DS for one in info):
        raise BadRequest("the signature must have one reference")
    if info[0].get("Algorithm") != C14N or len(info[1]):
        raise BadRequest("the canonicalisation must be exclusive")
    if info[1].get("Algorithm") not in ALGORITHMS:
        raise BadRequest("the signature algorithm is not allowed")
    _is_plain(info[0])


def _the_reference(reference: etree._Element, root: etree._Element) -> None:
    """Require a reference to the root by its own ID, which nothing else has."""
    own = root.get("ID", "")
    if not own or reference.get("URI") != f"#{own}":
        raise BadRequest("the signature does not cover the root")
    if sum(value == own for element in root.iter() for name, value in element.attrib.items() if str(name).lower().endswith("id")) != 1:
        raise BadRequest("an ID stands twice")
    transforms = xml.child(reference, xml.DS, "Transforms")
    steps = list(transforms) if transforms is not None else []
    if [step.get("Algorithm") for step in steps] != [ENVELOPED, C14N] or any(step.tag != f"{{{xml.DS}}}Transform" for step in steps):
        raise BadRequest("the transforms are not those of SAML")
    if len(steps[0]):
        raise BadRequest("the transforms are not those of SAML")
    digest = xml.child(reference, xml.DS, "DigestMethod")
    if digest is None or digest.get("Algorithm") not in DIGESTS:
        raise BadRequest("the digest algorithm is not allowed")
    _is_plain(steps[1])


def _is_plain(method: etree._Element) -> None:
    """Require an exclusive canonicalisation with nothing but a few InclusiveNamespaces inside."""
    if not len(method):
        return
    only = method[0]
    if len(method) > 1 or only.tag != f"{{{C14N}}}InclusiveNamespaces" or len(only):
        raise BadRequest("the canonicalisation has another shape than SAML allows")
    prefixes = only.get("PrefixList", "").split()
    if len(prefixes) > 20 or any(len(one) > 40 for one in prefixes):
        raise BadRequest("the canonicalisation names too many prefixes")


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError as error:
        raise BadRequest("the signature is not base64") from error


def _signed_by_one(certificates: tuple[str, ...], algorithm: str, covered: bytes, signature: bytes) -> None:
    if algorithm not in ALGORITHMS:
        raise BadRequest("the signature algorithm is not allowed")
    family, name = ALGORITHMS[algorithm]
    if not any(_good(key_of(body), family, name, covered, signature) for body in certificates):
        raise BadRequest("the signature is of none of the registered keys")


def _good(key: Any, family: str, name: str, covered: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

    digest = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[name]
    try:
        if family == "rsa" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, covered, padding.PKCS1v15(), digest)
            return True
        if family == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            half = (key.curve.key_size + 7) // 8  # XML carries r and s side by side, RFC 4051 §2.3.6
            if len(signature) != 2 * half:
                return False
            r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
            key.verify(utils.encode_dss_signature(r, s), covered, ec.ECDSA(digest))
            return True
    except InvalidSignature:
        return False
    return False
