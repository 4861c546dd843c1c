"""What an agency owes a person after an event, as data. All frozen; times are seconds UTC. The rules stand in duties.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class DutyKind(StrEnum):
    STOP = "stop"  # stop the processing
    DELETE = "delete"
    ACCESS = "access"
    CORRECTION = "correction"
    OBJECTION = "objection"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    AUTOMATED = "automated_decision"


class Cause(StrEnum):
    """What happened, as the notice to the agency names it."""

    WITHDRAWN = "consent-withdrawn"
    PARTLY_WITHDRAWN = "consent-partly-withdrawn"
    EXPIRED = "consent-expired"
    OBJECTED = "objection"
    RESTRICTED = "restriction"
    LIFTED = "restriction-lifted"
    REQUESTED = "request"


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"  # with the reason in words; a stop cannot be refused
    MOOT = "moot"  # she agreed anew, or lifted her hold: nobody owes it any more


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing owed. `words` are the person's, `answer` and `by` the agency's; all three are kept sealed."""

    id: str
    kind: DutyKind
    cause: Cause
    person: str
    agency: str
    application: str
    service: str
    purpose: str
    record_id: str
    created_at: int
    due_at: int
    words: str = field(default="", repr=False)
    outcome: Outcome | None = None
    settled_at: int | None = None
    settled_by: str = ""  # `client:…` or `operator:…`
    by: str = field(default="", repr=False)  # whom the agency names
    answer: str = field(default="", repr=False)
    overdue_told_at: int | None = None

    @property
    def open(self) -> bool:
        return self.outcome is None

    def overdue(self, now: int) -> bool:
        """A fact about the clock, never a stored state: still open and late, or settled late."""
        return self.outcome is not Outcome.MOOT and (now if self.settled_at is None else self.settled_at) > self.due_at


@dataclass(frozen=True, slots=True)
class Told:
    """One record in a notice, with what is owed about it."""

    record_id: str
    service: str
    purpose: str
    claims: tuple[str, ...]
    duties: tuple[tuple[str, DutyKind, int], ...]  # id, kind, due_at


@dataclass(frozen=True, slots=True)
class Telling:
    """The notice to the application, for the outbox. `id` is the `jti` of every attempt."""

    id: str
    application: str
    person: str
    cause: Cause
    at: int
    records: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Owed:
    """What one append makes owed, and which open duties it makes moot: (person, service, purpose)."""

    duties: Sequence[Duty] = ()
    telling: Telling | None = None
    moot: Sequence[tuple[str, str, str]] = ()
    at: int = 0
