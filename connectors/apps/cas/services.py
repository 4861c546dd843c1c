"""Is this address a service that may get a ticket? Read strictly: what two programs could read as two addresses is none (CA-01).

An entry that ends in `/` stands for everything below it on exactly that origin, any other for itself alone. Origins are compared as
text: a port written out, upper case or a name before `@` make another origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from connectors.contract import Connector
from connectors.errors import BadRequest
from connectors.paths import HOST, is_ambiguous

MAX_SERVICE = 2048
_PATH = r"/(?:[A-Za-z0-9._~!$&'()*+,=:@/-]|%[0-9A-Fa-f]{2})*"
_QUERY = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?\[\]{}|^`-]|%[0-9A-Fa-f]{2})*"
ADDRESS = re.compile(rf"(?P<origin>https?://{HOST.pattern})(?P<path>{_PATH})(?:\?(?P<query>{_QUERY}))?")


@dataclass(frozen=True, slots=True)
class Address:
    origin: str
    path: str
    query: str


def address_of(text: str) -> Address | None:
    """Return the parts of an absolute http(s) address that every program reads the same; None for any other text.

    No user name, no fragment, no dot segment, `//`, `\\`, `;` or escape of one of these in the path, and no `ticket` of its own: the
    application would read two.
    """
    found = ADDRESS.fullmatch(text) if len(text) <= MAX_SERVICE else None
    if found is None:
        return None
    address = Address(found["origin"], found["path"], found["query"] or "")
    lower = address.path.lower()
    if is_ambiguous(address.path) or "%25" in lower or "%3b" in lower or any(f"%{code:02x}" in lower for code in range(32)):
        return None
    if any(name == "ticket" for name, _ in parse_qsl(address.query, keep_blank_values=True)):
        return None
    return address


def how_near(services: Iterable[str], service: str) -> int:
    """Return how closely an entry names the service: 0 not at all, the length of the longest prefix, above all others for itself."""
    if (address := address_of(service)) is None:
        return 0
    bare, best = address.origin + address.path, 0
    for entry in services:
        if entry == service:
            return MAX_SERVICE + 1
        if entry.endswith("/") and bare.startswith(entry):
            best = max(best, len(entry))
    return best


def connector_of(connectors: Iterable[tuple[Connector, tuple[str, ...]]], service: str) -> Connector | None:
    """Return the connector whose entry names the service most closely; raise BadRequest when two do equally."""
    near = [(how_near(services, service), connector) for connector, services in connectors]
    best = max((score for score, _ in near), default=0)
    found = [connector for score, connector in near if score == best and score]
    if len(found) > 1:
        raise BadRequest("the service is registered with two connectors", connector=found[0].id)
    return found[0] if found else None


def with_ticket(service: str, ticket: str) -> str:
    """Return the address of the service with the ticket in its query. CAS 3.0 §2.2.4."""
    return f"{service}{'&' if '?' in service else '?'}ticket={ticket}"
