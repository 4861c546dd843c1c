"""The two envelopes of BPJS: `metaData` with a code in text (VClaim), `metadata` with a number (Antrean); and how `response` is opened."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from connectors.apis.hmac_headers.lzstring import decompress
from kit.json_depth import parse

META = ("metaData", "metadata")


def meta_of(envelope: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return code and message, whichever way the envelope is spelt; None when it has none, or both."""
    found = [envelope[name] for name in META if name in envelope]
    if len(found) != 1 or not isinstance(found[0], Mapping):
        return None
    code = found[0].get("code")
    if not isinstance(code, str | int) or isinstance(code, bool):
        return None
    return str(code).strip(), str(found[0].get("message") or "")


def opened(ciphertext: str, *, consumer: str, secret: str, timestamp: str, most: int) -> Any:
    """Return the JSON inside an encrypted `response`; raise ValueError for what does not open.

    The key is made from the time that the request carried, never from that of the answer.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    key = hashlib.sha256(f"{consumer}{secret}{timestamp}".encode()).digest()
    raw = base64.b64decode(ciphertext, validate=True)
    opener = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).decryptor()
    padding = PKCS7(128).unpadder()
    padded = opener.update(raw) + opener.finalize()  # ValueError when it is no whole number of blocks
    text = (padding.update(padded) + padding.finalize()).decode("ascii")
    return parse(decompress(text, most))


def envelope(code: int, message: str, response: Any) -> dict[str, Any]:
    """Return an answer in VClaim's envelope, open as its plain-text predecessor answered."""
    return {"metaData": {"code": str(code), "message": message}, "response": response}
