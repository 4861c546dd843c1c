"""Operators' personal tokens for the API in SQL: digests only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import insert, select, update

from admin.store import OperatorToken
from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from kit.audit import Entry


@dataclass(frozen=True, slots=True)
class SqlOperatorTokens:
    """Implements admin.store.OperatorTokenStore."""

    database: Database
    trail: Chain

    async def add(self, token: OperatorToken, audit: Sequence[Entry] = ()) -> None:
        async with self.database.write() as connection:
            await connection.execute(insert(t.operator_tokens).values(**asdict(token)))
            await append_audit(connection, self.trail, audit)

    async def find(self, digest: str) -> OperatorToken | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(t.operator_tokens).where(t.operator_tokens.c.digest == digest))).one_or_none()
        return None if row is None else OperatorToken(**row._asdict())

    async def of_person(self, person_id: str) -> list[OperatorToken]:
        c = t.operator_tokens.c
        query = select(t.operator_tokens).where(c.person == person_id, c.revoked_at.is_(None)).order_by(c.created_at.desc(), c.id)
        async with self.database.read() as connection:
            return [OperatorToken(**row._asdict()) for row in (await connection.execute(query)).all()]

    async def revoke(self, token_id: str, now: int, audit: Sequence[Entry] = ()) -> None:
        c = t.operator_tokens.c
        async with self.database.write() as connection:
            await connection.execute(update(t.operator_tokens).where(c.id == token_id, c.revoked_at.is_(None)).values(revoked_at=now))
            await append_audit(connection, self.trail, audit)

    async def revoke_all(self, person_id: str, now: int) -> None:
        c = t.operator_tokens.c
        change = update(t.operator_tokens).where(c.person == person_id, c.revoked_at.is_(None)).values(revoked_at=now)
        async with self.database.write() as connection:
            await connection.execute(change)
