"""Tickets: 144 random bits in the letters that CAS allows, and what each stands for. CAS 3.0 §3.

A service ticket has 32 characters, as many as every service must take (§3.1.1). What it stands for is kept on the desk, so that it is
gone with the first who takes it, and dead with the session, the permission and the application.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from connectors.apps.cas.settings import SUBJECT, USER, CasSettings
from connectors.contract import Emission, Identity
from connectors.mapping import Row, apply

TICKET_SECONDS = 10
GRANTING_SECONDS = 7200
_TICKET = re.compile(r"(ST|PT|PGT)-[A-Z2-7]{29}")
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # what XML 1.0 cannot say, and controls
_BREAKS = re.compile(r"[\t\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Granted:
    """What a ticket stands for. Times are seconds UTC; `proxies` are the callbacks it went through, the last one first."""

    connector: str
    service: str
    user: str
    attributes: tuple[tuple[str, str], ...]
    authenticated: int
    fresh: bool
    proxies: tuple[str, ...] = ()

    def to_bytes(self) -> bytes:
        return orjson.dumps(self)

    def through(self, service: str, proxies: tuple[str, ...]) -> Granted:
        """Return what a ticket stands for that a program got in the person's name: for another service, and never a fresh sign-in."""
        return replace(self, service=service, fresh=False, proxies=proxies)


def granted_from(raw: bytes) -> Granted:
    kept = orjson.loads(raw)
    return Granted(
        kept["connector"],
        kept["service"],
        kept["user"],
        tuple((name, value) for name, value in kept["attributes"]),
        kept["authenticated"],
        kept["fresh"],
        tuple(kept["proxies"]),
    )


def new_ticket(sort: str) -> str:
    """Return a ticket of this sort (ST, PT, PGT, PGTIOU). CA-08; CAS 3.0 §3.7."""
    return f"{sort}-{base64.b32encode(secrets.token_bytes(18)).decode().rstrip('=')}"


def sort_of(ticket: str) -> str:
    """Return ST, PT or PGT; empty for what was never a ticket of ours."""
    found = _TICKET.fullmatch(ticket)
    return found[1] if found else ""


def emissions_of(settings: CasSettings, who: Identity) -> Sequence[Emission]:
    """Return the user name and the attributes, the whole of what a ticket tells; nothing when there is no name to tell."""
    if settings.username == SUBJECT:
        named = [Emission(USER, who.subject, "sub")]
    else:
        row = Row(claim=settings.username, field=USER, transform="trim")
        # a name that would have to be changed to be told could be another person's
        named = [Emission(USER, value, row.claim) for _, value in apply((row,), who.claims) if not _UNFIT.search(value + " ")]
        named = [one for one in named if not _BREAKS.search(one.value)]
    if not named:
        return ()
    rows = ((row, _UNFIT.sub("", value)) for row, value in apply(settings.attributes, who.claims))
    return named + [Emission(row.field, value, row.claim) for row, value in rows if value]
