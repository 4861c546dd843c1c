"""Kinds that answer as a directory: an older system asks who somebody is, and whether a password is hers.

The kind reads and writes the protocol; who a person is, what was agreed, what is on record and how guesses are slowed is the house's,
lent as a `DirectoryDesk`. It opens no network: bytes in, bytes out. What people type there is a password made for that one application,
never their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from pydantic import BaseModel

from connectors.contract import Connector, Emission, Identity, Kind
from connectors.errors import ConnectorError


class Unreadable(ConnectorError):
    """What came cannot be a message of this protocol, or is larger than one may be: the connection ends."""


class TooManyGuesses(ConnectorError):
    """Somebody keeps trying passwords. Only a wrong one is told this: a good one is never held up by others."""


@dataclass(frozen=True, slots=True)
class Found:
    """A person as this one application may know her now. `handle` names her to the desk, and is shown to nobody."""

    handle: str
    uid: str = field(repr=False)
    emissions: tuple[Emission, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The password is good, but the application may not be entered with it now. Said to nobody but its holder."""


class DirectoryDesk(Protocol):
    """What the house lends the kind. Every answer is decided anew, or was decided under guards that still stand."""

    @property
    def now(self) -> int:
        """Seconds UTC."""

    def connectors(self) -> Sequence[Connector]:
        """Return every connector of this kind that may be asked now: enabled, its application and agency too."""

    async def with_password(self, connector: Connector, uid: str, password: str) -> Found | Refused | None:
        """Return the person whose password for this connector it is, if her uid there is `uid`; None for anything else."""

    async def by_key(self, connector: Connector, claim: str, value: str) -> Found | None:
        """Return the one person who holds a password for this connector and of whom the claim (`sub` too) has exactly this value."""

    async def again(self, connector: Connector, found: Found) -> Found | None:
        """Return the person as she stands now; None when anything ended that she was found under."""

    async def told(self, connector: Connector, found: Found, claims: frozenset[str]) -> None:
        """Return when it is on record that the application is told these claims; nothing may be answered before."""

    async def failed(self, connector: Connector | None, uid: str, peer: str) -> None:
        """Count a wrong password; raise TooManyGuesses beyond what mistyping explains."""


class Then(Enum):
    """What happens to the connection after an answer."""

    GO_ON = "go on"
    START_TLS = "start TLS"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Reply:
    """What to send back (maybe nothing), and then."""

    data: bytes = field(default=b"", repr=False)
    then: Then = Then.GO_ON


class Conversation(Protocol):
    """One connection of an older system, without the connection."""

    @property
    def known(self) -> bool:
        """True while somebody has proved who they are: a stranger's connection is kept for a short time only."""

    def cut(self, buffer: bytearray) -> bytes | None:
        """Take the first whole message out of the buffer; None when there is none yet. Raise Unreadable."""

    async def answer(self, message: bytes, *, secure: bool) -> Reply:
        """Answer one message; `secure`: it came over TLS. Raise Unreadable, and StoreUnavailable never."""

    def goodbye(self, *, fault: bool) -> bytes:
        """Return what is sent before we end the connection ourselves; `fault`: because of what came."""


class DirectoryKind(Kind, Protocol):
    """A kind with DIRECTORY."""

    def converse(self, desk: DirectoryDesk, peer: str) -> Conversation:
        """Return a new conversation with whoever is at the address."""

    def uid_claim(self, settings: BaseModel) -> str:
        """Return the claim by which people are named there; `sub`: the pairwise subject."""

    def uid(self, settings: BaseModel, identity: Identity) -> str:
        """Return the name of this person there; empty when the claim was not released."""

    def address(self, settings: BaseModel) -> str:
        """Return below which name people stand there: no two connectors may share one."""
