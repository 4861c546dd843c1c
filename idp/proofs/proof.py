"""A DPoP proof as it was sent: read, and nothing of it judged. RFC 9449 §4.1, §4.2."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.client_auth.signatures import Key
from kit.json_depth import parse
from kit.secrets import b64url_decode

MAX_PROOF = 8192
KINDS: Mapping[str, type[Key]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof as read, nothing of it judged: how many were sent, and header, claims and key of a single one that can be read."""

    count: int
    text: str = field(default="", repr=False)
    header: Mapping[str, Any] | None = None
    claims: Mapping[str, Any] | None = None
    key: Key | None = None


def read(values: Sequence[str]) -> Proof:
    """Return what was sent in DPoP headers, as far as it can be read. Never raises."""
    text = values[0] if values else ""
    if len(values) != 1 or len(text) > MAX_PROOF or text.count(".") != 2:
        return Proof(len(values), text)
    try:
        header, claims = (parse(b64url_decode(part)) for part in text.split(".")[:2])
    except ValueError:
        return Proof(1, text)
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return Proof(1, text)
    return Proof(1, text, header, claims, _key(header.get("jwk")))


def _key(jwk: object) -> Key | None:
    """Return the key of a header, the public members alone; None when there is none of a kind we take."""
    if not isinstance(jwk, dict) or str(jwk.get("kty")) not in KINDS:
        return None
    try:
        public = {name: value for name, value in jwk.items() if name in ("kty", "crv", "x", "y", "n", "e") and isinstance(value, str)}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # of a short key: it is refused by a rule
            return KINDS[jwk["kty"]].import_key(public)  # type: ignore[arg-type] # a mapping of texts is what it takes
    except (JoseError, ValueError, KeyError, TypeError):
        return None


def normal(url: str) -> str:
    """Return the URL without query and fragment, scheme and host in small letters, without the port that goes without saying.

    RFC 9449 §4.3(9), RFC 3986 §6.2.2.1, §6.2.3. Empty when it is no absolute URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in DEFAULT_PORTS or not host or "@" in parts.netloc:
        return ""
    shown = f"[{host}]" if ":" in host else host
    place = shown if port in (None, DEFAULT_PORTS[scheme]) else f"{shown}:{port}"
    return f"{scheme}://{place}{parts.path or '/'}"
