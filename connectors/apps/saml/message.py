"""What every message to us has in common, and the rules it must meet before anything else of it counts. SAML Core §3.2.1."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from connectors.apps.saml import xml
from connectors.errors import BadRequest

OLDEST_SECONDS = 300
SKEW_SECONDS = 180
REMEMBERED_SECONDS = OLDEST_SECONDS + SKEW_SECONDS + 60  # longer than any message is accepted: an id counts once (SM-13)
ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{7,127}")  # below 8 characters it would not be random
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Header:
    """The part that is alike in requests for sign-on and for sign-out."""

    id: str
    issuer: str
    version: str
    instant: int  # seconds UTC
    destination: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message is judged against: the endpoint it came to, the time, and whether it proved who sent it."""

    endpoint: str
    now: int
    signed: bool


def issuer_of(root: etree._Element) -> str:
    """Return who the message says it is from: who it really is from, its signature tells."""
    return xml.text_of(xml.child(root, xml.SAML, "Issuer"))


def header_of(root: etree._Element) -> Header:
    """Return the common part; raise BadRequest when it cannot be read."""
    return Header(
        id=root.get("ID", ""),
        issuer=issuer_of(root),
        version=root.get("Version", ""),
        instant=seconds(root.get("IssueInstant", "")),
        destination=root.get("Destination", ""),
    )


def seconds(text: str) -> int:
    """Return an xs:dateTime as seconds UTC; a time without zone is UTC. SAML Core §1.3.3."""
    if not INSTANT.fullmatch(text):
        raise BadRequest("a time cannot be read")
    try:
        found = datetime.fromisoformat(text)
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError) as error:
        raise BadRequest("a time cannot be read") from error


def written(moment: int) -> str:
    """Return seconds UTC as xs:dateTime."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def version_is_two(header: Header, facts: Facts) -> None:
    """Require SAML 2.0. SAML Core §3.2.1."""
    if header.version != "2.0":
        raise BadRequest("Version is not 2.0")


def id_is_usable(header: Header, facts: Facts) -> None:
    """Require an xs:ID long enough to be random. SAML Core §1.3.4."""
    if not ID.fullmatch(header.id):
        raise BadRequest("ID is missing, too short or no xs:ID")


def instant_is_near(header: Header, facts: Facts) -> None:
    """Require a message made within the last five minutes, by a clock at most three minutes fast (SM-14)."""
    if not facts.now - OLDEST_SECONDS <= header.instant <= facts.now + SKEW_SECONDS:
        raise BadRequest("IssueInstant is too old or in the future: are the clocks right?")


def destination_is_here(header: Header, facts: Facts) -> None:
    """Require our own address; a signed message must say it (SM-12). SAML Bindings §3.4.5.2, §3.5.5.2."""
    if header.destination != facts.endpoint and (header.destination or facts.signed):
        raise BadRequest("Destination is not this address")


RULES: tuple[Callable[[Header, Facts], None], ...] = (version_is_two, id_is_usable, instant_is_near, destination_is_here)


def judged(header: Header, facts: Facts) -> None:
    """Require every rule, in this order; raise BadRequest with the first that is not met."""
    for rule in RULES:
        rule(header, facts)
