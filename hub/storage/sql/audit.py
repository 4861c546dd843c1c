"""The audit trail in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select

from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.tables import audit
from kit.audit import AuditEvent, ChainedEntry, ChainReport, Entry

MAX_PAGE = 1000


@dataclass(frozen=True, slots=True)
class SqlAuditTrail:
    """Implements kit.audit.AuditTrail."""

    database: Database
    chain: Chain

    async def append(self, *entries: Entry) -> None:
        if entries:
            async with self.database.write() as connection:
                await append_audit(connection, self.chain, entries)

    async def verify(self) -> ChainReport:
        return await self.chain.verify(self.database)

    async def search(
        self, *, event: str = "", actor: str = "", subject: str = "", since: int = 0, until: int = 0, before_seq: int = 0, limit: int = 50
    ) -> list[ChainedEntry]:
        query = select(audit).order_by(audit.c.seq.desc()).limit(min(limit, MAX_PAGE))
        for column, value in ((audit.c.event, event), (audit.c.actor, actor), (audit.c.subject, subject)):
            if value:
                query = query.where(column == value)
        if since:
            query = query.where(audit.c.at >= since)
        if until:
            query = query.where(audit.c.at <= until)
        if before_seq:
            query = query.where(audit.c.seq < before_seq)
        async with self.database.read() as connection:
            return [_entry(row) for row in await connection.execute(query)]


def _entry(row: Any) -> ChainedEntry:
    return ChainedEntry(
        seq=row.seq,
        entry=Entry(
            event=AuditEvent(row.event),
            actor=row.actor,
            subject=row.subject,
            at=row.at,
            origin=row.origin,
            reason=row.reason,
            before=orjson.loads(row.before),
            after=orjson.loads(row.after),
            names=orjson.loads(row.names),
        ),
        previous=row.previous,
        hash=row.hash,
    )
