"""Passwords for the directory in SQL: keyed digests only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, insert, select, update

from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.connector_tables import directory_passwords as table
from hub.storage.sql.database import Database
from hub.storage.sql.tables import people
from idp.directory.store import DirectoryPassword
from kit.audit import Entry

c = table.c


@dataclass(frozen=True, slots=True)
class SqlDirectoryPasswords:
    """Implements idp.directory.store.DirectoryPasswordStore."""

    database: Database
    trail: Chain

    async def add(self, password: DirectoryPassword, most: int, audit: Sequence[Entry] = ()) -> bool:
        """The person's row is locked first, so that two tabs cannot both add the last one that may be."""
        good = select(func.count()).where(c.connector == password.connector, c.person == password.person, c.revoked_at == 0)
        async with self.database.write() as connection:
            await connection.execute(select(people.c.id).where(people.c.id == password.person).with_for_update())
            if (await connection.execute(good)).scalar_one() >= most:
                return False
            await connection.execute(insert(table).values(**asdict(password)))
            await append_audit(connection, self.trail, audit)
        return True

    async def find(self, mac: str) -> DirectoryPassword | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(table).where(c.mac == mac, c.revoked_at == 0))).one_or_none()
        return None if row is None else DirectoryPassword(**row._asdict())

    async def of_person(self, person: str) -> list[DirectoryPassword]:
        query = select(table).where(c.person == person, c.revoked_at == 0).order_by(c.created_at.desc(), c.id)
        async with self.database.read() as connection:
            return [DirectoryPassword(**row._asdict()) for row in (await connection.execute(query)).all()]

    async def holders(self, connector: str, persons: Sequence[str]) -> list[DirectoryPassword]:
        query = select(table).where(c.connector == connector, c.person.in_(persons), c.revoked_at == 0).order_by(c.created_at, c.id)
        async with self.database.read() as connection:
            return [DirectoryPassword(**row._asdict()) for row in (await connection.execute(query)).all()]

    async def used(self, password_id: str, day: int) -> None:
        async with self.database.write() as connection:
            await connection.execute(update(table).where(c.id == password_id, c.used_at < day).values(used_at=day))

    async def revoke(self, password_id: str, now: int, audit: Sequence[Entry] = ()) -> bool:
        async with self.database.write() as connection:
            done = await connection.execute(update(table).where(c.id == password_id, c.revoked_at == 0).values(revoked_at=now))
            if done.rowcount != 1:
                return False
            await append_audit(connection, self.trail, audit)
        return True

    async def revoke_all(self, person: str, now: int) -> None:
        async with self.database.write() as connection:
            await connection.execute(update(table).where(c.person == person, c.revoked_at == 0).values(revoked_at=now))
