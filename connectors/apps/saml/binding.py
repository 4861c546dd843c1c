"""How a message comes: in the query of a GET, deflated and signed beside it (Redirect), or in a form, signed inside (POST).

Of a query only the raw text counts, the same that the signature covers: reading it a second time, decoded, could find another message
in it. SAML Bindings §3.4, §3.5.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass
from urllib.parse import quote_plus, unquote_to_bytes

from lxml import etree

from connectors.apps.saml import signing, xml
from connectors.apps.saml.settings import SamlSettings
from connectors.errors import BadRequest
from connectors.front_door import Received

MOST_TEXT = 350_000  # 256 kB as base64
MOST_RELAY_STATE = 2_048  # SAML says 80; Apache and PHP put whole addresses there
DEFLATE = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
SIGNED = ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg")
NAMES = (*SIGNED, "Signature", "SAMLEncoding")


@dataclass(frozen=True, slots=True)
class Message:
    """What came, read but not believed. `root` is the parsed message; `pieces` the raw parts of a query that a signature may cover."""

    root: etree._Element
    relay_state: str
    pieces: dict[str, str]
    redirect: bool

    def proved(self, settings: SamlSettings) -> etree._Element | None:
        """Return the message as this service provider signed it, None when it is not signed; raise BadRequest for a wrong signature.

        Read from what is returned, never from `root`: only that is covered. Without a certificate in the settings nothing is signed
        (SM-10).
        """
        keys = settings.signing_certificates
        if self.redirect:
            if next(xml.descendants(self.root, xml.DS, "Signature"), None) is not None:
                raise BadRequest("a message in a query carries a signature inside")
            if not keys or "Signature" not in self.pieces:
                return None
            signing.verify_query(self.pieces, keys)
            return self.root
        if next(xml.descendants(self.root, xml.DS, "Signature"), None) is None or not keys:
            return None
        return signing.verify_enveloped(self.root, keys)


def received(request: Received, name: str) -> Message | None:
    """Return the message under this name (SAMLRequest or SAMLResponse), None without one; raise BadRequest when it cannot be read."""
    if request.method == "POST":
        text, relay_state, pieces = request.one(name), request.one("RelayState"), {}
        raw = from_base64("".join(text.split())) if text else b""
    else:
        pieces = _pieces(request.raw_query)
        relay_state = _decoded(pieces.get("RelayState", ""))
        if _decoded(pieces.get("SAMLEncoding", "")) not in ("", DEFLATE):
            raise BadRequest("SAMLEncoding is not DEFLATE")
        text = _decoded(pieces.get(name, ""))
        raw = inflated(from_base64(text)) if text else b""
    if not text:
        return None
    if len(relay_state) > MOST_RELAY_STATE or any(mark < " " or mark == "\x7f" for mark in relay_state):
        raise BadRequest("RelayState is too long or holds control characters")
    return Message(xml.parse(raw), relay_state, pieces, request.method != "POST")


def _pieces(raw_query: str) -> dict[str, str]:
    """Return the raw values by name; raise BadRequest for a name that stands twice."""
    found: dict[str, str] = {}
    for part in raw_query.split("&"):
        name, _, value = part.partition("=")
        if name in NAMES:
            if name in found:
                raise BadRequest(f"{name} stands twice")
            found[name] = value
        elif _decoded(name) in NAMES:
            raise BadRequest("the name of a parameter is written with escapes")
    if "SAMLRequest" in found and "SAMLResponse" in found:
        raise BadRequest("a request and a response at once")
    return found


def _decoded(value: str) -> str:
    try:
        return unquote_to_bytes(value.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("a parameter is not UTF-8") from error


def from_base64(text: str) -> bytes:
    """Return the bytes; raise BadRequest for anything that is not base64 to the last character."""
    if len(text) > MOST_TEXT:
        raise BadRequest("the message is too long")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest("the message is not base64") from error


def inflated(packed: bytes, most_bytes: int = xml.MOST_BYTES) -> bytes:
    """Return what was deflated; never more than `most_bytes` of it are made (SM-03)."""
    machine = zlib.decompressobj(-15)
    try:
        plain = machine.decompress(packed, most_bytes + 1)
    except zlib.error as error:
        raise BadRequest("the message cannot be inflated") from error
    if len(plain) > most_bytes or not machine.eof or machine.unused_data:
        raise BadRequest("the message is too long, cut off, or followed by something")
    return plain


def redirect(url: str, name: str, message: str, relay_state: str, key: signing.Key) -> str:
    """Return the address that brings this message there, signed. SAML Bindings §3.4.4.1."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = machine.compress(message.encode()) + machine.flush()
    query = f"{name}={quote_plus(base64.b64encode(packed).decode())}"
    if relay_state:
        query += f"&RelayState={quote_plus(relay_state)}"
    query += f"&SigAlg={quote_plus(signing.RSA_SHA256)}"
    signature = base64.b64encode(key.sign(query.encode())).decode()
    return f"{url}{'&' if '?' in url else '?'}{query}&Signature={quote_plus(signature)}"
