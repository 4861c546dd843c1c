"""The consent ledger in SQL: chained rows that are only ever added, and the present state of each record in a row of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, distinct, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from consent.duty_models import DutyKind, Owed
from consent.errors import StaleState
from consent.models import Basis, LedgerEvent, LedgerRow, PurposeState, Standing
from consent.store import Change
from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.documents import names_of, names_text
from hub.storage.sql.duties import SqlDuties
from hub.storage.sql.proof_keys import ProofKeys
from hub.storage.sql.upsert import upsert
from kit.audit import ChainReport, Entry


@dataclass(frozen=True, slots=True)
class SqlConsent:
    """Implements consent.store.ConsentStore."""

    database: Database
    chain: Chain
    trail: Chain
    duties: SqlDuties
    proof_keys: ProofKeys

    async def append(self, changes: Sequence[Change], audit: Sequence[Entry] = (), owed: Owed | None = None) -> list[LedgerRow]:
        async with self.database.write() as connection:
            await self._still_as_read(connection, changes)
            chained = await self.chain.append(connection, [await self._row(connection, change) for change in changes])
            for change, row in zip(changes, chained, strict=True):
                await upsert(connection, t.consent_states, _state_row(change.state, row["seq"]), ("record_id",))
            if owed is not None:
                await self.duties.owe(connection, owed)
            await append_audit(connection, self.trail, audit)
        return [_ledger(row) for row in chained]

    async def _row(self, connection: AsyncConnection, change: Change) -> dict[str, Any]:
        """Return the row of a change, the digest of what she saw under her own key."""
        row = _ledger_row(change)
        if change.values_mac:
            kept = await self.proof_keys.of(connection, change.state.person)
            row["values_mac"] = await self.proof_keys.digest(connection, change.state.person, change.values_mac, kept)
        return row

    async def _still_as_read(self, connection: AsyncConnection, changes: Sequence[Change]) -> None:
        """Raise StaleState unless every record stands as when its change was decided. The chain is held: nobody changes one meanwhile."""
        decided = [change for change in changes if change.after is not None]
        if not decided:
            return
        await self.chain.lock(connection)
        s = t.consent_states.c
        people = {change.state.person for change in decided}
        found = await connection.execute(select(s.person, s.service, s.purpose, s.notice, s.last_seq).where(s.person.in_(people)))
        present = {(row.person, row.service, row.purpose, row.notice): row.last_seq for row in found}
        for change in decided:
            state = change.state
            if present.get((state.person, state.service, state.purpose, state.notice), 0) != change.after:
                raise StaleState(state.record_id)

    async def states(self, person: str, service: str = "") -> list[PurposeState]:
        query = select(t.consent_states).where(t.consent_states.c.person == person)
        if service:
            query = query.where(t.consent_states.c.service == service)
        async with self.database.read() as connection:
            rows = (await connection.execute(query.order_by(t.consent_states.c.last_seq))).all()
        return [_state(row) for row in rows]

    async def people_of(self, application: str) -> int:
        s = t.consent_states.c
        good = s.standing.in_((Standing.IN_FORCE.value, Standing.INFORMED.value))
        async with self.database.read() as connection:
            query = select(func.count(distinct(s.person))).where(s.application == application, good)
            return int((await connection.execute(query)).scalar_one())

    async def covered(self, service: str, now: int) -> dict[str, int]:
        async with self.database.read() as connection:
            return {row.purpose: row.people for row in (await connection.execute(covered_query(service, now))).all()}

    async def state(self, record_id: str) -> PurposeState | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(t.consent_states).where(t.consent_states.c.record_id == record_id))).one_or_none()
        return None if row is None else _state(row)

    async def expired(self, now: int, limit: int) -> list[PurposeState]:
        s = t.consent_states.c
        running = s.standing.in_((Standing.IN_FORCE.value, Standing.HELD.value))
        query = select(t.consent_states).where(running, s.expires_at <= now).order_by(s.expires_at, s.record_id).limit(limit)
        async with self.database.read() as connection:
            return [_state(row) for row in (await connection.execute(query)).all()]

    async def open_duties(self, record_id: str) -> frozenset[DutyKind]:
        return await self.duties.open_of(record_id)

    async def history(self, person: str, *, record_id: str = "", before_seq: int = 0, limit: int = 100) -> list[LedgerRow]:
        query = select(t.ledger).where(t.ledger.c.person == person).order_by(t.ledger.c.seq.desc()).limit(limit)
        if record_id:
            query = query.where(t.ledger.c.record_id == record_id)
        if before_seq:
            query = query.where(t.ledger.c.seq < before_seq)
        async with self.database.read() as connection:
            return [_ledger(row) for row in (await connection.execute(query)).mappings()]

    async def row(self, seq: int) -> LedgerRow | None:
        async with self.database.read() as connection:
            found = (await connection.execute(select(t.ledger).where(t.ledger.c.seq == seq))).mappings().one_or_none()
        return None if found is None else _ledger(found)

    async def verify(self) -> ChainReport:
        return await self.chain.verify(self.database)


def covered_query(service: str, now: int) -> Select[Any]:
    """Return the count of people by purpose; the index ix_consent_states_cover holds all that it reads."""
    s = t.consent_states.c
    good = s.standing.in_((Standing.IN_FORCE.value, Standing.INFORMED.value))
    stands = or_(s.expires_at.is_(None), s.expires_at > now)
    return select(s.purpose, func.count(distinct(s.person)).label("people")).where(s.service == service, good, stands).group_by(s.purpose)


def _ledger_row(change: Change) -> dict[str, Any]:
    state = change.state
    return {
        "event": change.event.value,
        "record_id": state.record_id,
        "person": state.person,
        "service": state.service,
        "application": state.application,
        "purpose": state.purpose,
        "notice": state.notice,
        "text_sha256": change.text_sha256,
        "language": change.language,
        "basis": state.basis.value,
        "claims": names_text(state.claims if change.claims is None else change.claims),
        "at": state.since if change.at is None else change.at,
        "expires_at": state.expires_at,
        "channel": change.channel,
        "officer": change.officer,
        "values_mac": "",
    }


def _ledger(row: Any) -> LedgerRow:
    values = {**row, "event": LedgerEvent(row["event"]), "basis": Basis(row["basis"]), "claims": tuple(names_of(row["claims"]))}
    return LedgerRow(**values)


def _state_row(state: PurposeState, seq: int) -> dict[str, Any]:
    return {
        "record_id": state.record_id,
        "person": state.person,
        "service": state.service,
        "application": state.application,
        "purpose": state.purpose,
        "notice": state.notice,
        "basis": state.basis.value,
        "claims": names_text(state.claims),
        "standing": state.standing.value,
        "since": state.since,
        "expires_at": state.expires_at,
        "last_seq": seq,
    }


def _state(row: Any) -> PurposeState:
    values = row._asdict()
    values |= {"basis": Basis(row.basis), "claims": frozenset(names_of(row.claims)), "standing": Standing(row.standing)}
    return PurposeState(**values)
