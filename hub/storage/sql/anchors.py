"""Anchors in SQL: what was signed over the ends of the chains, kept for ever."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from consent.anchors import End, KeptAnchor
from hub.storage.sql.chains import CHAINS
from hub.storage.sql.database import Database
from hub.storage.sql.record_tables import anchors as table
from hub.storage.sql.tables import chain_heads

C = table.c


@dataclass(frozen=True, slots=True)
class SqlAnchors:
    """Implements consent.anchors.AnchorStore."""

    database: Database

    async def ends(self) -> dict[str, End]:
        query = select(chain_heads.c.chain, chain_heads.c.seq, chain_heads.c.hash).where(chain_heads.c.chain.in_(list(CHAINS)))
        async with self.database.read() as connection:
            return {row.chain: End(row.seq, row.hash) for row in (await connection.execute(query)).all()}

    async def newest(self) -> KeptAnchor | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(table).order_by(C.number.desc()).limit(1))).one_or_none()
        return None if row is None else _anchor(row)

    async def add(self, anchor: KeptAnchor) -> bool:
        try:
            async with self.database.write() as connection:
                await connection.execute(insert(table).values(**asdict(anchor)))
        except IntegrityError:
            return False
        return True

    async def since(self, number: int, limit: int) -> list[KeptAnchor]:
        query = select(table).where(C.number >= number).order_by(C.number).limit(limit)
        async with self.database.read() as connection:
            return [_anchor(row) for row in (await connection.execute(query)).all()]


def _anchor(row: Any) -> KeptAnchor:
    return KeptAnchor(row.number, row.at, row.kid, row.jws)
