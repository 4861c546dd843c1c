"""Erasing a person: everything that says who she is goes, in one transaction, and with it the key under which values were digested.

What stays is her row without content, the pseudonyms that services know her by (so that they can be told), and the rows of consent,
disclosure and audit, which name her by her random id only. No hash changes, so every chain still verifies (PV-10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.connector_tables import directory_passwords, vault
from hub.storage.sql.database import Database
from hub.storage.sql.documents import canonical
from hub.storage.sql.duty_tables import duties
from hub.storage.sql.sealed import Sealed
from hub.storage.sql.session_clients import end_sessions
from idp.people.models import Status
from kit.audit import Entry

OF_PERSON: tuple[Table, ...] = (
    t.identifiers, t.credentials, t.roles, t.operator_tokens, t.families, t.sessions, vault, directory_passwords,
)  # fmt: skip
EMPTY = {"status": Status.CLOSED.value, "level": "basic", "language": "id", "proof_key": None}


@dataclass(frozen=True, slots=True)
class SqlErasure:
    """Implements idp.store.ErasureStore."""

    database: Database
    sealed: Sealed
    trail: Chain

    async def erase(self, person_id: str, now: int, audit: Sequence[Entry] = ()) -> bool:
        """Erase, and append the audit entries; False when there is no such person. SQLite overwrites what is deleted, also in its log."""
        async with self.database.write() as connection:
            if self.database.sqlite:
                await connection.execute(text("PRAGMA secure_delete = ON"))
            if not await self._emptied(connection, person_id, now):
                return False
            await end_sessions(connection, person_id, now)
            own = select(t.sessions.c.id).where(t.sessions.c.person == person_id)
            await connection.execute(delete(t.session_clients).where(t.session_clients.c.session.in_(own)))
            for table in OF_PERSON:
                await connection.execute(delete(table).where(table.c.person == person_id))
            await connection.execute(update(duties).where(duties.c.person == person_id).values(words=None, answer=None))
            await append_audit(connection, self.trail, audit)
        if self.database.sqlite:
            async with self.database.read() as connection:
                await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        return True

    async def _emptied(self, connection: AsyncConnection, person_id: str, now: int) -> bool:
        nothing = self.sealed.seal("people", canonical({}), person_id)
        change = update(t.people).where(t.people.c.id == person_id).values(claims=nothing, updated_at=now, **EMPTY)
        return (await connection.execute(change)).rowcount == 1
