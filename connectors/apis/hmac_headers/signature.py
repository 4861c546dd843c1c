"""How requests are signed: as BPJS wants it, and our own scheme with the same headers, in which the whole request is signed.

BPJS signs consumer and time only, so whoever sees one request can make others for minutes. Ours signs, one a line: the scheme, method,
host, path and query as they are sent, SHA-256 of the body, consumer, time and a nonce. None of these can hold a line feed, each stands in
its own line, and nothing is decoded or sorted first: so no two different requests share what is signed (HM-03).
"""

from __future__ import annotations

import base64
import hashlib
import hmac

SCHEME = "GAPURA-HMAC-SHA256"


def mac(secret: str, message: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), message.encode(), hashlib.sha256).digest()).decode()


def of_time(secret: str, consumer: str, timestamp: str) -> str:
    """Return X-signature as BPJS wants it."""
    return mac(secret, f"{consumer}&{timestamp}")


def canonical(*, method: str, host: str, path: str, query: str, body: bytes, consumer: str, timestamp: str, nonce: str) -> str:
    """Return the text that is signed; raise ValueError when a part could be read as two."""
    parts = (SCHEME, method.upper(), host.lower(), path, query, hashlib.sha256(body).hexdigest(), consumer, timestamp, nonce)
    if not all(part.isascii() and (part.isprintable() or not part) for part in parts):
        raise ValueError("a part holds what cannot stand in a request line or header")
    return "\n".join(parts)


def of_request(
    secret: str, *, method: str, host: str, path: str, query: str, body: bytes, consumer: str, timestamp: str, nonce: str
) -> str:
    """Return X-signature over the whole request."""
    text = canonical(method=method, host=host, path=path, query=query, body=body, consumer=consumer, timestamp=timestamp, nonce=nonce)
    return mac(secret, text)
