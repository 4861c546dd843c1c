"""The sign-out outbox in SQL: a delivery belongs to one worker for 30 s at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, insert, select, update

from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from idp.signout.store import SIGN_OUTS, Delivery
from kit.audit import Entry

CLAIM_SECONDS = 30


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """Implements idp.signout.store.OutboxStore. A delivery settled with `next_at` below 0 was given up: it is kept, and never due again."""

    database: Database
    trail: Chain

    async def add(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            async with self.database.write() as connection:
                await connection.execute(insert(t.deliveries), [asdict(one) | {"claimed_until": 0} for one in deliveries])

    async def due(self, now: int, limit: int = 20, *, without: Collection[str] = ()) -> list[Delivery]:
        c = t.deliveries.c
        waiting = (c.delivered_at.is_(None), c.next_at >= 0, c.next_at <= now, c.claimed_until <= now, c.target.not_in(list(without)))
        async with self.database.read() as connection:  # asked twice a second by every worker: no write lock where nothing is due
            if (await connection.execute(select(c.id).where(*waiting).limit(1))).first() is None:
                return []
        return await self._claim(select(c.id).where(*waiting).order_by(c.next_at, c.id).limit(limit), now)

    async def claim(self, ids: Collection[str], now: int) -> list[Delivery]:
        c = t.deliveries.c
        return await self._claim(select(c.id).where(c.id.in_(list(ids)), c.delivered_at.is_(None), c.claimed_until <= now), now)

    async def _claim(self, free: Select[tuple[str]], now: int) -> list[Delivery]:
        c = t.deliveries.c
        async with self.database.write() as connection:
            claimed = [row.id for row in (await connection.execute(free.with_for_update(skip_locked=True))).all()]
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

    async def put_off(self, ids: Collection[str], next_at: int) -> None:
        change = update(t.deliveries).where(t.deliveries.c.id.in_(list(ids))).values(next_at=next_at, claimed_until=0)
        async with self.database.write() as connection:
            await connection.execute(change)

    async def find(self, ids: Collection[str]) -> list[Delivery]:
        return await self._rows(select(t.deliveries).where(t.deliveries.c.id.in_(list(ids))).order_by(t.deliveries.c.id))

    async def pending(self) -> list[Delivery]:
        c = t.deliveries.c
        return await self._rows(select(t.deliveries).where(c.delivered_at.is_(None), c.next_at >= 0).order_by(c.next_at, c.id))

    async def unfinished(self, limit: int, kinds: Collection[str] = SIGN_OUTS) -> list[Delivery]:
        c = t.deliveries.c
        query = (
            select(t.deliveries).where(c.delivered_at.is_(None), c.kind.in_(list(kinds))).order_by(c.created_at.desc(), c.id).limit(limit)
        )
        return await self._rows(query)

    async def again(self, ids: Collection[str] | None, now: int, audit: Sequence[Entry] = (), kinds: Collection[str] = SIGN_OUTS) -> int:
        c = t.deliveries.c
        chosen = (c.kind.in_(list(kinds)), *(() if ids is None else (c.id.in_(list(ids)),)))
        async with self.database.write() as connection:
            changed = await connection.execute(update(t.deliveries).where(c.delivered_at.is_(None), *chosen).values(next_at=now))
            await append_audit(connection, self.trail, audit)
        return changed.rowcount

    async def _rows(self, query: Select[Any]) -> list[Delivery]:
        async with self.database.read() as connection:
            return [_delivery(row) for row in (await connection.execute(query)).all()]


def _delivery(row: Any) -> Delivery:
    values = row._asdict()
    del values["claimed_until"]
    return Delivery(**values)
