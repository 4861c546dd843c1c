"""Credentials for older systems in SQL: sealed, and bound to connector and person, so that the file alone opens none (FB-09)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import delete, select, update

from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.connector_tables import vault
from hub.storage.sql.database import Database
from hub.storage.sql.sealed import Sealed
from hub.storage.sql.upsert import upsert
from idp.vault import Held
from kit.audit import Entry

C = vault.c
CONTEXT = "vault"


@dataclass(frozen=True, slots=True)
class SqlVault:
    """Implements idp.vault.Vault."""

    database: Database
    sealed: Sealed
    trail: Chain

    async def of(self, connector: str, person: str) -> Held | None:
        query = select(vault).where(C.connector == connector, C.person == person)
        async with self.database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        username, password = orjson.loads(await self.sealed.open(CONTEXT, row.secret, connector, person))
        return Held(username, password, row.changed_at, row.refused_at)

    async def put(self, connector: str, person: str, username: str, password: str, now: int, audit: Sequence[Entry] = ()) -> None:
        secret = self.sealed.seal(CONTEXT, orjson.dumps([username, password]), connector, person)
        row = {"connector": connector, "person": person, "secret": secret, "changed_at": now, "refused_at": 0}
        async with self.database.write() as connection:
            await upsert(connection, vault, row, ("connector", "person"))
            await append_audit(connection, self.trail, audit)

    async def refuse(self, connector: str, person: str, changed_at: int, now: int) -> bool:
        same = (C.connector == connector, C.person == person, C.changed_at == changed_at, C.refused_at == 0)
        async with self.database.write() as connection:
            return (await connection.execute(update(vault).where(*same).values(refused_at=now))).rowcount == 1

    async def forget(self, connector: str, person: str, audit: Sequence[Entry] = ()) -> bool:
        async with self.database.write() as connection:
            gone = (await connection.execute(delete(vault).where(C.connector == connector, C.person == person))).rowcount == 1
            if gone:
                await append_audit(connection, self.trail, audit)
        return gone
