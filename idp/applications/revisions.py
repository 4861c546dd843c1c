"""Revisions of connectors: what was published, for good, and what somebody is still working on.

A revision is immutable and numbered without gaps; the connector's own row says which one stands. What is published together (a connector,
its application when that is new, its first secrets) becomes true together, in one transaction with its audit entries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from consent.models import Notice
from idp.applications.models import Application, ConnectorRow, Service
from idp.handoff.store import Secrets
from kit.audit import Entry


@dataclass(frozen=True, slots=True)
class Revision:
    """`definition` is connectors.definition.Definition as plain data. `restores`: the number whose content it brings back; 0: none."""

    connector: str
    number: int
    definition: Mapping[str, Any]
    author: str
    at: int
    reason: str = ""
    restores: int = 0
    checked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A value to seal with the publication; the values good so far end at `former_until` (seconds UTC)."""

    name: str
    value: str = field(repr=False)
    former_until: int = 0


@dataclass(frozen=True, slots=True)
class Newcomer:
    """The application that comes with its first connector, its service and what people are told."""

    application: Application
    service: Service
    notice: Notice


@dataclass(frozen=True, slots=True)
class Publication:
    """One connector as it stands from now on. `revisions` are the new ones in order; the last is the one that `row.revision` names."""

    row: ConnectorRow
    revisions: tuple[Revision, ...]
    newcomer: Newcomer | None = None
    secrets: tuple[NewSecret, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftRow:
    """`connector` is empty for one that does not exist yet. `version` is raised by every change."""

    id: str
    connector: str
    agency: str
    definition: Mapping[str, Any]
    version: int
    author: str
    updated_at: int


@dataclass(frozen=True, slots=True)
class Leftovers:
    """An id whose secrets belong to nothing any more: a draft that is given up, or one of before. Whoever bears the id next does not get
    them. `entry` goes to the trail when there were any."""

    connector: str
    entry: Entry


Judge = Callable[[Sequence[ConnectorRow], Secrets], None]


class RevisionStore(Protocol):
    async def publish(
        self,
        publications: Sequence[Publication],
        audit: Sequence[Entry],
        *,
        now: int,
        draft: DraftRow | None = None,
        application: tuple[Application, int] | None = None,
        judge: Judge | None = None,
        leftovers: Sequence[Leftovers] = (),
    ) -> None:
        """Make all of it true, or nothing, and forget the draft it came from. Raise Conflict when a number is taken already, when the
        draft is no longer of that version, when a new application exists, or when `application` no longer has the revision beside it
        (it is then raised by one).

        `leftovers` go first, of ids that no connector bears.

        `judge` is shown every connector and secret as all of it would make them stand, while nothing else that is judged can commit: what
        it raises is raised, and nothing of this is true."""

    async def of(self, connector: str) -> list[Revision]:
        """Return every revision of the connector, newest first."""

    async def get(self, connector: str, number: int) -> Revision | None: ...

    async def drafts(self) -> list[DraftRow]:
        """Return every draft, the one touched last first."""

    async def draft(self, draft_id: str) -> DraftRow | None: ...

    async def save_draft(self, draft: DraftRow, *, based_on: int, leftovers: Sequence[Leftovers] = ()) -> DraftRow:
        """Keep the draft with the next version, forget the leftovers of ids that no connector bears, and return it. Raise Conflict when
        `based_on` is not its version (0: it must be new)."""

    async def discard_draft(self, draft_id: str, *, based_on: int, leftovers: Sequence[Leftovers] = ()) -> None:
        """Forget the draft, and the leftovers of ids that no connector bears; raise Conflict when it has changed since."""
