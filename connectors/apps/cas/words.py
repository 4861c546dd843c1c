"""Parameters of the protocol, each at most once and of bounded length."""

from __future__ import annotations

from connectors.apps.cas.answers import Refused
from connectors.errors import BadRequest
from connectors.front_door import Received

OFF = ("", "false", "0", "no")


def bounded(received: Received, name: str, most: int) -> str:
    """Return the value, empty when absent; raise BadRequest for a second one or one that is too long."""
    value = received.one(name)
    if len(value) > most:
        raise BadRequest(f"{name} is longer than {most} characters")
    return value


def is_set(received: Received, name: str) -> bool:
    """True when a flag is set. CAS 3.0 §2.1.1 recommends `true`; programs send other values too, and `false` when they mean it."""
    return bounded(received, name, 16).lower() not in OFF


def wants_json(received: Received) -> bool:
    """CAS 3.0 §2.5.1 `format`: XML unless JSON is asked for."""
    try:
        asked = bounded(received, "format", 16).upper()
    except BadRequest as error:
        raise Refused("INVALID_REQUEST", error.reason) from None
    if asked not in ("", "XML", "JSON"):
        raise Refused("INVALID_REQUEST", "format must be XML or JSON")
    return asked == "JSON"
