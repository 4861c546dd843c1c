"""The keys of receipts and anchors in SQL: never changed, never removed. The private part comes and goes sealed."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from sqlalchemy import insert, select

from consent.record_keys import RecordKey
from hub.storage.sql.database import Database
from hub.storage.sql.documents import canonical
from hub.storage.sql.record_tables import anchor_keys


@dataclass(frozen=True, slots=True)
class SqlRecordKeys:
    """Implements consent.record_keys.RecordKeyStore."""

    database: Database

    async def all(self) -> list[RecordKey]:
        query = select(anchor_keys).order_by(anchor_keys.c.created_at, anchor_keys.c.kid)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [RecordKey(row.kid, row.private, orjson.loads(row.public), row.created_at) for row in rows]

    async def add(self, key: RecordKey) -> None:
        row = {"kid": key.kid, "private": key.private, "public": canonical(key.public).decode(), "created_at": key.created_at}
        async with self.database.write() as connection:
            await connection.execute(insert(anchor_keys).values(**row))
