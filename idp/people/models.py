"""People: one row each, whether they come as a citizen, as staff, or as both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    ACTIVE = "active"
    LOCKED = "locked"  # by an operator or a report of misuse; ends by hand
    DISABLED = "disabled"
    CLOSED = "closed"  # deceased or deleted


class IdentifierKind(StrEnum):
    NIK = "nik"
    NIP = "nip"
    PHONE = "phone"
    EMAIL = "email"


class Role(StrEnum):
    """UX 4.7. Only the first three open the console now; the others have rows in the table and get 403."""

    SUPER_ADMIN = "regency_super_admin"
    OPERATOR = "regency_operator"
    AUDITOR = "auditor"
    DPO = "regency_dpo"
    AGENCY_ADMIN = "agency_admin"
    AGENCY_DEVELOPER = "agency_developer"
    AGENCY_ANALYST = "agency_analyst"
    COUNTER_OFFICER = "counter_officer"
    HELPDESK = "helpdesk"
    VILLAGE_ASSISTANT = "village_assistant"
    STAFF = "staff"
    CITIZEN = "citizen"


@dataclass(frozen=True, slots=True)
class RoleGrant:
    role: Role
    agency: str | None
    valid_until: int | None = None  # seconds UTC

    def holds(self, now: int) -> bool:
        return self.valid_until is None or now < self.valid_until


@dataclass(frozen=True, slots=True)
class Identifier:
    """One way to name an account. `value` is normalised: 16 or 18 digits, E.164, lower-case address. Phone and e-mail are not unique."""

    kind: IdentifierKind
    value: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Person:
    """`claims` holds every attribute under its claim name (name, nik, birthdate, …); absent when unknown. `level` is basic or verified."""

    id: str
    status: Status
    level: str
    language: str
    claims: Mapping[str, Any] = field(repr=False)
    roles: tuple[RoleGrant, ...] = ()
    created_at: int = 0
    updated_at: int = 0

    @property
    def name(self) -> str:
        return str(self.claims.get("name", ""))

    def has_role(self, role: Role, now: int) -> bool:
        return any(grant.role is role and grant.holds(now) for grant in self.roles)


@dataclass(frozen=True, slots=True)
class Credential:
    """A password hash or a TOTP secret (sealed). `last_step` is the newest TOTP time step that was accepted."""

    id: str
    person: str
    kind: str  # password, totp
    secret: str = field(repr=False)
    created_at: int = 0
    last_step: int = 0


@dataclass(frozen=True, slots=True)
class Guesses:
    """Consecutive failed guesses of one account, kept in SQL so that they survive everything. `account` is a blind index: unknown
    identifiers are counted too."""

    account: str
    failures: int
    last_failed_at: int
