"""The log of sessions in SQL: for a person's own list and for operators. The live session is in the expiring store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import insert, select, update

from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.documents import names_of, to_text
from hub.storage.sql.session_clients import tell
from idp.store import SessionRow
from kit.audit import Entry


@dataclass(frozen=True, slots=True)
class SqlSessionLog:
    """Implements idp.store.SessionLogStore."""

    database: Database
    trail: Chain

    async def began(self, row: SessionRow, audit: Sequence[Entry] = ()) -> None:
        async with self.database.write() as connection:
            await connection.execute(insert(t.sessions).values(**asdict(row) | {"amr": to_text(row.amr)}))
            await append_audit(connection, self.trail, audit)

    async def ended(self, session_id: str, now: int, audit: Sequence[Entry] = ()) -> None:
        change = update(t.sessions).where(t.sessions.c.id == session_id, t.sessions.c.ended_at.is_(None)).values(ended_at=now)
        async with self.database.write() as connection:
            await connection.execute(change)
            await tell(connection, t.session_clients.c.session == session_id, now)
            await append_audit(connection, self.trail, audit)

    async def find(self, session_id: str) -> SessionRow | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(t.sessions).where(t.sessions.c.id == session_id))).one_or_none()
        return None if row is None else _session(row)

    async def of_person(self, person_id: str, now: int) -> list[SessionRow]:
        c = t.sessions.c
        query = (
            select(t.sessions).where(c.person == person_id, c.expires_at > now, c.ended_at.is_(None)).order_by(c.created_at.desc(), c.id)
        )
        async with self.database.read() as connection:
            return [_session(row) for row in (await connection.execute(query)).all()]

    async def history(self, person_id: str, limit: int) -> list[SessionRow]:
        c = t.sessions.c
        query = select(t.sessions).where(c.person == person_id).order_by(c.created_at.desc(), c.id).limit(limit)
        async with self.database.read() as connection:
            return [_session(row) for row in (await connection.execute(query)).all()]


def _session(row: Any) -> SessionRow:
    return SessionRow(**row._asdict() | {"amr": tuple(names_of(row.amr))})
