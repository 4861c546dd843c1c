"""Proving the consent record from its rows alone: the regency's chains, each person's own chain, the present states, and the anchors.

Everything is walked in batches by an index, so that memory stays the same for millions of rows. The walk of people and states asks the
ledger in the same statement, so that rows which are added meanwhile are no fault.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, tuple_

from consent.anchors import Anchor, Forged, follows, read, wrong_ends
from consent.models import LedgerEvent, Standing
from consent.record_keys import RecordKeyStore, key_set
from hub.storage.sql import tables as t
from hub.storage.sql.anchors import SqlAnchors
from hub.storage.sql.chains import CHAINS, GENESIS, Chain, row_hash
from hub.storage.sql.database import Database
from hub.storage.sql.documents import names_of
from kit.audit import ChainReport

BATCH = 1000
PEOPLE, STATES, ANCHORS = "consent by person", "consent states", "anchors"
L, S, NEWER = t.ledger.c, t.consent_states.c, t.ledger.alias("newer")
SAME = ("person", "service", "application", "purpose", "notice", "basis", "expires_at")  # a state says these as the row that made it
LEAVES: Mapping[str, frozenset[str]] = {  # what a record may be after the event; an event that is not here may leave any
    LedgerEvent.GIVEN.value: frozenset({Standing.IN_FORCE.value}),
    LedgerEvent.INFORMED.value: frozenset({Standing.INFORMED.value}),
    LedgerEvent.REFUSED.value: frozenset({Standing.REFUSED.value}),
    LedgerEvent.RENEWED.value: frozenset({Standing.RENEWED.value}),
    LedgerEvent.ENDED.value: frozenset({Standing.ENDED.value}),
    LedgerEvent.HELD.value: frozenset({Standing.HELD.value}),
    LedgerEvent.LIFTED.value: frozenset({Standing.IN_FORCE.value}),
    LedgerEvent.WITHDRAWN.value: frozenset({Standing.WITHDRAWN.value, Standing.IN_FORCE.value, Standing.HELD.value}),  # or only some claims
}


@dataclass(frozen=True, slots=True)
class Proving:
    """Implements consent.anchors.RecordProof."""

    database: Database
    chains: Sequence[Chain]
    anchors: SqlAnchors
    keys: RecordKeyStore

    async def whole(self, given: Iterable[str] | None = None) -> list[ChainReport]:
        """Check everything. `given`: anchors that somebody kept; they are held against the chains beside our own."""
        reports = [await chain.verify(self.database) for chain in self.chains]
        reports += [await self._people(), await self._states()]
        return [*reports, *await self._anchored(self._kept(), ANCHORS), *(await self._given(given) if given is not None else [])]

    async def of_person(self, person: str) -> list[ChainReport]:
        """Check one person's record, without reading anybody else's row."""
        return [await self._people(person), await self._states(person)]

    async def _people(self, person: str = "") -> ChainReport:
        """Walk the rows person by person. Each must follow from the row before of the same person, and its record must have a state."""
        head = await self._head()
        own: tuple[ColumnElement[bool], ...] = (L.person == person,) if person else ()
        at, last, rows = ("", 0), GENESIS, 0
        both = t.ledger.outerjoin(t.consent_states, S.record_id == L.record_id)
        while True:
            beyond = tuple_(L.person, L.seq) > tuple_(literal(at[0]), literal(at[1]))
            query = select(t.ledger, S.record_id.label("state")).select_from(both).where(*own, L.seq <= head, beyond)
            async with self.database.read() as connection:
                found = [dict(row) for row in (await connection.execute(query.order_by(L.person, L.seq).limit(BATCH))).mappings()]
            for row in found:
                kept = row.pop("state")
                last = last if row["person"] == at[0] else GENESIS
                reason = _own_fault(row, last) or ("" if kept is not None else "the present state of its record is missing")
                if reason:
                    return ChainReport(PEOPLE, rows, last, row["seq"], reason)
                at, last, rows = (row["person"], row["seq"]), row["hash"], rows + 1
            if len(found) < BATCH:
                return ChainReport(PEOPLE, rows, last)

    async def _states(self, person: str = "") -> ChainReport:
        """Hold each present state against the row that made it."""
        own: tuple[ColumnElement[bool], ...] = (S.person == person,) if person else ()
        newest = select(func.max(NEWER.c.seq)).where(NEWER.c.record_id == S.record_id).correlate(t.consent_states).scalar_subquery()
        made_by = [L[name].label(f"row_{name}") for name in (*SAME, "record_id", "event", "claims", "hash")]
        at, rows, last = "", 0, GENESIS
        while True:
            query = (
                select(t.consent_states, newest.label("newest"), *made_by)
                .outerjoin(t.ledger, L.seq == S.last_seq)
                .where(*own, S.record_id > at)
            )
            async with self.database.read() as connection:
                found = [dict(row) for row in (await connection.execute(query.order_by(S.record_id).limit(BATCH))).mappings().all()]
            for row in found:
                broken_at, reason = _state_fault(row)
                if reason:
                    return ChainReport(STATES, rows, last, broken_at, f"{reason} (record {row['record_id']})")
                at, rows, last = row["record_id"], rows + 1, row["row_hash"]
            if len(found) < BATCH:
                return ChainReport(STATES, rows, last)

    async def _kept(self) -> AsyncIterator[str]:
        number = 1
        while True:
            found = await self.anchors.since(number, BATCH)
            for row in found:
                yield row.jws
            if len(found) < BATCH:
                return
            number = found[-1].number + 1

    async def _anchored(self, anchors: AsyncIterator[str], title: str) -> list[ChainReport]:
        """Check our anchors from the first to the last, each against the one before and against the rows that it saw."""
        keys = key_set(await self.keys.all())
        before: Anchor | None = None
        count = 0
        async for jws in anchors:
            try:
                anchor = read(jws, keys)
            except Forged as error:
                return [ChainReport(title, count, before.digest if before else GENESIS, count + 1, f"the anchor is forged: {error}")]
            reason = ("anchor 1 is missing" if count == 0 and anchor.number != 1 else "") or follows(anchor, before)
            if reason:
                return [ChainReport(title, count, before.digest if before else GENESIS, anchor.number, reason)]
            wrong = await self._wrong(anchor)
            if wrong:
                return [ChainReport(title, count, anchor.digest, anchor.number, "the chains are not what it saw"), *wrong]
            before, count = anchor, count + 1
        return [ChainReport(title, count, before.digest if before else GENESIS)]

    async def _given(self, anchors: Iterable[str]) -> list[ChainReport]:
        """Check anchors that somebody kept: each is ours, we still have the same one, and the rows are what it saw."""
        keys = key_set(await self.keys.all())
        count, title = 0, "anchors given"
        for jws in anchors:
            try:
                anchor = read(jws, keys)
            except Forged as error:
                return [ChainReport(title, count, GENESIS, count + 1, f"the anchor is forged: {error}")]
            own = await self.anchors.since(anchor.number, 1)
            if not own or own[0].number != anchor.number:
                return [ChainReport(title, count, anchor.digest, anchor.number, "the anchor is genuine and is gone from the record")]
            if own[0].jws != jws:
                return [ChainReport(title, count, anchor.digest, anchor.number, "the record has another anchor of this number")]
            wrong = await self._wrong(anchor)
            if wrong:
                return [ChainReport(title, count, anchor.digest, anchor.number, "the chains are not what it saw"), *wrong]
            count += 1
        if not count:
            return [ChainReport(title, 0, GENESIS, 1, "the file holds no anchors")]
        return [ChainReport(title, count, GENESIS)]

    async def _wrong(self, anchor: Anchor) -> list[ChainReport]:
        found: dict[str, str | None] = {}
        for name, end in anchor.ends.items():
            table = CHAINS.get(name)
            if table is not None:
                async with self.database.read() as connection:
                    found[name] = (await connection.execute(select(table.c.hash).where(table.c.seq == end.rows))).scalar()
        return [ChainReport(name, row, found.get(name) or GENESIS, row, reason) for name, row, reason in wrong_ends(anchor, found, GENESIS)]

    async def _head(self) -> int:
        async with self.database.read() as connection:
            return int((await connection.execute(select(func.max(L.seq)))).scalar() or 0)


def _own_fault(row: Mapping[str, Any], last: str) -> str:
    if row["hash"] != row_hash("consent", row):
        return "the row was changed"
    if row["own_previous"] and row["own_previous"] != last:
        return "the row does not follow from the row before of the same person"
    return ""


def _state_fault(row: Mapping[str, Any]) -> tuple[int, str]:
    """Return the row that a state contradicts, and how."""
    if row["row_record_id"] is None:
        return row["last_seq"], "the row that made the present state is missing: the tail was cut"
    if row["newest"] is not None and row["newest"] != row["last_seq"]:
        return row["newest"], "the present state does not know this row"
    if row["row_record_id"] != row["record_id"] or any(row[name] != row[f"row_{name}"] for name in SAME):
        return row["last_seq"], "the present state is not what the row that made it says"
    if row["standing"] not in LEAVES.get(row["row_event"], {row["standing"]}):
        return row["last_seq"], "the present state says something else than the row that made it"
    partly = row["row_event"] == LedgerEvent.WITHDRAWN.value and row["standing"] != Standing.WITHDRAWN.value
    names, of_row = set(names_of(row["claims"])), set(names_of(row["row_claims"]))
    if names & of_row if partly else names != of_row:
        return row["last_seq"], "the present state has other claims than the row that made it"
    return 0, ""
