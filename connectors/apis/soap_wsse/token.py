"""The UsernameToken: made for a service, and judged when an older program sends one. OASIS WSS UsernameToken Profile 1.1.1 §3.1.

The digest covers nonce, moment and password, not the message: TLS carries the rest, and what is called is read from one place only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.apis.soap_wsse.xml import local, namespace

if TYPE_CHECKING:
    from lxml import etree

WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = WSS + "wssecurity-secext-1.0.xsd"
WSU = WSS + "wssecurity-utility-1.0.xsd"
PROFILE = WSS + "username-token-profile-1.0"
DIGEST, TEXT = PROFILE + "#PasswordDigest", PROFILE + "#PasswordText"
BASE64 = WSS + "soap-message-security-1.0#Base64Binary"
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z")
MOST_VALUE = 256


@dataclass(frozen=True, slots=True)
class Shown:
    """A UsernameToken as it was sent. `stamp` is Created in seconds UTC, 0 when it has none."""

    username: str
    password: str = field(repr=False)
    kind: str = ""
    nonce: str = field(default="", repr=False)
    created: str = ""
    stamp: int = 0


def digest(nonce: bytes, created: str, password: str) -> str:
    """Return Base64(SHA-1(nonce + created + password)), the profile's only digest."""
    return base64.b64encode(hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()).decode()


def put(header: etree._Element, username: str, password: str, *, kind: str, now: int) -> None:
    """Put a Security header with one UsernameToken into the message's header."""
    from lxml import etree

    security = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "wsu": WSU})
    token = etree.SubElement(security, f"{{{WSSE}}}UsernameToken")
    etree.SubElement(token, f"{{{WSSE}}}Username").text = username
    shown = etree.SubElement(token, f"{{{WSSE}}}Password")
    nonce, created = secrets.token_bytes(16), datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    shown.set("Type", DIGEST if kind == "digest" else TEXT)
    shown.text = digest(nonce, created, password) if kind == "digest" else password
    sent = etree.SubElement(token, f"{{{WSSE}}}Nonce")
    sent.set("EncodingType", BASE64)
    sent.text = base64.b64encode(nonce).decode()
    etree.SubElement(token, f"{{{WSU}}}Created").text = created


def shown(envelope: etree._Element, header: etree._Element) -> Shown | None:
    """Return the one token of the message; None unless it stands exactly where it belongs, and nowhere is a second one (SO-02)."""
    everywhere = [one for one in envelope.iter() if namespace(one) == WSSE and local(one) in ("Security", "UsernameToken")]
    security = [one for one in header if one.tag == f"{{{WSSE}}}Security"]
    tokens = [one for one in security[0] if one.tag == f"{{{WSSE}}}UsernameToken"] if len(security) == 1 else []
    if len(tokens) != 1 or everywhere != [security[0], tokens[0]]:
        return None
    parts: dict[str, str] = {}
    kind = TEXT
    for part in tokens[0]:
        name = local(part)
        if name in parts or len(part) or namespace(part) != (WSU if name == "Created" else WSSE) or len(part.text or "") > MOST_VALUE:
            return None
        parts[name] = (part.text or "").strip()
        if name == "Password":
            kind = part.get("Type", TEXT)
    return Shown(
        parts.get("Username", ""), parts.get("Password", ""), kind, parts.get("Nonce", ""), parts.get("Created", ""),
        _seconds(parts.get("Created", "")),
    )  # fmt: skip


def due(token: Shown, password: str) -> str | None:
    """Return what the token must hold for this password; None when its nonce is no base64."""
    if token.kind == TEXT:
        return password
    nonce = nonce_of(token)
    return digest(nonce, token.created, password) if nonce is not None else None


def nonce_of(token: Shown) -> bytes | None:
    """Return the bytes of the nonce, None when it is no base64."""
    try:
        return base64.b64decode(token.nonce, validate=True)
    except (binascii.Error, ValueError):
        return None


def _seconds(created: str) -> int:
    found = TIME.fullmatch(created)
    if found is None:
        return 0
    try:
        return int(datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0
