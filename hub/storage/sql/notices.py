"""Notices in SQL: every text version for ever, and which one is current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from consent.errors import ImmutableNotice
from consent.models import Notice
from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.documents import from_text, to_text
from hub.storage.sql.upsert import upsert
from kit.audit import Entry


@dataclass(frozen=True, slots=True)
class SqlNotices:
    """Implements consent.store.NoticeStore."""

    database: Database
    trail: Chain

    async def publish(self, notice: Notice, audit: Sequence[Entry] = ()) -> None:
        """See NoticeStore. Publishing the same text again changes nothing but which text is current."""
        data = to_text(notice)
        try:
            async with self.database.write() as connection:
                kept = (await connection.execute(select(t.notices.c.data).where(t.notices.c.id == notice.id))).scalar()
                if kept is not None and from_text(Notice, kept) != from_text(Notice, data):
                    raise ImmutableNotice(notice.id)
                if kept is None:
                    newest = (await connection.execute(select(func.max(t.notices.c.position)))).scalar() or 0
                    row = {"position": newest + 1, "id": notice.id, "service": notice.service, "data": data}
                    await connection.execute(insert(t.notices).values(**row))
                await upsert(connection, t.current_notices, {"service": notice.service, "notice": notice.id}, ("service",))
                await append_audit(connection, self.trail, audit)
        except IntegrityError as error:  # two at once: the other one was first
            raise ImmutableNotice(notice.id) from error

    async def all(self) -> list[Notice]:
        async with self.database.read() as connection:
            rows = (await connection.execute(select(t.notices.c.data).order_by(t.notices.c.position))).all()
        return [from_text(Notice, row.data) for row in rows]

    async def current_ids(self) -> dict[str, str]:
        async with self.database.read() as connection:
            rows = (await connection.execute(select(t.current_notices))).all()
        return {row.service: row.notice for row in rows}
