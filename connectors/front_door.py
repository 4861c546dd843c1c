"""Kinds with a front door: a person comes to an endpoint of the kind and goes back to the older system with a proof.

The kind says which paths it serves, reads what comes there, and formats what goes back. Everything between, who this is, what was agreed
to, whether a second step is due, is the house's: the kind answers `Entry`, and is called again with an `Identity` when all that is done.
What the kind may use of the house is the `Desk` it is given; it opens no network of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import BaseModel

from connectors.contract import Answer, Connector, Identity, Kind, Secret
from connectors.errors import BadRequest

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path that the kind serves, in Starlette's notation, below a prefix that no other kind has.

    `cross_site`: a page of another site may POST here, which brings no cookie of ours; the entry is then kept and taken up again by a
    GET of ours (architecture §2). `for_programs`: errors are the kind's own answer, never a page for people.
    """

    name: str
    path: str
    methods: tuple[str, ...] = ("GET",)
    cross_site: bool = False
    for_programs: bool = False
    most_bytes: int = 65_536


@dataclass(frozen=True, slots=True)
class Received:
    """A request at an endpoint of the kind. Header names are lower case; pairs are decoded once and keep order and repeats.

    `raw_query` and `body` are as they came, for signatures over the bytes; `places` are the values of the path's `{names}`.
    """

    endpoint: str
    method: str
    path: str
    raw_query: str = ""
    query: Pairs = ()
    form: Pairs = ()
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """Return the one value of a parameter, from the query of a GET and from the form of a POST, empty when it is absent.

        Raise BadRequest for a second one: two programs could read two different ones.
        """
        found = [value for key, value in (self.form if self.method == "POST" else self.query) if key == name]
        if len(found) > 1:
            raise BadRequest(f"{name} stands twice")
        return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A person wants to enter this connector's application. `state` is JSON, kept by the house and given back untouched.

    `fresh`: she must sign in again (SAML ForceAuthn, CAS renew). `silent`: no page may be shown (IsPassive, gateway). `origins`: where
    the answer will send the browser, for the form-action of the pages on the way.
    """

    connector: Connector
    state: Mapping[str, object] = field(default_factory=dict)
    fresh: bool = False
    silent: bool = False
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leave:
    """The older system asks that the person be signed out everywhere. `genuine`: it proved to be itself, so nobody need be asked.

    `onward` is where the browser goes when everything ended, `onward_partly` when something did not; both checked by the kind, empty:
    our own page says it. `handle`, when it proved one, names the session it means: another one in this browser is left alone.
    """

    connector: Connector | None = None
    genuine: bool = False
    onward: str = ""
    onward_partly: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """A form that the browser posts to the older system, by a button, or by itself where scripts run. `url` is registered."""

    url: str
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class HandOff:
    """What goes back to the older system, and by which `handle` (text) this sign-in is named when it ends; empty: it cannot be told.

    `tells`: False when the answer, or what can be fetched with it, says nothing of the person: a refusal in the protocol's own words.
    """

    answer: Answer | Post
    handle: str = ""
    tells: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    """What one older system is told when a session ends, from server to server.

    An answer below `understood_below` means that it heard: a protocol may say nothing of answers, and its programs then redirect.
    """

    url: str
    body: bytes = field(repr=False)
    content_type: str = "application/x-www-form-urlencoded"
    headers: Mapping[str, str] = field(default_factory=dict)
    understood_below: int = 300


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One thing that leaves for the older system, as a preview shows it: a name, the text itself, and where each part came from."""

    title: str
    text: str
    media_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that a kind kept: its value, and what it lives under, so that another can be kept under the same.

    `until` is when the person's agreement ends by itself, seconds UTC; 0: it does not.
    """

    value: bytes = field(repr=False)
    guards: Mapping[str, str] = field(default_factory=dict)
    until: int = 0


class Desk(Protocol):
    """What the house lends a kind for one request. Records are sealed, named by digest, and belong to this kind alone."""

    @property
    def issuer(self) -> str:
        """The address of this Gapura; `…/preview` in a preview, so that nobody takes its output for real."""

    @property
    def now(self) -> int:
        """Seconds UTC."""

    @property
    def own(self) -> Mapping[str, tuple[Secret, ...]]:
        """The kind's own secrets, by name, newest first: those not of one connector, such as the key that signs assertions."""

    def connector(self, connector_id: str) -> Connector | None:
        """Return the connector of this kind that may be entered now: enabled, its application and agency too."""

    def connectors(self) -> Sequence[Connector]:
        """Return every connector of this kind that may be entered now."""

    async def keep(self, key: str, value: bytes, seconds: int, under: Kept | None = None) -> bool:
        """Keep a record; False when a guard it shall live under has moved. While a person is handed over it lives under her session,
        her permission and the application even without `under`, so that it dies with them."""

    async def keep_if_absent(self, key: str, value: bytes, seconds: int) -> bool:
        """Keep a record unless there is one of that key; of any number of callers one gets True (one-time ids)."""

    async def look(self, key: str) -> Kept | None:
        """Return a record that is alive."""

    async def take(self, key: str) -> Kept | None:
        """Return a record and forget it; of any number of callers one gets it."""

    async def forget(self, *keys: str) -> None: ...

    async def fetch(self, url: str, *, most_bytes: int = 65_536) -> bytes | None:
        """GET an https address of the older system within three seconds, without redirects; None when it does not answer 200."""


class FrontDoorKind(Kind, Protocol):
    """A kind with FRONT_DOOR."""

    endpoints: Sequence[Endpoint]
    own: Sequence[str]  # names of the kind's own secrets, made once by `make_own`

    def make_own(self, name: str, issuer: str, now: int) -> str:
        """Return a new value of a secret of the kind's own."""

    def start(self, connector: Connector, issuer: str) -> str:
        """Return where the portal's tile leads: an endpoint of ours, or a page of the application that begins sign-in."""

    async def receive(self, request: Received, desk: Desk) -> Answer | Post | Entry | Leave:
        """Answer a request at one of the endpoints. Raise BadRequest or NotEntered, told as a page for people.

        At an endpoint `for_programs` every refusal is an Answer in the protocol's own words.
        """

    async def hand_off(self, connector: Connector, who: Identity, state: Mapping[str, object], desk: Desk) -> HandOff | None:
        """Return the proof to go back with; None when a guard moved meanwhile (`keep` said False): the house decides anew."""

    def refuse(self, connector: Connector, state: Mapping[str, object], reason: str, desk: Desk) -> Answer | Post | None:
        """Tell a refusal (idp.interaction.models.REASONS) in the protocol's own words; None: it has none, a page of ours says it."""

    def farewell(self, connector: Connector, handle: str, desk: Desk) -> Message | None:
        """Return what to send when the session of this hand-off ends; None: it cannot be told from server to server."""

    def farewell_page(self, connector: Connector, handle: str, desk: Desk) -> str:
        """Return an address of the older system that ends its session when the person's browser loads it; empty: none."""

    async def exhibits(self, connector: Connector, who: Identity, desk: Desk) -> Sequence[Exhibit]:
        """Return exactly what would leave, made by the very functions that really make it, on a desk that nothing leaves (UX TP-3)."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The older system's own proof, got for a person's token of ours. `handle` names the sign-in that it begins, as in `HandOff`."""

    token: str = field(repr=False)
    seconds: int
    handle: str


class Exchangeable(FrontDoorKind, Protocol):
    """A kind with EXCHANGE: a program that acts for a person enters with her token instead of her browser. RFC 8693 §2.1."""

    token_type: str  # the URI by which it is asked for, `requested_token_type`

    def exchange_from(self, settings: BaseModel) -> frozenset[str]:
        """Return the ids of the clients that may; without an entry nobody may."""

    async def exchange(self, connector: Connector, who: Identity, state: Mapping[str, object], desk: Desk) -> Exchanged | None:
        """Return the proof; None when a guard moved meanwhile. `state` as in `hand_off`. Raise BadRequest or NotEntered as there."""
