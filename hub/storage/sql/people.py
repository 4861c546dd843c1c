"""People in SQL: claims and identifier values sealed, identifiers found by blind index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.documents import canonical
from hub.storage.sql.proof_keys import ProofKeys
from hub.storage.sql.sealed import Sealed
from hub.storage.sql.session_clients import end_sessions
from idp.people.models import Identifier, IdentifierKind, Person, Role, RoleGrant, Status
from idp.store import Conflict
from kit.audit import Entry
from kit.clock import Clock
from kit.secrets import new_id


@dataclass(frozen=True, slots=True)
class SqlPeople:
    """Implements idp.store.PeopleStore."""

    database: Database
    sealed: Sealed
    trail: Chain
    clock: Clock

    async def create(self, person: Person, identifiers: Sequence[Identifier], audit: Sequence[Entry] = ()) -> None:
        """See PeopleStore; one unique index over verified NIK and NIP of open accounts decides (R6)."""
        rows = [
            {
                "person": person.id,
                "kind": one.kind.value,
                "blind": self.sealed.ring.blind(one.kind.value, one.value),
                "value": self.sealed.seal("identifiers", one.value.encode(), person.id, one.kind.value),
                "verified": one.verified,
                "open": person.status is not Status.CLOSED,
            }
            for one in identifiers
        ]
        try:
            async with self.database.write() as connection:
                await connection.execute(insert(t.people).values(**self._row(person)))
                if rows:
                    await connection.execute(insert(t.identifiers), rows)
                for grant in person.roles:
                    await self._grant(connection, person.id, grant)
                await append_audit(connection, self.trail, audit)
        except IntegrityError as error:
            raise Conflict("the account or a verified number of it exists already") from error

    def _row(self, person: Person) -> dict[str, Any]:
        return {
            "id": person.id,
            "status": person.status.value,
            "level": person.level,
            "language": person.language,
            "claims": self.sealed.seal("people", canonical(person.claims), person.id),
            "proof_key": ProofKeys(self.sealed).fresh(person.id),
            "created_at": person.created_at,
            "updated_at": person.updated_at,
        }

    async def get(self, person_id: str) -> Person | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(t.people).where(t.people.c.id == person_id))).one_or_none()
            return None if row is None else (await self._people(connection, [row]))[0]

    async def _people(self, connection: AsyncConnection, rows: Sequence[Any]) -> list[Person]:
        found = await connection.execute(select(t.roles).where(t.roles.c.person.in_([row.id for row in rows])).order_by(t.roles.c.role))
        grants: dict[str, list[RoleGrant]] = {}
        for row in found:
            grants.setdefault(row.person, []).append(RoleGrant(Role(row.role), row.agency or None, row.valid_until))
        return [
            Person(
                id=row.id,
                status=Status(row.status),
                level=row.level,
                language=row.language,
                claims=orjson.loads(await self.sealed.open("people", row.claims, row.id)),
                roles=tuple(grants.get(row.id, ())),
                created_at=row.created_at,
                updated_at=row.updated_at,
            )
            for row in rows
        ]

    async def find(self, kind: IdentifierKind, value: str) -> list[tuple[Person, bool]]:
        query = (
            select(t.people, t.identifiers.c.verified)
            .join(t.identifiers, t.identifiers.c.person == t.people.c.id)
            .where(
                t.identifiers.c.blind == self.sealed.ring.blind(kind.value, value), t.identifiers.c.kind == kind.value, t.identifiers.c.open
            )
            .order_by(t.people.c.created_at, t.people.c.id)
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
            if not rows:
                return []
            return list(zip(await self._people(connection, rows), [bool(row.verified) for row in rows], strict=True))

    async def identifiers(self, person_id: str) -> list[Identifier]:
        query = select(t.identifiers).where(t.identifiers.c.person == person_id).order_by(t.identifiers.c.kind, t.identifiers.c.blind)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        values = [await self.sealed.open("identifiers", row.value, person_id, row.kind) for row in rows]
        return [Identifier(IdentifierKind(row.kind), value.decode(), bool(row.verified)) for row, value in zip(rows, values, strict=True)]

    async def set_status(self, person_id: str, status: Status, audit: Sequence[Entry] = ()) -> None:
        """Raise Conflict when a closed account is to be opened whose verified number belongs to another by now."""
        try:
            async with self.database.write() as connection:
                await self._change(connection, person_id, status=status.value)
                await connection.execute(
                    update(t.identifiers).where(t.identifiers.c.person == person_id).values(open=status is not Status.CLOSED)
                )
                if status is not Status.ACTIVE:
                    await end_sessions(connection, person_id, self.clock.now())
                await append_audit(connection, self.trail, audit)
        except IntegrityError as error:
            raise Conflict("a verified number of the account belongs to another one") from error

    async def set_claims(self, person_id: str, claims: Mapping[str, Any], level: str, audit: Sequence[Entry] = ()) -> None:
        async with self.database.write() as connection:
            sealed = self.sealed.seal("people", canonical(claims), person_id)
            await self._change(connection, person_id, claims=sealed, level=level)
            await append_audit(connection, self.trail, audit)

    async def set_language(self, person_id: str, language: str) -> None:
        async with self.database.write() as connection:
            await self._change(connection, person_id, language=language)

    async def _change(self, connection: AsyncConnection, person_id: str, **values: Any) -> None:
        await connection.execute(update(t.people).where(t.people.c.id == person_id).values(updated_at=self.clock.now(), **values))

    async def grant_role(self, person_id: str, grant: RoleGrant, audit: Sequence[Entry] = ()) -> None:
        async with self.database.write() as connection:
            await self._take_role(connection, person_id, grant.role, grant.agency)
            await self._grant(connection, person_id, grant)
            await append_audit(connection, self.trail, audit)

    async def revoke_role(self, person_id: str, role: Role, agency: str | None, audit: Sequence[Entry] = ()) -> None:
        async with self.database.write() as connection:
            await self._take_role(connection, person_id, role, agency)
            await append_audit(connection, self.trail, audit)

    async def _grant(self, connection: AsyncConnection, person_id: str, grant: RoleGrant) -> None:
        row = {"person": person_id, "role": grant.role.value, "agency": grant.agency or "", "valid_until": grant.valid_until}
        await connection.execute(insert(t.roles).values(**row))

    async def _take_role(self, connection: AsyncConnection, person_id: str, role: Role, agency: str | None) -> None:
        await connection.execute(
            delete(t.roles).where(t.roles.c.person == person_id, t.roles.c.role == role.value, t.roles.c.agency == (agency or ""))
        )

    async def subject(self, person_id: str, sector: str) -> str:
        query = select(t.subjects.c.subject).where(t.subjects.c.person == person_id, t.subjects.c.sector == sector)
        async with self.database.read() as connection:
            kept = (await connection.execute(query)).scalar()
        if kept is not None:
            return str(kept)
        try:
            async with self.database.write() as connection:
                made = new_id()
                await connection.execute(insert(t.subjects).values(person=person_id, sector=sector, subject=made))
                return made
        except IntegrityError:  # another caller was first: everybody gets that one
            async with self.database.read() as connection:
                return str((await connection.execute(query)).scalar_one())

    async def person_of_subject(self, sector: str, subject: str) -> str | None:
        query = select(t.subjects.c.person).where(t.subjects.c.sector == sector, t.subjects.c.subject == subject)
        async with self.database.read() as connection:
            found = (await connection.execute(query)).scalar()
            return None if found is None else str(found)

    async def count(self) -> int:
        async with self.database.read() as connection:
            return int((await connection.execute(select(func.count()).select_from(t.people))).scalar_one())
