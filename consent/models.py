"""What is asked of a person, what they answered, and what was disclosed. All frozen; times are seconds UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Text = Mapping[str, str]  # {"id": …, "en": …}


class Basis(StrEnum):
    """Legal basis of a purpose, UU 27/2022 Pasal 20(2). Only consent can be withdrawn."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_DUTY = "legal_duty"
    VITAL_INTEREST = "vital_interest"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTEREST = "legitimate_interest"


class Standing(StrEnum):
    """State of one purpose for one person (UX CH-1)."""

    IN_FORCE = "berlaku"
    ENDED = "berakhir"
    WITHDRAWN = "ditarik"
    REFUSED = "ditolak"
    RENEWED = "diperbarui"  # an older text version, replaced by an answer to a newer one
    INFORMED = "diberitahukan"  # duty or public task: shown, nothing to agree to, nothing to withdraw
    HELD = "ditahan"  # a consent that the person holds back for now; she alone lets it go on


@dataclass(frozen=True, slots=True)
class NoticeClaim:
    """One claim inside a purpose. `category` is `general` or `specific` (UU PDP Pasal 4)."""

    claim: str
    label: Text
    category: str
    purpose: Text


@dataclass(frozen=True, slots=True)
class Purpose:
    id: str
    title: Text
    text: Text
    basis: Basis
    required: bool
    claims: tuple[NoticeClaim, ...]
    rule: str = ""
    retention: Text = field(default_factory=dict)
    valid_for: int | None = None  # seconds; None: as long as the text stands

    @property
    def claim_names(self) -> frozenset[str]:
        return frozenset(c.claim for c in self.claims)

    @property
    def needs_answer(self) -> bool:
        return self.basis is Basis.CONSENT

    @property
    def specific(self) -> bool:
        """True when any of its data is specific: then it has a page of its own, a fresh password and an end (UU 27/2022 Pasal 4)."""
        return any(c.category == "specific" for c in self.claims)


@dataclass(frozen=True, slots=True)
class Notice:
    """One immutable text version. `id` is `<service>@<version>`; `text_sha256` is over `full_text`, per language."""

    id: str
    service: str
    application: str
    controller: str  # agency code
    version: str
    title: Text
    intro: Text
    purposes: tuple[Purpose, ...]
    full_text: Text
    text_sha256: Mapping[str, str]
    valid_from: int
    supersedes: str | None = None
    changes: Text | None = None
    recipients: Text = field(default_factory=dict)
    if_refused: Text = field(default_factory=dict)
    withdraw_or_object: Text = field(default_factory=dict)
    rights: Text = field(default_factory=dict)
    contact: Text = field(default_factory=dict)
    guardian: Text | None = None

    def purpose(self, purpose_id: str) -> Purpose | None:
        return next((p for p in self.purposes if p.id == purpose_id), None)


@dataclass(frozen=True, slots=True)
class PurposeState:
    """The present state of one purpose for one person: a row of its own, so that a check costs the same after any history."""

    record_id: str  # stable id of this (person, service, purpose, notice); shown to the person
    person: str
    service: str
    application: str
    purpose: str
    notice: str  # notice id
    basis: Basis
    claims: frozenset[str]  # what is agreed to or told of; of a refusal, what was refused. The rest of the text's purpose was left out
    standing: Standing
    since: int
    expires_at: int | None = None
    last_seq: int = 0  # seq of the ledger row that made this state

    def covers(self, now: int) -> bool:
        """True while the purpose lets its claims be disclosed."""
        return self.standing in (Standing.IN_FORCE, Standing.INFORMED) and (self.expires_at is None or now < self.expires_at)


class LedgerEvent(StrEnum):
    GIVEN = "given"
    INFORMED = "informed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RENEWED = "renewed"
    ENDED = "ended"
    OBJECTED = "objected"
    CARRIED = "carried"  # a newer text only took away: the answer goes on under it, for what is left
    HELD = "held"
    LIFTED = "lifted"
    REQUESTED = "requested"  # the person asked the agency for something; which, says the duty


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One line of the append-only ledger. Chained like the audit trail: `hash` covers `previous` and every other field."""

    seq: int
    event: LedgerEvent
    record_id: str
    person: str
    service: str
    application: str
    purpose: str
    notice: str
    text_sha256: str
    language: str
    basis: Basis
    claims: tuple[str, ...]  # sorted
    at: int
    expires_at: int | None
    channel: str  # the door: oidc, forward_auth, portal, counter …
    officer: str | None
    previous: str
    hash: str
    own_previous: str = ""  # hash of the row before of the same person; empty in rows from before 0.5
    values_mac: str = ""  # keyed digest of the values she saw, under her own key: after erasure it says nothing


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered on one consent page."""

    person: str
    notice: Notice
    shown: tuple[str, ...]  # purpose ids on the page
    agreed: frozenset[str]  # purpose ids ticked or agreed by the button
    refused_all: bool
    language: str
    channel: str
    at: int
    asked: Mapping[str, frozenset[str]] = field(default_factory=dict)  # claims on the page, by purpose; a purpose not in it: all of them
    seen: Mapping[str, str] = field(default_factory=dict)  # keyed digest of the values on the page, by purpose
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)  # claims ticked of an optional one; not in it: all that were asked


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What one service may read under one grant or hand-off. `values_sha256` is over the disclosed values, keyed, never the values."""

    id: str
    grant: str
    person: str
    service: str
    application: str
    client: str
    claims: tuple[str, ...]  # sorted
    channel: str
    at: int
    values_mac: str = ""


@dataclass(frozen=True, slots=True)
class DisclosureView:
    """A disclosure with how often it was made; what "Riwayat" shows. `seq` is where the next page begins."""

    disclosure: Disclosure
    times: int
    last_at: int
    seq: int = 0


@dataclass(frozen=True, slots=True)
class ConsentStanding:
    """What the consent room says about one request: which purposes must be shown now, and which claims may be released.

    `to_show` empty means complete. `new` are those purposes of `to_show` that the person has not answered in this form before; `asked` are
    the claims of each that are asked or told about now; `specific` those that are shown alone. `news`: the text takes away something that
    she had agreed to or been told of, which nothing is asked about but which she is told.
    """

    notice: str
    to_show: tuple[str, ...]
    new: frozenset[str]
    released: frozenset[str]
    shown: frozenset[str] = frozenset()  # claims of every purpose the person has answered or been told of
    expires_at: int | None = None
    asked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    specific: frozenset[str] = frozenset()
    news: bool = False
    seen: Mapping[str, frozenset[str]] = field(default_factory=dict)  # claims that she was asked about before, by purpose

    @property
    def complete(self) -> bool:
        return not self.to_show
