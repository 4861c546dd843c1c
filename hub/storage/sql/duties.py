"""Duties in SQL: made in the transaction that changes the record, settled once, found by whom they concern."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from consent.duty_models import Cause, Duty, DutyKind, Outcome, Owed, Telling
from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.documents import to_text
from hub.storage.sql.duty_tables import duties
from hub.storage.sql.sealed import Sealed
from kit.audit import AuditEvent, Entry

C = duties.c
NOTICE = "duty"  # the kind of its delivery in the outbox


@dataclass(frozen=True, slots=True)
class SqlDuties:
    """Implements consent.store.DutyStore."""

    database: Database
    sealed: Sealed
    trail: Chain

    async def owe(self, connection: AsyncConnection, owed: Owed) -> None:
        """Keep what a change makes owed, inside its transaction."""
        for person, service, purpose in owed.moot:
            same = (C.person == person, C.service == service, C.purpose == purpose, C.outcome == "")
            ended = C.kind.in_([DutyKind.STOP.value, DutyKind.DELETE.value, DutyKind.RESTRICTION.value])
            await connection.execute(
                update(duties).where(*same, ended).values(outcome=Outcome.MOOT.value, settled_at=owed.at, settled_by="person")
            )
        if owed.duties:
            await connection.execute(insert(duties), [self._row(one) for one in owed.duties])
        if owed.telling is not None:
            await connection.execute(insert(t.deliveries), [_delivery(owed.telling)])

    async def open_of(self, record_id: str) -> frozenset[DutyKind]:
        async with self.database.read() as connection:
            found = await connection.execute(select(C.kind).where(C.record_id == record_id, C.outcome == ""))
            return frozenset(DutyKind(row.kind) for row in found)

    async def get(self, duty_id: str) -> Duty | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(duties).where(C.id == duty_id))).one_or_none()
        return None if row is None else await self._duty(row)

    async def of_person(self, person: str, *, record_id: str = "") -> list[Duty]:
        query = select(duties).where(C.person == person)
        if record_id:
            query = query.where(C.record_id == record_id)
        async with self.database.read() as connection:
            rows = (await connection.execute(query.order_by(C.created_at.desc(), C.due_at, C.id))).all()
        return [await self._duty(row) for row in rows]

    async def search(
        self,
        *,
        applications: Collection[str] | None = None,
        agencies: Collection[str] | None = None,
        open_only: bool = False,
        overdue_at: int | None = None,
        after: str = "",
        limit: int = 50,
    ) -> list[Duty]:
        query = select(duties)
        if applications is not None:
            query = query.where(C.application.in_(list(applications)))
        if agencies is not None:
            query = query.where(C.agency.in_(list(agencies)))
        if open_only or overdue_at is not None:
            query = query.where(C.outcome == "")
        if overdue_at is not None:
            query = query.where(C.due_at < overdue_at)
        async with self.database.read() as connection:
            if after:
                last = (await connection.execute(select(C.due_at).where(C.id == after))).scalar_one_or_none()
                if last is not None:
                    query = query.where(or_(C.due_at > last, and_(C.due_at == last, C.id > after)))
            rows = (await connection.execute(query.order_by(C.due_at, C.id).limit(limit))).all()
        return [await self._duty(row) for row in rows]

    async def settle(self, settled: Duty, audit: Sequence[Entry] = ()) -> bool:
        assert settled.outcome is not None
        answer = self.sealed.seal("duties", orjson.dumps([settled.by, settled.answer]), settled.id, "answer")
        values = {
            "outcome": settled.outcome.value,
            "settled_at": settled.settled_at,
            "settled_by": settled.settled_by,
            "answer": answer,
        }
        async with self.database.write() as connection:
            changed = await connection.execute(update(duties).where(C.id == settled.id, C.outcome == "").values(**values))
            if not changed.rowcount:
                return False
            await append_audit(connection, self.trail, audit)
        return True

    async def tell_overdue(self, now: int, limit: int) -> list[Duty]:
        late = (C.outcome == "", C.due_at < now, C.overdue_told_at.is_(None))
        async with self.database.read() as connection:  # most minutes nothing is late: no write lock for that
            if (await connection.execute(select(C.id).where(*late).limit(1))).first() is None:
                return []
        async with self.database.write() as connection:
            rows = (await connection.execute(select(duties).where(*late).order_by(C.due_at).limit(limit).with_for_update())).all()
            told = []
            for row in rows:
                marked = await connection.execute(update(duties).where(C.id == row.id, *late).values(overdue_told_at=now))
                if marked.rowcount:
                    told.append(replace(await self._duty(row), overdue_told_at=now))
            await append_audit(connection, self.trail, [_late(one, now) for one in told])
        return told

    def _row(self, duty: Duty) -> dict[str, Any]:
        return {
            "id": duty.id,
            "kind": duty.kind.value,
            "cause": duty.cause.value,
            "person": duty.person,
            "agency": duty.agency,
            "application": duty.application,
            "service": duty.service,
            "purpose": duty.purpose,
            "record_id": duty.record_id,
            "created_at": duty.created_at,
            "due_at": duty.due_at,
            "words": self.sealed.seal("duties", duty.words.encode(), duty.id, "words") if duty.words else None,
            "outcome": "",
            "settled_at": None,
            "settled_by": "",
            "answer": None,
            "overdue_told_at": None,
        }

    async def _duty(self, row: Any) -> Duty:
        values = row._asdict()
        by, answer = "", ""
        if row.answer is not None:
            by, answer = orjson.loads(await self.sealed.open("duties", row.answer, row.id, "answer"))
        words = (await self.sealed.open("duties", row.words, row.id, "words")).decode() if row.words is not None else ""
        values |= {
            "kind": DutyKind(row.kind),
            "cause": Cause(row.cause),
            "outcome": Outcome(row.outcome) if row.outcome else None,
            "words": words,
            "by": by,
            "answer": answer,
        }
        return Duty(**values)


def _late(duty: Duty, now: int) -> Entry:
    after = {"kind": duty.kind.value, "application": duty.application, "due_at": duty.due_at}
    return Entry(AuditEvent.DUTY_OVERDUE, "system", f"duty:{duty.id}", now, after=after)


def _delivery(telling: Telling) -> dict[str, Any]:
    """Return the row of the outbox. It names the person by our own id: the pairwise one is put in when the notice is signed."""
    records = [
        {
            "record": one.record_id,
            "service": one.service,
            "purpose": one.purpose,
            "claims": list(one.claims),
            "duties": [{"id": duty_id, "kind": kind.value, "due_at": due} for duty_id, kind, due in one.duties],
        }
        for one in telling.records
    ]
    return {
        "id": telling.id,
        "kind": NOTICE,
        "application": telling.application,
        "target": telling.application,
        "payload": to_text({"person": telling.person, "cause": telling.cause.value, "at": telling.at, "records": records}),
        "created_at": telling.at,
        "attempts": 0,
        "next_at": telling.at,
        "delivered_at": None,
        "last_error": "",
        "claimed_until": 0,
    }
