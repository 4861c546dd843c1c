"""The sign-out outbox in SQL: a delivery belongs to one worker for 30 s at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import insert, select, update

from hub.storage.sql import tables as t
from hub.storage.sql.database import Database
from idp.store import Delivery

CLAIM_SECONDS = 30
GIVEN_UP = -1


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """Implements idp.store.OutboxStore. A delivery settled with `next_at` below 0 was given up: it is kept, and never due again."""

    database: Database

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            async with self.database.write() as connection:
                await connection.execute(insert(t.deliveries), [asdict(one) | {"claimed_until": 0} for one in deliveries])

    async def due(self, now: int, limit: int = 20) -> list[Delivery]:
        c = t.deliveries.c
        free = (
            select(c.id)
            .where(c.delivered_at.is_(None), c.next_at >= 0, c.next_at <= now, c.claimed_until <= now)
            .order_by(c.next_at, c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        async with self.database.write() as connection:
            claimed = [row.id for row in (await connection.execute(free)).all()]
            if not claimed:
                return []
            await connection.execute(update(t.deliveries).where(c.id.in_(claimed)).values(claimed_until=now + CLAIM_SECONDS))
            found = await connection.execute(select(t.deliveries).where(c.id.in_(claimed)).order_by(c.next_at, c.id))
            return [_delivery(row) for row in found.all()]

    async def settle(self, delivery_id: str, *, delivered_at: int | None, next_at: int, error: str) -> None:
        values = {"delivered_at": delivered_at, "next_at": next_at, "last_error": error, "claimed_until": 0}
        change = update(t.deliveries).where(t.deliveries.c.id == delivery_id).values(attempts=t.deliveries.c.attempts + 1, **values)
        async with self.database.write() as connection:
            await connection.execute(change)

    async def pending(self) -> list[Delivery]:
        c = t.deliveries.c
        query = select(t.deliveries).where(c.delivered_at.is_(None), c.next_at >= 0).order_by(c.next_at, c.id)
        async with self.database.read() as connection:
            return [_delivery(row) for row in (await connection.execute(query)).all()]


def _delivery(row: Any) -> Delivery:
    values = row._asdict()
    del values["claimed_until"]
    return Delivery(**values)
