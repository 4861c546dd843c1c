"""Append-only tables whose rows follow from each other: each row's hash covers the one before and every field of its own.

One head row per chain says where it ends. It is locked inside the transaction that appends, so that processes form one queue, and it
carries a keyed digest, so that cutting the tail shows even when somebody also moves the head. The audit chain is always appended last
in a transaction: one order of locks, no deadlock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.database import Database
from hub.storage.sql.documents import canonical
from hub.storage.sql.tables import audit, chain_heads, disclosures, ledger
from kit.audit import ChainReport, Entry
from kit.keys import derive
from kit.secrets import keyed, same

GENESIS = "0" * 64
BATCH = 1000
CHAINS: Mapping[str, Table] = {"audit": audit, "consent": ledger, "disclosures": disclosures}


LATER = {"consent": frozenset({"own_previous", "values_mac"})}  # columns added later: an empty one is not hashed: older rows stay true


def row_hash(chain: str, row: Mapping[str, Any]) -> str:
    """Return SHA-256 (hex) over the chain's name, the previous hash and every other field of the row."""
    later = LATER.get(chain, frozenset())
    fields = {str(name): value for name, value in row.items() if name != "hash" and (value or name not in later)}
    return hashlib.sha256(canonical([chain, fields])).hexdigest()


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain of one database. `index_key` is the ring's; the key of the head's digest is derived from it."""

    name: str
    index_key: bytes = field(repr=False)

    @property
    def table(self) -> Table:
        return CHAINS[self.name]

    @property
    def by_person(self) -> bool:
        """True when each person's rows form a chain of their own inside this one."""
        return "own_previous" in self.table.c

    def mac(self, seq: int, last: str) -> str:
        return keyed(derive(self.index_key, "chain head"), self.name, f"{seq}:{last}")

    async def begin(self, connection: AsyncConnection) -> None:
        """Write the head of an empty chain."""
        await connection.execute(insert(chain_heads).values(chain=self.name, seq=0, hash=GENESIS, mac=self.mac(0, GENESIS)))

    async def lock(self, connection: AsyncConnection) -> tuple[int, str]:
        """Hold the chain until the caller's transaction ends; return where it ends now."""
        wanted = select(chain_heads.c.seq, chain_heads.c.hash).where(chain_heads.c.chain == self.name)
        head = (await connection.execute(wanted.with_for_update())).one()
        return head.seq, head.hash

    async def append(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Chain the rows inside the caller's transaction and return them with seq, previous and hash."""
        if not rows:
            return []
        seq, last = await self.lock(connection)
        ends = await self._own_ends(connection, {row["person"] for row in rows}) if self.by_person else {}
        chained = []
        for row in rows:
            seq += 1
            made = {**row, "seq": seq, "previous": last}
            if self.by_person:
                made["own_previous"] = ends.get(row["person"], GENESIS)
            last = made["hash"] = row_hash(self.name, made)
            if self.by_person:
                ends[row["person"]] = last
            chained.append(made)
        await connection.execute(insert(self.table), chained)
        await connection.execute(
            update(chain_heads).where(chain_heads.c.chain == self.name).values(seq=seq, hash=last, mac=self.mac(seq, last))
        )
        return chained

    async def _own_ends(self, connection: AsyncConnection, people: Iterable[str]) -> dict[str, str]:
        """Return where each person's own chain ends: one step of the index for each. The chain is held, so nobody adds to it."""
        c, ends = self.table.c, {}
        for person in people:
            last = select(c.hash).where(c.person == person).order_by(c.seq.desc()).limit(1)
            found = (await connection.execute(last)).scalar()
            if found is not None:
                ends[person] = str(found)
        return ends

    async def verify(self, database: Database) -> ChainReport:
        """Walk the chain in batches up to where its head stood at the start, and name the first row that does not follow."""
        async with database.read() as connection:
            head = (await connection.execute(select(chain_heads).where(chain_heads.c.chain == self.name))).one_or_none()
        if head is None or not same(head.mac, self.mac(head.seq, head.hash)):
            return ChainReport(self.name, 0, GENESIS, 1 if head is None else head.seq, "the head row was changed or is missing")
        seq, last = 0, GENESIS
        while seq < head.seq:
            async with database.read() as connection:
                found = await connection.execute(
                    select(self.table).where(self.table.c.seq > seq, self.table.c.seq <= head.seq).order_by(self.table.c.seq).limit(BATCH)
                )
                rows = [dict(row) for row in found.mappings()]
            if not rows:
                return ChainReport(self.name, seq, last, seq + 1, "the row is missing: the tail was cut")
            for row in rows:
                reason = self._fault(row, seq, last)
                if reason:
                    return ChainReport(self.name, seq, last, seq + 1, reason)
                seq, last = row["seq"], row["hash"]
        if last != head.hash:
            return ChainReport(self.name, seq, last, seq, "the row was replaced: the head has another hash")
        extra = await self._behind(database)
        return ChainReport(self.name, seq, last, extra, "the row stands behind the head" if extra else "")

    def _fault(self, row: Mapping[str, Any], seq: int, last: str) -> str:
        if row["seq"] != seq + 1:
            return "the row is missing"
        if row["previous"] != last:
            return "the row does not follow from the one before"
        if row["hash"] != row_hash(self.name, row):
            return "the row was changed"
        return ""

    async def _behind(self, database: Database) -> int | None:
        """Return the first row behind the head. The rows are asked first: a head only moves forward."""
        async with database.read() as connection:
            newest = (await connection.execute(select(func.max(self.table.c.seq)))).scalar() or 0
        async with database.read() as connection:
            head: int = (await connection.execute(select(chain_heads.c.seq).where(chain_heads.c.chain == self.name))).scalar_one()
        return head + 1 if newest > head else None


def entry_row(entry: Entry) -> dict[str, Any]:
    return {
        "event": entry.event.value,
        "actor": entry.actor,
        "subject": entry.subject,
        "at": entry.at,
        "origin": entry.origin,
        "reason": entry.reason,
        "before": canonical(entry.before).decode(),
        "after": canonical(entry.after).decode(),
        "names": canonical(entry.names).decode(),
    }


async def append_audit(connection: AsyncConnection, chain: Chain, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Append audit entries inside the caller's transaction, as its last statement."""
    return await chain.append(connection, [entry_row(entry) for entry in entries])
