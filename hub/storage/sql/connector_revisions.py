"""Revisions and drafts of connectors in SQL. A publication is one transaction: everything in it stands, or nothing does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.connector_secrets import CONTEXT as SECRETS
from hub.storage.sql.connector_secrets import every_secret, forget_of_none
from hub.storage.sql.connector_tables import connector_drafts, connector_revisions, connector_secrets
from hub.storage.sql.database import Database
from hub.storage.sql.documents import from_text, to_text
from hub.storage.sql.sealed import Sealed
from hub.storage.sql.upsert import upsert
from idp.applications.models import Application, ConnectorRow
from idp.applications.revisions import DraftRow, Judge, Leftovers, Newcomer, NewSecret, Publication, Revision
from idp.store import Conflict
from kit.audit import Entry

R, D, S = connector_revisions.c, connector_drafts.c, connector_secrets.c
REVISIONS, DRAFTS = "connector-revisions", "connector-drafts"


@dataclass(frozen=True, slots=True)
class SqlConnectorRevisions:
    """Implements idp.applications.revisions.RevisionStore."""

    database: Database
    sealed: Sealed
    trail: Chain

    async def publish(
        self,
        publications: Sequence[Publication],
        audit: Sequence[Entry],
        *,
        now: int,
        draft: DraftRow | None = None,
        application: tuple[Application, int] | None = None,
        judge: Judge | None = None,
        leftovers: Sequence[Leftovers] = (),
    ) -> None:
        try:
            async with self.database.write() as connection:
                forgotten = await self._clear(connection, leftovers)
                for one in publications:
                    await self._publish(connection, one, now)
                if application is not None:
                    await _raise(connection, *application)
                if draft is not None:
                    await self._forget(connection, draft.id, draft.version)
                await append_audit(connection, self.trail, [*forgotten, *audit])
                if judge is not None:
                    await self.trail.lock(connection)  # held until the commit: of two that are judged, the second sees the first
                    judge(await self._connectors(connection), await every_secret(connection, self.sealed))
        except IntegrityError as error:
            raise Conflict("somebody published first, or the application exists already") from error

    async def _clear(self, connection: AsyncConnection, leftovers: Sequence[Leftovers]) -> list[Entry]:
        return [one.entry for one in leftovers if await forget_of_none(connection, one.connector)]

    async def _publish(self, connection: AsyncConnection, one: Publication, now: int) -> None:
        last = (await connection.execute(select(func.max(R.number)).where(R.connector == one.row.id))).scalar() or 0
        if [r.number for r in one.revisions] != list(range(last + 1, last + 1 + len(one.revisions))):
            raise Conflict(f"{one.row.id} has revision {last} already")
        if one.newcomer is not None:
            await _welcome(connection, one.newcomer)
        for revision in one.revisions:
            await connection.execute(insert(connector_revisions).values(self._revision_row(revision)))
        data = self.sealed.seal("connectors", to_text(one.row).encode(), one.row.id)
        await upsert(connection, t.connectors, {"id": one.row.id, "data": data}, ("id",))
        for secret in one.secrets:
            await self._seal(connection, one.row.id, secret, now)

    async def _connectors(self, connection: AsyncConnection) -> list[ConnectorRow]:
        rows = (await connection.execute(select(t.connectors).order_by(t.connectors.c.id))).all()
        return [from_text(ConnectorRow, await self.sealed.open("connectors", row.data, row.id)) for row in rows]

    async def _seal(self, connection: AsyncConnection, connector: str, secret: NewSecret, now: int) -> None:
        mine = (S.connector == connector, S.name == secret.name)
        await connection.execute(update(connector_secrets).where(*mine, S.until == 0).values(until=secret.former_until))
        number = ((await connection.execute(select(func.max(S.number)).where(*mine))).scalar() or 0) + 1
        value = self.sealed.seal(SECRETS, secret.value.encode(), connector, secret.name, str(number))
        row = {"connector": connector, "name": secret.name, "number": number, "value": value, "created_at": now, "until": 0}
        await connection.execute(insert(connector_secrets).values(row))

    def _revision_row(self, one: Revision) -> dict[str, Any]:
        data = self.sealed.seal(REVISIONS, orjson.dumps(one.definition), one.connector, str(one.number))
        checked = orjson.dumps(one.checked).decode()
        return {
            "connector": one.connector,
            "number": one.number,
            "data": data,
            "author": one.author,
            "at": one.at,
            "reason": one.reason,
            "restores": one.restores,
            "checked": checked,
        }

    async def of(self, connector: str) -> list[Revision]:
        query = select(connector_revisions).where(R.connector == connector).order_by(R.number.desc())
        async with self.database.read() as session:
            rows = (await session.execute(query)).all()
        return [await self._revision(row) for row in rows]

    async def get(self, connector: str, number: int) -> Revision | None:
        query = select(connector_revisions).where(R.connector == connector, R.number == number)
        async with self.database.read() as session:
            row = (await session.execute(query)).one_or_none()
        return await self._revision(row) if row is not None else None

    async def _revision(self, row: Any) -> Revision:
        opened = await self.sealed.open(REVISIONS, row.data, row.connector, str(row.number))
        checked: Mapping[str, Any] = orjson.loads(row.checked)
        return Revision(row.connector, row.number, orjson.loads(opened), row.author, row.at, row.reason, row.restores, checked)

    async def drafts(self) -> list[DraftRow]:
        async with self.database.read() as session:
            rows = (await session.execute(select(connector_drafts).order_by(D.updated_at.desc(), D.id))).all()
        return [await self._draft(row) for row in rows]

    async def draft(self, draft_id: str) -> DraftRow | None:
        async with self.database.read() as session:
            row = (await session.execute(select(connector_drafts).where(D.id == draft_id))).one_or_none()
        return await self._draft(row) if row is not None else None

    async def _draft(self, row: Any) -> DraftRow:
        opened = await self.sealed.open(DRAFTS, row.data, row.id)
        return DraftRow(row.id, row.connector, row.agency, orjson.loads(opened), row.version, row.author, row.updated_at)

    async def save_draft(self, draft: DraftRow, *, based_on: int, leftovers: Sequence[Leftovers] = ()) -> DraftRow:
        kept = replace(draft, version=based_on + 1)
        row = {
            "id": kept.id,
            "connector": kept.connector,
            "agency": kept.agency,
            "data": self.sealed.seal(DRAFTS, orjson.dumps(kept.definition), kept.id),
            "version": kept.version,
            "author": kept.author,
            "updated_at": kept.updated_at,
        }
        try:
            async with self.database.write() as connection:
                if not based_on:
                    await connection.execute(insert(connector_drafts).values(row))
                else:
                    changed = await connection.execute(update(connector_drafts).where(D.id == kept.id, D.version == based_on).values(row))
                    if changed.rowcount != 1:
                        raise Conflict(f"draft {kept.id} has changed since version {based_on}")
                await append_audit(connection, self.trail, await self._clear(connection, leftovers))
        except IntegrityError as error:
            raise Conflict(f"draft {kept.id} exists already") from error
        return kept

    async def discard_draft(self, draft_id: str, *, based_on: int, leftovers: Sequence[Leftovers] = ()) -> None:
        async with self.database.write() as connection:
            await self._forget(connection, draft_id, based_on)
            await append_audit(connection, self.trail, await self._clear(connection, leftovers))

    async def _forget(self, connection: AsyncConnection, draft_id: str, version: int) -> None:
        gone = await connection.execute(delete(connector_drafts).where(D.id == draft_id, D.version == version))
        if gone.rowcount != 1:
            raise Conflict(f"draft {draft_id} has changed since version {version}")


async def _welcome(connection: AsyncConnection, new: Newcomer) -> None:
    application = replace(new.application, revision=1)
    await connection.execute(insert(t.applications).values(id=application.id, revision=1, data=to_text(application)))
    await connection.execute(insert(t.services).values(slug=new.service.slug, data=to_text(new.service)))
    position = ((await connection.execute(select(func.max(t.notices.c.position)))).scalar() or 0) + 1
    row = {"position": position, "id": new.notice.id, "service": new.notice.service, "data": to_text(new.notice)}
    await connection.execute(insert(t.notices).values(row))
    await upsert(connection, t.current_notices, {"service": new.notice.service, "notice": new.notice.id}, ("service",))


async def _raise(connection: AsyncConnection, application: Application, based_on: int) -> None:
    kept = replace(application, revision=based_on + 1)
    same = (t.applications.c.id == kept.id) & (t.applications.c.revision == based_on)
    values = {"id": kept.id, "revision": kept.revision, "data": to_text(kept)}
    if (await connection.execute(update(t.applications).where(same).values(values))).rowcount != 1:
        raise Conflict(f"{kept.id} has changed since revision {based_on}")
