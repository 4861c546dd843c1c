"""Secrets of connectors: sealed, numbered, the newest signs and the former ones are accepted until their time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.contract import Secret
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.connector_tables import connector_secrets
from hub.storage.sql.database import Database
from hub.storage.sql.sealed import Sealed
from hub.storage.sql.tables import connectors
from hub.storage.sql.upsert import insert_for
from idp.handoff.store import SecretJudge, Secrets
from kit.audit import Entry

C = connector_secrets.c
CONTEXT = "connector-secrets"


@dataclass(frozen=True, slots=True)
class SqlConnectorSecrets:
    """Implements idp.handoff.store.ConnectorSecretStore."""

    database: Database
    sealed: Sealed
    trail: Chain

    async def all(self) -> Secrets:
        async with self.database.read() as connection:
            return await every_secret(connection, self.sealed)

    async def add(
        self,
        connector: str,
        name: str,
        value: str,
        *,
        now: int,
        former_until: int,
        audit: Sequence[Entry] = (),
        judge: SecretJudge | None = None,
    ) -> None:
        mine = (C.connector == connector, C.name == name)
        async with self.database.write() as connection:
            await connection.execute(update(connector_secrets).where(*mine, C.until == 0).values(until=former_until))
            last = (await connection.execute(select(func.max(C.number)).where(*mine))).scalar_one()
            await connection.execute(insert(connector_secrets).values(self._row(connector, name, (last or 0) + 1, value, now)))
            await append_audit(connection, self.trail, audit)
            if judge is not None:
                await self.trail.lock(connection)  # held until the commit: of two that are judged, the second sees the first
                judge(await every_secret(connection, self.sealed))

    async def make(self, connector: str, name: str, value: str, *, now: int) -> None:
        async with self.database.write() as connection:
            await self._first(connection, self._row(connector, name, 1, value, now))

    async def _first(self, connection: AsyncConnection, row: dict[str, Any]) -> None:
        made = insert_for(connection.dialect.name, connector_secrets).values(row)
        await connection.execute(made.on_conflict_do_nothing(index_elements=[C.connector, C.name, C.number]))

    def _row(self, connector: str, name: str, number: int, value: str, now: int) -> dict[str, Any]:
        sealed = self.sealed.seal(CONTEXT, value.encode(), connector, name, str(number))
        return {"connector": connector, "name": name, "number": number, "value": sealed, "created_at": now, "until": 0}

    async def forget(self, connector: str, *, now: int) -> int:
        past = (C.connector == connector, C.until > 0, C.until <= now)
        async with self.database.write() as connection:
            return (await connection.execute(delete(connector_secrets).where(*past))).rowcount


async def every_secret(connection: AsyncConnection, sealed: Sealed) -> Secrets:
    """Return every secret as this connection sees them, inside a transaction what it has written too."""
    rows = (await connection.execute(select(connector_secrets).order_by(C.connector, C.name, C.number.desc()))).all()
    found: dict[str, dict[str, tuple[Secret, ...]]] = defaultdict(dict)
    for row in rows:
        value = await sealed.open(CONTEXT, row.value, row.connector, row.name, str(row.number))
        found[row.connector][row.name] = (*found[row.connector].get(row.name, ()), Secret(value.decode(), row.until))
    return found


async def forget_of_none(connection: AsyncConnection, connector: str) -> bool:
    """Forget the secrets kept under an id that no connector bears; return whether there were any."""
    stands = select(connectors.c.id).where(connectors.c.id == connector).exists()
    return bool((await connection.execute(delete(connector_secrets).where(C.connector == connector, ~stands))).rowcount)
