"""The vocabulary of the audit trail: who did what to whom, from where and why. Kept apart from logs; rows are append-only and hash-chained.

Rows hold ids and names of public things (agencies, applications, roles), never a NIK, a person's name, a phone number or a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class AuditEvent(StrEnum):
    """Every event that can stand in the trail. docs/audit.md explains each; a test holds the two together."""

    SIGNED_IN = "person.signed_in"
    SIGN_IN_FAILED = "person.sign_in_failed"
    SIGNED_OUT = "person.signed_out"
    SECOND_STEP_FAILED = "person.second_step_failed"
    STEPPED_UP = "person.stepped_up"
    PERSON_CREATED = "person.created"
    PERSON_LOCKED = "person.locked"
    PERSON_UNLOCKED = "person.unlocked"
    PERSON_DISABLED = "person.disabled"
    PERSON_ENABLED = "person.enabled"
    PERSON_ERASED = "person.erased"
    PERSON_LOOKED_UP = "person.looked_up"
    PASSWORD_CHANGED = "person.password_changed"
    FACTOR_ADDED = "person.factor_added"
    FACTOR_REMOVED = "person.factor_removed"
    DIRECTORY_PASSWORD_MADE = "person.directory_password_made"
    DIRECTORY_PASSWORD_REVOKED = "person.directory_password_revoked"
    ROLE_GRANTED = "person.role_granted"
    ROLE_REVOKED = "person.role_revoked"
    SESSION_ENDED = "session.ended"
    CONSENT_GIVEN = "consent.given"
    CONSENT_REFUSED = "consent.refused"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    OBJECTION_FILED = "consent.objection_filed"
    CONSENT_READ = "consent.read"
    CONSENT_TOLD = "consent.told"
    CONSENT_ENDED = "consent.ended"
    CONSENT_HELD = "consent.held"
    CONSENT_LIFTED = "consent.hold_lifted"
    REQUEST_FILED = "consent.request_filed"
    DUTY_SETTLED = "duty.settled"
    DUTY_OVERDUE = "duty.overdue"
    NOTICES_RETRIED = "duty.notices_retried"
    CODE_REPLAYED = "token.code_replayed"
    REFRESH_REUSED = "token.refresh_reused"
    TOKEN_REVOKED = "token.revoked"
    EXCHANGE_REFUSED = "token.exchange_refused"
    CLIENT_AUTH_FAILED = "client.authentication_failed"
    CHALLENGE_REUSED = "client.challenge_reused"
    DETAILS_AGREED = "authorization.details_agreed"
    AGENCY_CREATED = "agency.created"
    AGENCY_CHANGED = "agency.changed"
    AGENCY_SUSPENDED = "agency.suspended"
    AGENCY_RESUMED = "agency.resumed"
    APPLICATION_CREATED = "application.created"
    APPLICATION_CHANGED = "application.changed"
    APPLICATION_DISABLED = "application.disabled"
    APPLICATION_ENABLED = "application.enabled"
    CLIENT_CHANGED = "client.changed"
    CLIENT_SECRET_ROTATED = "client.secret_rotated"
    CLIENT_SECRET_REVOKED = "client.secret_revoked"
    CLIENT_REGISTERED = "client.registered"
    CLIENT_REMOVED = "client.removed"
    CLIENT_APPROVED = "client.approved"
    CLIENT_DISABLED = "client.disabled"
    CLIENT_ENABLED = "client.enabled"
    REGISTRATION_OPENED = "registration.token_created"
    REGISTRATION_CLOSED = "registration.token_revoked"
    CONNECTOR_CHANGED = "connector.changed"
    CONNECTOR_HANDED_OVER = "connector.handed_over"
    CONNECTOR_PROBED = "connector.probed"
    CONNECTOR_SECRET_CHANGED = "connector.secret_changed"
    NOTICE_PUBLISHED = "notice.published"
    PREVIEWED = "application.previewed"
    KEY_ROTATED = "key.rotated"
    KEY_REMOVED = "key.removed"
    DATA_KEY_ROTATED = "key.data_key_rotated"
    OPERATOR_SIGNED_IN = "operator.signed_in"
    OPERATOR_SIGNED_OUT = "operator.signed_out"
    OPERATOR_CONFIRMED = "operator.confirmed"
    OPERATOR_REFUSED = "operator.refused"
    AUDIT_VERIFIED = "audit.verified"
    SIGNOUT_RETRIED = "signout.retried"
    INCIDENT_REPORTED = "incident.reported"
    INCIDENT_CHANGED = "incident.changed"
    INCIDENT_LISTED = "incident.listed"
    INCIDENT_REVEALED = "incident.revealed"
    INCIDENT_PUBLISHED = "incident.published"
    INCIDENT_AUTHORITY_TOLD = "incident.authority_told"
    SYSTEM_STARTED = "system.started"
    SYSTEM_SET_UP = "system.set_up"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail, before it is chained.

    `actor` and `subject` are `kind:id` (`person:…`, `client:…`, `operator:…`, `cli`, `system`). `before` and `after` hold only the
    fields that changed; `names` holds the human names that public objects had at that moment. `origin` is a truncated address.
    """

    event: AuditEvent
    actor: str
    subject: str
    at: int
    origin: str = ""
    reason: str = ""
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """A line as kept. `hash` is SHA-256 (hex) over `previous` and the canonical form of all other fields."""

    seq: int
    entry: Entry
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Outcome of a verification. `broken_at` names the first row that does not follow from the one before, `reason` says how."""

    chain: str
    rows: int
    head: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def intact(self) -> bool:
        return self.broken_at is None


class AuditTrail(Protocol):
    async def append(self, *entries: Entry) -> None:
        """Chain the entries and make them durable before returning. Concurrent appends, from any process, form one chain without gap."""

    async def verify(self) -> ChainReport:
        """Walk the whole chain in batches and report the first broken row."""

    async def search(
        self, *, event: str = "", actor: str = "", subject: str = "", since: int = 0, until: int = 0, before_seq: int = 0, limit: int = 50
    ) -> list[ChainedEntry]:
        """Return matching rows, newest first, `seq` below `before_seq` when given."""
