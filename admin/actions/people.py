"""People, found by one exact key and shown masked; their sessions ended; accounts locked, disabled and opened again.

A look-up needs a reason and stands in the audit trail before its result is shown. One operator gets 40 a day: whoever needs more has a
reason to explain (AD-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from admin.actions import check
from admin.actions.desk import Desk
from admin.errors import AdminError, Invalid, NotFound
from admin.operator import Operator
from admin.permissions import CONSOLE_ROLES, Permission
from idp.people.identifiers import classify
from idp.people.masking import recognisable
from idp.people.models import Person, RoleGrant, Status
from idp.people.service import People as Accounts
from idp.sessions.service import Sessions
from idp.store import SessionRow
from kit.audit import AuditEvent
from kit.expiring import Put

REASONS: Mapping[str, Mapping[str, str]] = {
    "counter": {"id": "Warga datang ke loket", "en": "The person came to a counter"},
    "phone": {"id": "Warga menelepon bantuan", "en": "The person phoned the help line"},
    "misuse": {"id": "Laporan “Bukan saya”", "en": "Report “That was not me”"},
    "rights": {"id": "Permintaan data warga (Pasal 32)", "en": "Request for one's own data (Article 32)"},
    "security": {"id": "Pemeriksaan keamanan", "en": "Security check"},
    "role": {"id": "Mengatur peran petugas", "en": "Setting an officer's roles"},
}
PER_DAY = 40
ACCESS_SECONDS = 3600

CHOICES = (Status.ACTIVE, Status.LOCKED, Status.DISABLED)


class TooManyLookUps(AdminError):
    code, status = "too_many_look_ups", 429
    text: ClassVar[Mapping[str, str]] = {
        "id": f"Anda sudah mencari {PER_DAY} kali hari ini. Hubungi petugas pelindungan data bila perlu lebih.",
        "en": f"You have searched {PER_DAY} times today. Ask the data protection officer if you need more.",
    }


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as an operator may see them: masked values, state, roles, sessions. No claim value is in it unmasked."""

    id: str
    name: str
    status: Status
    level: str
    masked: Mapping[str, str]
    roles: tuple[RoleGrant, ...]
    sessions: tuple[SessionRow, ...]
    created_at: int


@dataclass(frozen=True, slots=True)
class People:
    desk: Desk
    accounts: Accounts
    sessions: Sessions

    async def find(self, operator: Operator, value: str, *, reason: str, case: str = "") -> list[str]:
        """Return the ids of the accounts with exactly this identifier. Opens their profiles to this operator for one hour."""
        self.desk.may(operator, Permission.PERSON_FIND)
        key = classify(value)
        check.settle(
            []
            if key is not None
            else [
                check.problem(
                    "value",
                    "not_a_key",
                    "Isi NIK, NIP, nomor HP, atau email yang lengkap.",
                    "Give a complete NIK, NIP, phone number or e-mail.",
                )
            ],
            check.one_of("reason", reason, REASONS),
        )
        now = self.desk.clock.now()
        if not operator.local and await self.desk.expiring.increment(f"op-lookups:{operator.person}:{now // 86400}", 86400) > PER_DAY:
            raise TooManyLookUps
        assert key is not None
        kind, normal = key
        found = [person.id for person, _verified in await self.desk.stores.people.find(kind, normal)]
        why = reason if not case else f"{reason} {case.strip()[:40]}"
        if not found:
            await self.desk.stores.audit.append(
                self.desk.entry(operator, AuditEvent.PERSON_LOOKED_UP, "person:none", after={"key": kind.value}, reason=why)
            )
        for person_id in found:
            await self.desk.stores.audit.append(
                self.desk.entry(operator, AuditEvent.PERSON_LOOKED_UP, f"person:{person_id}", after={"key": kind.value}, reason=why)
            )
            await self._open(operator, person_id)
        return found

    async def profile(self, operator: Operator, person_id: str, language: str = "id") -> Profile:
        """Return the masked profile. Without a look-up of the last hour it does not exist for this operator."""
        person = await self.opened(operator, person_id, Permission.PERSON_READ)
        rows = await self.desk.stores.session_log.of_person(person_id, self.desk.clock.now())
        values = recognisable(person.claims, language)
        return Profile(
            id=person.id,
            name=values.get("name", ""),
            status=person.status,
            level=person.level,
            masked=values,
            roles=person.roles,
            sessions=tuple(rows),
            created_at=person.created_at,
        )

    async def end_session(self, operator: Operator, person_id: str, session_id: str) -> None:
        """End one session of this person. A session of somebody else is not found (AD-01)."""
        await self._below(operator, person_id, Permission.SESSION_END)
        row = await self.desk.stores.session_log.find(session_id)
        if row is None or row.person != person_id:
            raise NotFound(session_id)
        await self.sessions.end_by_id(session_id, actor=operator.actor, reason="operator")

    async def end_all_sessions(self, operator: Operator, person_id: str, *, reason: str) -> int:
        """End every session, code and token of the person; return how many sessions there were."""
        await self._below(operator, person_id, Permission.SESSION_END)
        check.settle(check.reason("reason", reason))
        rows = await self.desk.stores.session_log.of_person(person_id, self.desk.clock.now())
        await self.accounts.end_everything(person_id)
        for row in rows:
            await self.sessions.end_by_id(row.id, actor=operator.actor, reason=reason.strip())
        entry = self.desk.entry(
            operator, AuditEvent.SESSION_ENDED, f"person:{person_id}", after={"sessions": len(rows)}, reason=reason.strip()
        )
        await self.desk.stores.grants.revoke(person=person_id, now=self.desk.clock.now(), audit=[entry])
        return len(rows)

    async def set_status(self, operator: Operator, person_id: str, status: Status, *, reason: str) -> None:
        """Lock, disable or open an account. Closing one is not an operator's act."""
        person = await self._below(operator, person_id, Permission.PERSON_CHANGE)
        check.settle(check.reason("reason", reason))
        if status not in CHOICES or person.status is Status.CLOSED:
            raise Invalid(check.problem("status", "unknown", "Keadaan ini tidak dapat dipilih.", "This state cannot be chosen."))
        if person_id == operator.person:
            raise Invalid(check.problem("person", "yourself", "Ini akun Anda sendiri.", "This is your own account."))
        if status is not person.status:
            await self.accounts.set_status(person_id, status, actor=operator.actor, reason=reason.strip(), origin=operator.origin)

    async def _below(self, operator: Operator, person_id: str, permission: Permission) -> Person:
        """Return the person. One who works in the console is touched only by whoever could give that role: so no operator shuts the
        super-admin out (AD-03)."""
        person = await self.opened(operator, person_id, permission)
        if CONSOLE_ROLES & {grant.role for grant in person.roles}:
            self.desk.may(operator, Permission.ROLE_CHANGE)
        return person

    async def _open(self, operator: Operator, person_id: str) -> None:
        await self.desk.expiring.put(Put(_access(operator, person_id), b"1", ACCESS_SECONDS))

    async def opened(self, operator: Operator, person_id: str, permission: Permission) -> Person:
        self.desk.may(operator, permission)
        if not operator.local and await self.desk.expiring.get(_access(operator, person_id)) is None:
            raise NotFound(person_id)
        person = await self.desk.stores.people.get(person_id)
        if person is None:
            raise NotFound(person_id)
        return person

    async def close_access(self, operator: Operator, person_id: str) -> None:
        """End the operator's access to this profile before its hour is over."""
        self.desk.may(operator, Permission.PERSON_READ)
        await self.desk.expiring.delete(_access(operator, person_id))


def _access(operator: Operator, person_id: str) -> str:
    return f"op-access:{operator.person}:{person_id}"
