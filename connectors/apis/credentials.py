"""Getting a token by client credentials, with the habits of the APIs met so far. RFC 6749 §4.4."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from connectors.apis.answers import UNREADABLE, object_of, status_failure, told
from connectors.calls import Failure, Fault, OutboundRequest, Response, Token

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
MOST_TOKEN = 16_384
EARLY = 30  # seconds before its end a token is not used any more: it must still be good when it arrives
SHORT, LONG = 60, 86_400


def by_basic(url: str, client_id: str, client_secret: str) -> OutboundRequest:
    """Return the request with the client in the Authorization header. RFC 6749 §2.3.1."""
    plain = f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}"
    headers = {**FORM, "Authorization": "Basic " + base64.b64encode(plain.encode()).decode()}
    return OutboundRequest("POST", url, headers, urlencode({"grant_type": "client_credentials"}).encode())


def by_form(url: str, client_id: str, client_secret: str, *, grant_type_in_query: bool = False) -> OutboundRequest:
    """Return the request with the client in the form; SATUSEHAT wants the grant type in the query, and nowhere else."""
    fields = {"client_id": client_id, "client_secret": client_secret}
    if grant_type_in_query:
        return OutboundRequest("POST", f"{url}?grant_type=client_credentials", FORM, urlencode(fields).encode())
    return OutboundRequest("POST", url, FORM, urlencode({"grant_type": "client_credentials", **fields}).encode())


def seconds_of(value: Any) -> int | None:
    """Return a number of seconds that may have been written as text; None when it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float) and 0 < value < 1e9:
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.strip().isdecimal() and len(value.strip()) < 10 else None


def token(response: Response, now: int, *, pause: int = 0) -> Token | Failure:
    """Return the token of an answer; a Failure, with `pause` seconds of rest, for anything else. RFC 6749 §5."""
    found = object_of(response)
    limited = status_failure(response)
    if limited is not None and limited.fault is Fault.LIMITED:
        return replace(limited, pause=max(limited.pause, pause))
    if response.status in (400, 401, 403):
        return Failure(Fault.REFUSED, "the older system does not accept the connector's client id and secret", pause=pause)
    if found is None or not 200 <= response.status < 300:
        return Failure(Fault.BROKEN, told((found or {}).get("error", "")) or UNREADABLE.detail, pause=pause)
    value = found.get("access_token")
    if not isinstance(value, str) or not 0 < len(value) <= MOST_TOKEN or not value.isascii() or not value.isprintable() or " " in value:
        return Failure(Fault.BROKEN, "the answer holds no access_token", pause=pause)
    seconds = seconds_of(found.get("expires_in"))
    return Token(value, now + (SHORT if seconds is None else max(1, min(seconds, LONG) - EARLY)))
