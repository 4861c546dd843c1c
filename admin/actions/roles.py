"""Roles: given and taken by the regency super-admin alone. Nobody changes their own (AD-03): so the last super-admin stays."""

from __future__ import annotations

from dataclasses import dataclass

from admin.actions import check
from admin.actions.desk import Desk
from admin.actions.people import People
from admin.errors import Forbidden, NotFound
from admin.operator import Operator
from admin.permissions import WIDE_ROLES, Permission
from idp import guards
from idp.people.models import Person, Role, RoleGrant
from kit.audit import AuditEvent

MAX_SECONDS = 366 * 86400


@dataclass(frozen=True, slots=True)
class Roles:
    desk: Desk
    people: People

    async def grant(
        self, operator: Operator, person_id: str, role: Role, *, agency: str | None = None, valid_until: int | None = None, reason: str
    ) -> None:
        """Give the role until `valid_until` (seconds UTC; None: until it is taken). Console roles are for the whole regency."""
        person = await self._person(operator, person_id)
        now = self.desk.clock.now()
        snapshot = await self.desk.snapshot()
        past = check.problem("valid_until", "past", "Pilih tanggal dalam satu tahun ke depan.", "Choose a day within a year from now.")
        unknown = check.problem("agency", "unknown", "Instansi ini tidak ada.", "There is no such agency.")
        wide = check.problem("agency", "regency_wide", "Peran ini berlaku untuk seluruh kabupaten.", "This role is for the whole regency.")
        check.settle(
            check.reason("reason", reason),
            [unknown] if agency is not None and agency not in snapshot.agencies else [],
            [wide] if agency is not None and role in WIDE_ROLES else [],
            [past] if valid_until is not None and not now < valid_until <= now + MAX_SECONDS else [],
        )
        entry = self.desk.entry(
            operator,
            AuditEvent.ROLE_GRANTED,
            f"person:{person.id}",
            after={"role": role.value, "agency": agency, "valid_until": valid_until},
            names={f"agency:{agency}": snapshot.agencies[agency].name["id"]} if agency is not None else {},
            reason=reason.strip(),
        )
        async with self.desk.changing(guards.person(person.id)):
            await self.desk.stores.people.grant_role(person.id, RoleGrant(role, agency, valid_until), [entry])

    async def revoke(self, operator: Operator, person_id: str, role: Role, *, agency: str | None = None, reason: str) -> None:
        """Take the role; the operator session of its holder ends with it (AD-15)."""
        person = await self._person(operator, person_id)
        check.settle(check.reason("reason", reason))
        if not any(grant.role is role and grant.agency == agency for grant in person.roles):
            raise NotFound(role.value)
        entry = self.desk.entry(
            operator,
            AuditEvent.ROLE_REVOKED,
            f"person:{person.id}",
            before={"role": role.value, "agency": agency},
            reason=reason.strip(),
        )
        async with self.desk.changing(guards.person(person.id)):
            await self.desk.stores.people.revoke_role(person.id, role, agency, [entry])

    async def _person(self, operator: Operator, person_id: str) -> Person:
        self.desk.may(operator, Permission.ROLE_CHANGE)
        if person_id == operator.person:
            raise Forbidden("own roles")
        return await self.people.opened(operator, person_id, Permission.ROLE_CHANGE)
