"""The connector contract: what a kind of older system is, and what it is given.

A kind never sees a session, a consent record or a person: it gets an `Identity` that is already filtered by consent, and formats it.
It opens no network when it is built or read. Everything here is sans-I/O: facts in, an answer out.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from pydantic import BaseModel

from connectors.about import About


class Capability(StrEnum):
    """What a kind can do. The hub asks for these, never for a kind by name."""

    FRONT_DOOR = "front_door"  # people enter through an endpoint of the kind
    PROXY_CHECK = "proxy_check"  # a reverse proxy asks about every request
    HAND_OFF = "hand_off"  # a person is sent on with a proof
    API_CALL = "api_call"  # programs call an older API through us, or an older program calls us
    API_INBOUND = "api_inbound"  # an older program signs its calls to us in its own scheme
    EXCHANGE = "exchange"  # a program that acts for a person gets the older system's own proof for her token of ours
    DIRECTORY = "directory"  # an older system asks a directory for a person, as LDAP does
    SIGN_OUT = "sign_out"
    PROBE = "probe"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who someone is, as far as one application may know: pairwise subject, the claims that consent released, how they signed in.

    `claims` holds wire values (str, int, bool, list, dict) under the claim names of the catalogue. A claim that was not released or
    has no value is absent, never empty. Times are seconds UTC. `session` is what this session is called in the application's
    sector, the same for each hand-off of the session; empty where no session is behind it.
    """

    subject: str
    application: str
    service: str
    claims: Mapping[str, Any]
    acr: str
    amr: tuple[str, ...]
    auth_time: int
    issued_at: int
    session: str = ""


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a kind may know of an HTTP request. Header names are lower case; `path` is the raw path and query as it came.

    `trusted_proxy` is true only when the peer is in the configured list (default: none): without it a kind believes no header.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    peer: str
    trusted_proxy: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a kind wants answered. `headers` are already encoded for the wire (ASCII, no CR or LF)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that only Gapura and one older system know. `until`: when it stops being good, seconds UTC; 0: it does not."""

    value: str = field(repr=False)
    until: int = 0


def random_key() -> str:
    """Return 256 bits that nobody chose, as base64url."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class SecretRule:
    """A secret that a kind needs: what it is called on the form, how strong it must be, and whether Gapura makes it, by `make`.

    `least_bits` is judged on the text as given: 4 a hexadecimal digit, 6 a character of base64url, 8 a byte of anything else.
    """

    title: Mapping[str, str]
    generated: bool = True
    least_bits: int = 256
    optional: bool = False
    make: Callable[[], str] = random_key


@dataclass(frozen=True, slots=True)
class Connector:
    """One application behind one kind, as configured. `settings` is the kind's own frozen model, `secrets` what it refers to by name."""

    id: str
    application: str
    kind: str
    settings: BaseModel
    enabled: bool = True
    secrets: Mapping[str, tuple[Secret, ...]] = field(default_factory=dict, repr=False)

    def secrets_at(self, name: str, now: int) -> tuple[str, ...]:
        """Return the values that are good now, newest first: the one to sign with, and those still accepted after a rotation (TI-05)."""
        return tuple(one.value for one in self.secrets.get(name, ()) if not one.until or now < one.until)


@dataclass(frozen=True, slots=True)
class Emission:
    """What leaves for the older system about one identity, in words for the preview: name, value, the claim it came from."""

    name: str
    value: str
    claim: str


class Kind(Protocol):
    """A kind of older system. One value per kind, listed in builtin.py."""

    name: str
    title: Mapping[str, str]  # {"id": …, "en": …}
    capabilities: frozenset[Capability]
    settings_model: type[BaseModel]
    secrets: Mapping[str, SecretRule]  # by name; most kinds have none
    about: About  # what it says of itself, for whoever shows it
    docs: str  # path below docs/

    def emits(self, settings: BaseModel) -> frozenset[str]:
        """Return the claims this connector would use, by its mapping."""

    def emissions(self, settings: BaseModel, identity: Identity) -> Sequence[Emission]:
        """Return exactly what the older system receives for this identity: the same function serves preview and production."""


class ProxyKind(Kind, Protocol):
    """A kind with PROXY_CHECK: a reverse proxy asks before each request of the application."""

    def target(self, facts: RequestFacts) -> str | None:
        """Return the application host that this check is about, from the trusted proxy's own header; None when it cannot be known."""

    def host(self, settings: BaseModel) -> str:
        """Return the application host, in lower case and with its port, that a connector with these settings stands for."""

    def original(self, settings: BaseModel, facts: RequestFacts) -> tuple[str, str] | None:
        """Return (method, path and query) of the request that the proxy asks about; None when the proxy did not say."""

    def allow(self, settings: BaseModel, identity: Identity) -> Answer:
        """Return the answer that lets the request through, with the identity in headers, and blanks for all the others it owns."""

    def proof_header(self, settings: BaseModel) -> str:
        """Return the header in which the application wants a signed proof of the others, which only we can make; empty: none (FA-10)."""

    def challenge(self, settings: BaseModel, facts: RequestFacts, start_url: str) -> Answer:
        """Return the answer for a request without a valid gate session, with where to sign in. Never 2xx."""

    def open_path(self, settings: BaseModel, method: str, path: str) -> bool:
        """True when this path may pass without sign-in, decided on the path as the application will see it (FA-06)."""

    def entry_url(self, settings: BaseModel, path: str) -> str:
        """Return the absolute URL at the application for a path on it; its own start for anything but a plain path."""

    def proxy_configuration(self, settings: BaseModel, issuer: str) -> str:
        """Return what to put into the chosen proxy's configuration for this connector; empty: only the docs page shows it."""

    def blank(self, settings: BaseModel) -> Mapping[str, str]:
        """Return the headers that a proxy must blank on an open path, so that a client's own never pass (FA-01)."""
