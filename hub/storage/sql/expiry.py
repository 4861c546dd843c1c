"""Rows that may be forgotten: sessions and refresh families long past their end, deliveries made. Never audit, ledger or disclosures."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, delete, select

from hub.storage.sql import tables as t
from hub.storage.sql.database import Database

BATCH = 500


@dataclass(frozen=True, slots=True)
class Expiry:
    """Deletes in batches, each its own short transaction."""

    database: Database

    async def purge(self, now: int, *, days: int = 90) -> int:
        """Forget what ended more than `days` ago; return how many rows."""
        line = now - days * 86400
        past: tuple[tuple[Table, ColumnElement[bool]], ...] = (
            (t.sessions, (t.sessions.c.expires_at < line) | (t.sessions.c.ended_at < line)),
            (t.families, (t.families.c.expires_at < line) | (t.families.c.revoked_at < line)),
            (t.session_clients, t.session_clients.c.first_at < line),  # no session lives that long
            (t.deliveries, t.deliveries.c.created_at < line),
            (t.guesses, t.guesses.c.last_failed_at < line),
        )
        return sum([await self._purge(table, condition) for table, condition in past])

    async def _purge(self, table: Table, condition: ColumnElement[bool]) -> int:
        key = next(iter(table.primary_key.columns))
        gone = 0
        while True:
            async with self.database.write() as connection:
                batch = select(key).where(condition).limit(BATCH)
                count = (await connection.execute(delete(table).where(key.in_(batch)))).rowcount
            gone += count
            if count < BATCH:
                return gone
