"""Agencies, applications, services, clients and connectors in SQL: one document per row, read whole, written one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.documents import from_text, to_text
from hub.storage.sql.sealed import Sealed
from hub.storage.sql.upsert import upsert
from idp.applications.models import Agency, Application, Client, ConnectorRow, Service
from idp.store import Conflict
from kit.audit import Entry


@dataclass(frozen=True, slots=True)
class SqlRegistry:
    """Implements idp.store.RegistryStore."""

    database: Database
    sealed: Sealed
    trail: Chain

    async def agencies(self) -> list[Agency]:
        return [from_text(Agency, row.data) for row in await self._all(t.agencies, t.agencies.c.code)]

    async def applications(self) -> list[Application]:
        return [from_text(Application, row.data) for row in await self._all(t.applications, t.applications.c.id)]

    async def services(self) -> list[Service]:
        found = [from_text(Service, row.data) for row in await self._all(t.services, t.services.c.slug)]
        return sorted(found, key=lambda service: (service.order, service.slug))

    async def clients(self) -> list[Client]:
        return [from_text(Client, row.data) for row in await self._all(t.clients, t.clients.c.client_id)]

    async def connectors(self) -> list[ConnectorRow]:
        rows = await self._all(t.connectors, t.connectors.c.id)
        return [from_text(ConnectorRow, await self.sealed.open("connectors", row.data, row.id)) for row in rows]

    async def _all(self, table: Table, order: Any) -> Sequence[Any]:
        async with self.database.read() as connection:
            return (await connection.execute(select(table).order_by(order))).all()

    async def save_agency(self, agency: Agency, audit: Sequence[Entry] = ()) -> None:
        await self._save(t.agencies, {"code": agency.code, "data": to_text(agency)}, "code", audit)

    async def save_service(self, service: Service, audit: Sequence[Entry] = ()) -> None:
        await self._save(t.services, {"slug": service.slug, "data": to_text(service)}, "slug", audit)

    async def save_client(self, client: Client, audit: Sequence[Entry] = ()) -> None:
        await self._save(t.clients, {"client_id": client.client_id, "data": to_text(client)}, "client_id", audit)

    async def save_connector(self, connector: ConnectorRow, audit: Sequence[Entry] = ()) -> None:
        data = self.sealed.seal("connectors", to_text(connector).encode(), connector.id)
        await self._save(t.connectors, {"id": connector.id, "data": data}, "id", audit)

    async def _save(self, table: Table, row: Mapping[str, Any], key: str, audit: Sequence[Entry]) -> None:
        async with self.database.write() as connection:
            await upsert(connection, table, row, (key,))
            await append_audit(connection, self.trail, audit)

    async def save_application(self, application: Application, *, based_on: int | None, audit: Sequence[Entry] = ()) -> Application:
        """See RegistryStore; the revision is compared and raised in one statement."""
        kept = replace(application, revision=1 if based_on is None else based_on + 1)
        row = {"id": kept.id, "revision": kept.revision, "data": to_text(kept)}
        try:
            async with self.database.write() as connection:
                if based_on is None:
                    await connection.execute(insert(t.applications).values(**row))
                else:
                    same = (t.applications.c.id == kept.id) & (t.applications.c.revision == based_on)
                    if (await connection.execute(update(t.applications).where(same).values(**row))).rowcount != 1:
                        raise Conflict(f"{kept.id} has changed since revision {based_on}")
                await append_audit(connection, self.trail, audit)
        except IntegrityError as error:
            raise Conflict(f"{kept.id} exists already") from error
        return kept
