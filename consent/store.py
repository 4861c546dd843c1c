"""What the consent room needs kept, and the atomicity it relies on. hub/storage/sql implements it; tests/stores proves every back end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from consent.duty_models import Duty, DutyKind, Owed
from consent.models import Disclosure, DisclosureView, LedgerEvent, LedgerRow, Notice, PurposeState
from kit.audit import ChainReport, Entry


@dataclass(frozen=True, slots=True)
class Change:
    """One event to append and the state it leaves. The store assigns seq, previous, hash and `state.last_seq`.

    `after` is the `last_seq` that the change was decided from, 0 for a record that must not exist yet; None: whatever stands.
    `at` is when it happened; None: `state.since`. `claims` are those that the event is about; None: those of the state.
    """

    event: LedgerEvent
    state: PurposeState
    text_sha256: str
    language: str
    channel: str
    officer: str | None = None
    after: int | None = None
    at: int | None = None
    claims: frozenset[str] | None = None
    values_mac: str = ""  # digest of the values she saw; the store keeps it under her own key


class NoticeStore(Protocol):
    async def publish(self, notice: Notice, audit: Sequence[Entry] = ()) -> None:
        """Keep a new text and make it the current one of its service. Raise ImmutableNotice when the id exists with another text."""

    async def all(self) -> list[Notice]:
        """Return every text version ever published, oldest first."""

    async def current_ids(self) -> dict[str, str]:
        """Return service -> notice id of the text that is current."""


class ConsentStore(Protocol):
    async def append(self, changes: Sequence[Change], audit: Sequence[Entry] = (), owed: Owed | None = None) -> list[LedgerRow]:
        """Append the events, set the states, note what is owed and append the audit entries in one durable transaction, or nothing.

        Concurrent appends from any process make one chain without gap or fork. Raise StaleState, and keep nothing, when a record no
        longer stands as it did when its change was decided.
        """

    async def states(self, person: str, service: str = "") -> list[PurposeState]:
        """Return the present states of a person, of one service or all. Costs the same however long the history is."""

    async def people_of(self, application: str) -> int:
        """Return how many people have a purpose of this application in force or were informed of one."""

    async def covered(self, service: str, now: int) -> dict[str, int]:
        """Return purpose -> how many people it covers now, for the purposes of one service."""

    async def state(self, record_id: str) -> PurposeState | None:
        """Return one state by the id shown to the person."""

    async def expired(self, now: int, limit: int) -> list[PurposeState]:
        """Return states whose time is over and that no event has ended yet, the oldest first."""

    async def open_duties(self, record_id: str) -> frozenset[DutyKind]:
        """Return what is still owed about one record."""

    async def history(self, person: str, *, record_id: str = "", before_seq: int = 0, limit: int = 100) -> list[LedgerRow]:
        """Return ledger rows of a person, newest first."""

    async def verify(self) -> ChainReport:
        """Walk the ledger chain."""


class DutyStore(Protocol):
    """Duties come into the store with the ledger rows that make them (ConsentStore.append)."""

    async def get(self, duty_id: str) -> Duty | None: ...

    async def of_person(self, person: str, *, record_id: str = "") -> list[Duty]:
        """Return a person's duties, newest first."""

    async def search(
        self,
        *,
        applications: Collection[str] | None = None,
        agencies: Collection[str] | None = None,
        open_only: bool = False,
        overdue_at: int | None = None,
        after: str = "",
        limit: int = 50,
    ) -> list[Duty]:
        """Return duties, the most pressing first; None: of all. `overdue_at`: only those open and late then; `after`: the last one seen."""

    async def settle(self, settled: Duty, audit: Sequence[Entry] = ()) -> bool:
        """Keep outcome, time, actor and words, once; False, and nothing kept, when the duty is settled already."""

    async def tell_overdue(self, now: int, limit: int) -> list[Duty]:
        """Mark open duties that are late and not told of yet, with an audit line each; return them. Twice at once marks once."""


class DisclosureStore(Protocol):
    async def record(self, disclosures: Sequence[Disclosure]) -> None:
        """Make the rows durable in one transaction; a row whose (grant, claims) exists already is left as it is. Chained."""

    async def raise_counters(self, counts: Sequence[tuple[str, tuple[str, ...], int, int]]) -> None:
        """Add (grant, claims, times, last_at) to the counters of existing rows."""

    async def of_person(self, person: str, *, service: str = "", before: int = 0, limit: int = 50) -> list[DisclosureView]:
        """Return the disclosures about a person, newest first; `before` is the `seq` of the last one seen."""

    async def verify(self) -> ChainReport:
        """Walk the disclosure chain."""


class Fence(Protocol):
    """Stops what was allowed, exactly when it changes. idp/sessions/fence.py implements it with guards."""

    def changing(self, person: str, application: str) -> AbstractAsyncContextManager[None]:
        """Inside the block nothing can be issued for this person and application; when it ends, everything issued before is dead."""
