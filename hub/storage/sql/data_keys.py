"""The data keys: kept in the database wrapped by the master key, made once on the very first start, rotated by command.

A master key that does not fit is refused in clear words; a new data key is never made beside data that an older one sealed (FT-16).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, Table, and_, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.settings import SettingsError
from hub.storage.sql import connector_tables as c
from hub.storage.sql import duty_tables as d
from hub.storage.sql import record_tables as r
from hub.storage.sql import tables as t
from hub.storage.sql.chains import CHAINS, Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.sealed import context
from kit.audit import AuditEvent, Entry
from kit.clock import Clock
from kit.keys import derive
from kit.sealing import KeyRing

INDEX = 0
BATCH = 200
SETTLE = 15.0  # workers look for new keys more often than this


class WrongMasterKey(SettingsError):
    """The given master key did not wrap this database's data keys."""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Where sealed values stand: the row's key columns make their context."""

    table: Table
    column: str
    key: tuple[str, ...]
    bound_to: Callable[..., str]


SEALED = (
    SealedColumn(t.people, "claims", ("id",), lambda person: context("people", person)),
    SealedColumn(t.people, "proof_key", ("id",), lambda person: context("proof-key", person)),
    SealedColumn(t.identifiers, "value", ("person", "kind", "blind"), lambda person, kind, _blind: context("identifiers", person, kind)),
    SealedColumn(t.credentials, "secret", ("person", "kind"), lambda person, kind: context("credentials", person, kind)),
    SealedColumn(t.connectors, "data", ("id",), lambda connector: context("connectors", connector)),
    SealedColumn(c.connector_secrets, "value", ("connector", "name", "number"), lambda *row: context("connector-secrets", *map(str, row))),
    SealedColumn(c.connector_revisions, "data", ("connector", "number"), lambda *row: context("connector-revisions", *map(str, row))),
    SealedColumn(c.connector_drafts, "data", ("id",), lambda draft: context("connector-drafts", draft)),
    SealedColumn(c.vault, "secret", ("connector", "person"), lambda *row: context("vault", *row)),
    SealedColumn(d.duties, "words", ("id",), lambda duty: context("duties", duty, "words")),
    SealedColumn(d.duties, "answer", ("id",), lambda duty: context("duties", duty, "answer")),
    SealedColumn(t.signing_keys, "private", ("kid",), lambda kid: context("signing-key", kid)),
    SealedColumn(r.anchor_keys, "private", ("kid",), lambda kid: context("anchor-key", kid)),
)


@dataclass(frozen=True, slots=True)
class DataKeys:
    """The ring of this process and the way to change it."""

    database: Database
    wrapping_key: bytes = field(repr=False)
    ring: KeyRing
    clock: Clock

    async def refresh(self) -> None:
        """Adopt keys that another process made. Each worker does this every few seconds."""
        async with self.database.read() as connection:
            keys, active = await _unwrap_all(connection, self.wrapping_key)
        keys.pop(INDEX)
        self.ring.adopt(keys, active)

    async def rotate(self, *, actor: str, reason: str = "", settle: float | None = None) -> int:
        """Make a new data key, wait `settle` seconds (15) so that every worker has met it, seal with it from then on, and return its id.
        `reseal` brings older values under it."""
        async with self.database.write() as connection:
            newest = (await connection.execute(select(t.data_keys.c.id).order_by(t.data_keys.c.id.desc()).limit(1))).scalar_one()
            made = int(newest) + 1
            await _keep(connection, self.wrapping_key, made, os.urandom(32), active=False, now=self.clock.now())
        await asyncio.sleep(SETTLE if settle is None else settle)
        async with self.database.write() as connection:
            await connection.execute(update(t.data_keys).values(active=t.data_keys.c.id == made))
            entry = Entry(AuditEvent.DATA_KEY_ROTATED, actor, "system", self.clock.now(), reason=reason, after={"data_key": made})
            await append_audit(connection, Chain("audit", self.ring.index_key), [entry])
        await self.refresh()
        return made

    async def reseal(self) -> int:
        """Bring every value sealed with an older key under the present one, in small batches; return how many. May be stopped and
        started again at any time."""
        await self.refresh()
        return sum([await self._reseal(sealed) for sealed in SEALED])

    async def _reseal(self, sealed: SealedColumn) -> int:
        columns = [sealed.table.c[name] for name in sealed.key]
        value = sealed.table.c[sealed.column]
        last: tuple[Any, ...] | None = None
        changed = 0
        while True:
            query = select(*columns, value).order_by(*columns).limit(BATCH)
            if last is not None:
                query = query.where(tuple_(*columns) > tuple_(*last) if len(columns) > 1 else columns[0] > last[0])
            async with self.database.read() as connection:
                rows = (await connection.execute(query)).all()
            if not rows:
                return changed
            last = tuple(rows[-1][:-1])
            stale = [row for row in rows if row[-1] is not None and self.ring.key_id(row[-1]) != self.ring.active]
            if stale:
                changed += await self._replace(sealed, stale)

    async def _replace(self, sealed: SealedColumn, rows: list[Any]) -> int:
        """Seal these values anew, each only if nobody changed it meanwhile."""
        changed = 0
        async with self.database.write() as connection:
            for *key, old in rows:
                bound = sealed.bound_to(*key)
                same_row = and_(*(sealed.table.c[name] == part for name, part in zip(sealed.key, key, strict=True)))
                fresh = self.ring.seal(self.ring.open(old, bound), bound)
                result = await connection.execute(
                    update(sealed.table).where(same_row, sealed.table.c[sealed.column] == old).values({sealed.column: fresh})
                )
                changed += result.rowcount
        return changed


async def open_ring(database: Database, master_key: bytes, clock: Clock) -> tuple[KeyRing, bytes]:
    """Return the ring and the key that wraps it; on the very first start of an empty database, make them and the heads of the chains."""
    wrapping = derive(master_key, "data keys")
    keys, active = await _load(database, wrapping)
    if not keys:
        with suppress(IntegrityError):  # another process started at the same moment and was first
            await _first(database, wrapping, clock)
        keys, active = await _load(database, wrapping)
    index_key = keys.pop(INDEX)
    return KeyRing(keys, active, index_key), wrapping


async def _load(database: Database, wrapping: bytes) -> tuple[dict[int, bytes], int]:
    async with database.read() as connection:
        return await _unwrap_all(connection, wrapping)


async def _unwrap_all(connection: AsyncConnection, wrapping: bytes) -> tuple[dict[int, bytes], int]:
    keys: dict[int, bytes] = {}
    active = INDEX
    for row in (await connection.execute(select(t.data_keys))).all():
        try:
            keys[row.id] = AESGCM(wrapping).decrypt(row.wrapped[:12], row.wrapped[12:], f"data key {row.id}".encode())
        except InvalidTag:
            raise WrongMasterKey(
                "storage.master_key: this key does not open the database; give back the key with which it was set up"
            ) from None
        active = row.id if row.active else active
    return keys, active


async def _first(database: Database, wrapping: bytes, clock: Clock) -> None:
    index_key = os.urandom(32)
    async with database.write() as connection:
        for table in _sealed_tables():
            if (await connection.execute(select(*table.primary_key.columns).limit(1))).first() is not None:
                raise WrongMasterKey(f"the data keys are gone although {table.name} has rows; restore the table data_keys from a backup")
        await _keep(connection, wrapping, INDEX, index_key, active=False, now=clock.now())
        await _keep(connection, wrapping, 1, os.urandom(32), active=True, now=clock.now())
        for name in CHAINS:
            await Chain(name, index_key).begin(connection)


def _sealed_tables() -> list[Table]:
    """Every table that must be empty when the first data key is made: those with sealed columns and the chains."""
    return [table for table in t.metadata.sorted_tables if table in CHAINS.values() or _has_sealed(table)]


def _has_sealed(table: Table) -> bool:
    return table is not t.data_keys and any(isinstance(column.type, LargeBinary) for column in table.columns)


async def _keep(connection: AsyncConnection, wrapping: bytes, key_id: int, key: bytes, *, active: bool, now: int) -> None:
    nonce = os.urandom(12)
    wrapped = nonce + AESGCM(wrapping).encrypt(nonce, key, f"data key {key_id}".encode())
    await connection.execute(insert(t.data_keys).values(id=key_id, wrapped=wrapped, active=active, created_at=now))
