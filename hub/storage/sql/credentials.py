"""Passwords, authenticators and failed guesses in SQL. Secrets are sealed, the password hash too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.sealed import Sealed
from hub.storage.sql.upsert import insert_for, upsert
from idp.people.models import Credential, Guesses
from kit.audit import Entry


@dataclass(frozen=True, slots=True)
class SqlCredentials:
    """Implements idp.store.CredentialStore."""

    database: Database
    sealed: Sealed
    trail: Chain

    async def of_person(self, person_id: str, kind: str) -> Credential | None:
        query = select(t.credentials).where(t.credentials.c.person == person_id, t.credentials.c.kind == kind)
        async with self.database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        secret = await self.sealed.open("credentials", row.secret, person_id, kind)
        return Credential(row.id, row.person, row.kind, secret.decode(), row.created_at, row.last_step)

    async def put(self, credential: Credential, audit: Sequence[Entry] = ()) -> None:
        row = {
            "id": credential.id,
            "person": credential.person,
            "kind": credential.kind,
            "secret": self.sealed.seal("credentials", credential.secret.encode(), credential.person, credential.kind),
            "created_at": credential.created_at,
            "last_step": credential.last_step,
        }
        async with self.database.write() as connection:
            await upsert(connection, t.credentials, row, ("person", "kind"))
            await append_audit(connection, self.trail, audit)

    async def remove(self, person_id: str, kind: str, audit: Sequence[Entry] = ()) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(t.credentials).where(t.credentials.c.person == person_id, t.credentials.c.kind == kind))
            await append_audit(connection, self.trail, audit)

    async def use_step(self, credential_id: str, step: int) -> bool:
        change = update(t.credentials).where(t.credentials.c.id == credential_id, t.credentials.c.last_step < step).values(last_step=step)
        async with self.database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def guesses(self, account: str) -> Guesses:
        async with self.database.read() as connection:
            row = (await connection.execute(select(t.guesses).where(t.guesses.c.account == account))).one_or_none()
        return Guesses(account, 0, 0) if row is None else Guesses(row.account, row.failures, row.last_failed_at)

    async def count_guess(self, account: str, now: int, limit: int) -> int | None:
        if limit < 1:
            return None
        async with self.database.write() as connection:
            return await self._count(connection, account, now, limit)

    async def _count(self, connection: AsyncConnection, account: str, now: int, limit: int) -> int | None:
        """One statement: the row is made, raised, or left alone because the limit stands."""
        made = insert_for(connection.dialect.name, t.guesses).values(account=account, failures=1, last_failed_at=now)
        raised = made.on_conflict_do_update(
            index_elements=[t.guesses.c.account],
            set_={"failures": t.guesses.c.failures + 1, "last_failed_at": now},
            where=t.guesses.c.failures < limit,
        ).returning(t.guesses.c.failures)
        count = (await connection.execute(raised)).scalar_one_or_none()
        return None if count is None else int(count)

    async def forgive(self, account: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(t.guesses).where(t.guesses.c.account == account))
