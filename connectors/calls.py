"""Kinds that programs call through us: how a call for an older API is dressed, and how its answer is read.

A kind gets a `Call` that the house has already allowed, and says which request leaves; it gets what came back, and says what it means. The
house owns everything between: who calls, which operations there are, the person's permission, tokens and their shelf, time limits, the
breaker, and the one guarded way out. Some kinds also read calls that an older program signs in its own way (`inbound`).
Sans-I/O: the moment is an argument, nothing here opens a connection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, cast

from pydantic import BaseModel

from connectors.contract import Capability, Connector, Kind, SecretRule

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """What a program wants of the older API: a path below its base, the pairs of the query, and a body as it shall arrive."""

    method: str
    path: str = field(repr=False)
    query: Pairs = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    accept: str = ""


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """The request that leaves. `context` is what `read` must know of it again, such as the time that a key was made from.

    Nothing of it is ever shown: an address may hold a NIK, headers and body hold secrets.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    context: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """What the older API answered. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def media_type(self) -> str:
        return self.content_type.partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller is given."""

    body: bytes = field(repr=False)
    status: int = 200
    media_type: str = "application/json"


class Fault(StrEnum):
    """Why a call brought no answer. The house tells each as a problem document, or the kind in the older protocol's own words."""

    NOT_FOUND = "upstream_not_found"
    DECLINED = "upstream_declined"  # understood, and said no
    REFUSED = "upstream_refused"  # it does not accept the credentials of this connector
    BROKEN = "upstream_broken"  # it failed, or answered what cannot be understood
    LIMITED = "upstream_limited"  # it must not be asked again yet
    MALFORMED = "call_malformed"  # what the caller sent does not fit this API
    UNREACHABLE = "upstream_unreachable"
    BUSY = "upstream_busy"  # as many calls as it may have are waiting, or it failed so often that it is left alone for a while


@dataclass(frozen=True, slots=True)
class Failure:
    """`detail` is for the caller, at most 200 characters, never for a log: an older system may quote what it was sent.

    `stale`: tokens that are good no longer. `again`: nothing happened there, so the call may be sent once more with new ones.
    `pause`: seconds after which it may be asked again. `held`: the older side named them itself, so nobody asks before.
    """

    fault: Fault
    detail: str = field(default="", repr=False)
    stale: tuple[str, ...] = ()
    again: bool = False
    pause: int = 0
    held: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A token that the older side gave us. `until`: when it stops being good, seconds UTC."""

    value: str = field(repr=False)
    until: int


@dataclass(frozen=True, slots=True)
class TokenNeed:
    """A token that calls of this connector carry, and the request that gets it.

    `rest`: a token that is refused so soon after it was given, in seconds, says that the next one would be refused too: nobody asks for
    one for as long.
    """

    name: str
    request: OutboundRequest
    rest: int = 60


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call as an older program sent it. `full_path` and `raw_query` are as they came, for signatures; `path` is what lies below
    the connector's address. `host` is the Host header, `own_host` ours."""

    method: str
    host: str
    own_host: str
    full_path: str
    path: str
    raw_query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    peer: str = ""
    now: int = 0


@dataclass(frozen=True, slots=True)
class Caller:
    """An older program that proved to be itself, and what it calls.

    `once` names this very request, empty when the scheme has nothing that is used once: the house keeps it `seconds`, and of any number of
    requests with one name one passes. `stamp` is the moment the request says it was made, `ahead` how far its clock may run before ours.
    """

    id: str
    call: Call
    once: str = field(default="", repr=False)
    seconds: int = 0
    stamp: int = 0
    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nobody is let in: 401 for a proof that does not hold, 403 for one that holds but not here. `reason` quotes nothing received."""

    reason: str
    status: int = 401


class ApiKind(Kind, Protocol):
    """A kind with API_CALL."""

    def secret_rules(self, settings: BaseModel) -> Mapping[str, SecretRule]:
        """Return the secrets that a connector with these settings needs: those of the kind, and one a key holder or service."""

    def needs(self, connector: Connector, now: int) -> Sequence[TokenNeed]:
        """Return the tokens that its calls carry; none for most kinds."""

    def read_token(self, connector: Connector, name: str, response: Response, now: int) -> Token | Failure:
        """Return the token that the older side gave for the request of `needs`."""

    def prepare(self, connector: Connector, call: Call, now: int, tokens: Mapping[str, str]) -> OutboundRequest | Failure:
        """Return the request that leaves; a Failure for a call that this API cannot be asked."""

    def read(self, connector: Connector, request: OutboundRequest, response: Response) -> Reply | Failure:
        """Return what the answer says. An answer 200 may well be a Failure (SO-04); what cannot be read is always one."""

    def sample(self, connector: Connector) -> Call | None:
        """Return a call that changes nothing and is about nobody, for the probe; None when the settings name none."""


class InboundKind(ApiKind, Protocol):
    """A kind with API_INBOUND."""

    def inbound(self, connector: Connector, came: Incoming) -> Caller | Refusal:
        """Return who signed this, in the older scheme, and the call it means."""

    def dress(self, connector: Connector, came: Incoming, outcome: Reply | Failure | Refusal) -> Reply:
        """Return the outcome as the older program reads it."""


def secret_rules(kind: Kind, settings: BaseModel) -> Mapping[str, SecretRule]:
    """Return the secrets that a connector with these settings has, by name: those of its kind, or what the settings of an API call for."""
    return cast("ApiKind", kind).secret_rules(settings) if Capability.API_CALL in kind.capabilities else kind.secrets
