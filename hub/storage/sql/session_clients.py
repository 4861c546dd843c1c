"""Which clients got an ID token in which session, and how their sign-out messages come into the outbox: by whoever ends a session."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql import tables as t
from hub.storage.sql.database import Database
from hub.storage.sql.documents import to_text
from hub.storage.sql.upsert import insert_for
from idp.signout.farewells import MARK
from idp.signout.store import SessionClient
from kit.secrets import new_id

C = t.session_clients.c
MOST_HANDLES = 20  # of one session at one connector


async def tell(connection: AsyncConnection, condition: ColumnElement[bool], now: int) -> int:
    """Queue one delivery for each row not told yet, within the caller's transaction; return how many."""
    change = update(t.session_clients).where(C.told_at.is_(None), condition).values(told_at=now)
    rows = (await connection.execute(change.returning(C.session, C.client_id, C.sid, C.subject, C.handle))).all()
    return await _queue(connection, [(f"{row.session}.{row.client_id}", row) for row in rows], now)


async def end_sessions(connection: AsyncConnection, person_id: str, now: int) -> None:
    """Mark every live session of the person as ended and queue its deliveries, within the caller's transaction."""
    live = (t.sessions.c.person == person_id, t.sessions.c.ended_at.is_(None), t.sessions.c.expires_at > now)
    ended = (await connection.execute(update(t.sessions).where(*live).values(ended_at=now).returning(t.sessions.c.id))).scalars().all()
    if ended:
        await tell(connection, C.session.in_(ended), now)


async def _queue(connection: AsyncConnection, rows: Sequence[tuple[str, Any]], now: int) -> int:
    if not rows:
        return 0
    values = [
        {
            "id": delivery_id,
            "kind": "backchannel",
            "application": "",
            "target": row.client_id.partition(MARK)[0],
            "payload": to_text(
                {"sid": row.sid, "sub": row.subject, **({"key": row.client_id, "handle": row.handle} if row.handle else {})}
            ),
            "created_at": now,
            "attempts": 0,
            "next_at": now,
            "delivered_at": None,
            "last_error": "",
            "claimed_until": 0,
        }
        for delivery_id, row in rows
    ]
    made = insert_for(connection.dialect.name, t.deliveries).values(values)
    await connection.execute(made.on_conflict_do_nothing(index_elements=[t.deliveries.c.id]))
    return len(values)


async def _retire(connection: AsyncConnection, row: SessionClient) -> None:
    """Forget the oldest hand-offs of this session to this connector beyond a few: whoever enters a thousand times is told twenty times."""
    own = (C.session == row.session, C.client_id.startswith(row.client_id.partition(MARK)[0] + MARK, autoescape=True))
    newest = select(C.client_id).where(*own).order_by(C.first_at.desc(), C.client_id).limit(MOST_HANDLES)
    await connection.execute(delete(t.session_clients).where(*own, C.client_id.not_in(newest)))


@dataclass(frozen=True, slots=True)
class SqlSessionClients:
    """Implements idp.signout.store.SessionClientStore."""

    database: Database

    async def note(self, row: SessionClient) -> None:
        async with self.database.write() as connection:
            made = insert_for(connection.dialect.name, t.session_clients).values(**asdict(row))
            await connection.execute(made.on_conflict_do_nothing(index_elements=[C.session, C.client_id]))
            if row.handle:
                await _retire(connection, row)

    async def of_session(self, session_id: str) -> list[SessionClient]:
        query = select(t.session_clients).where(C.session == session_id).order_by(C.first_at, C.client_id)
        async with self.database.read() as connection:
            return [SessionClient(**row._asdict()) for row in (await connection.execute(query)).all()]

    async def forget(self, session_id: str, client_id: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(t.session_clients).where(C.session == session_id, C.client_id == client_id))

    async def expire(self, since: int, now: int) -> int:
        s = t.sessions.c
        expired = select(s.id).where(s.expires_at >= since, s.expires_at <= now)
        waiting = (C.told_at.is_(None), C.session.in_(expired))
        async with self.database.read() as connection:  # most minutes nothing has expired: no write lock for that
            if (await connection.execute(select(C.session).where(*waiting).limit(1))).first() is None:
                return 0
        async with self.database.write() as connection:
            return await tell(connection, C.session.in_(expired), now)

    async def withdraw(self, person_id: str, clients: Collection[str], now: int) -> int:
        s = t.sessions.c
        live = select(s.id).where(s.person == person_id, s.ended_at.is_(None), s.expires_at > now)
        about = or_(C.client_id.in_(list(clients)), *(C.client_id.startswith(f"{one}{MARK}", autoescape=True) for one in clients))
        query = select(t.session_clients).where(about, C.session.in_(live))
        async with self.database.write() as connection:
            rows = (await connection.execute(query)).all()
            return await _queue(connection, [(new_id(), row) for row in rows], now)
