"""Reading a ticket of docs/connectors/ticket.md (`jwt_hs256`): with the shared key alone, as the PHP of that page does it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

MOST = 4096
LEEWAY = 30  # seconds by which the clocks may differ


class BadTicket(Exception):
    """The ticket is not what it must be. The message names what, never a value."""


def verified(ticket: str, keys: Iterable[str], *, issuer: str, audience: str, purpose: str, now: int) -> dict[str, Any]:
    """Return what a genuine ticket says that was made for this system and is not over. That it counts once is the caller's to see."""
    head, _, signature = ticket[: MOST + 1].rpartition(".")
    if len(ticket) > MOST or head.count(".") != 1:
        raise BadTicket("form")
    if _part(head.partition(".")[0]).get("alg") != "HS256":
        raise BadTicket("alg")
    shown, made = _octets(signature), [hmac.new(key.encode(), head.encode(), hashlib.sha256).digest() for key in keys]
    if not any(hmac.compare_digest(one, shown) for one in made):
        raise BadTicket("signature")
    claims = _part(head.partition(".")[2])
    for name, holds in _facts(claims, issuer, audience, purpose, now).items():
        if not holds:
            raise BadTicket(name)
    return claims


def _facts(claims: Mapping[str, Any], issuer: str, audience: str, purpose: str, now: int) -> dict[str, bool]:
    start, end = claims.get("nbf"), claims.get("exp")
    return {
        "iss": claims.get("iss") == issuer,
        "aud": claims.get("aud") == audience,
        "purpose": claims.get("purpose") == purpose,
        "nbf": isinstance(start, int) and start <= now + LEEWAY,
        "exp": isinstance(end, int) and now < end + LEEWAY,
        "jti": isinstance(claims.get("jti"), str) and bool(claims["jti"]),
        "sid": isinstance(claims.get("sid"), str) and bool(claims["sid"]),
    }


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadTicket("form") from error


def _part(text: str) -> dict[str, Any]:
    try:
        found = json.loads(_octets(text))
    except ValueError as error:
        raise BadTicket("form") from error
    if not isinstance(found, dict):
        raise BadTicket("form")
    return found
