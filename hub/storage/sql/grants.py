"""Refresh-token families in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import insert, select, update

from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.documents import names_of, names_text, to_text
from idp.tokens.models import RefreshFamily
from kit.audit import Entry


@dataclass(frozen=True, slots=True)
class SqlGrants:
    """Implements idp.store.GrantStore."""

    database: Database
    trail: Chain

    async def create(self, family: RefreshFamily) -> None:
        row = asdict(family) | {"scopes": names_text(family.scopes), "released": names_text(family.released), "amr": to_text(family.amr)}
        row["resources"] = names_text(family.resources) if family.resources else ""
        async with self.database.write() as connection:
            await connection.execute(insert(t.families).values(**row))

    async def find(self, family_id: str) -> RefreshFamily | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(t.families).where(t.families.c.id == family_id))).one_or_none()
        return None if row is None else _family(row)

    async def rotate(self, family_id: str, expected: str, successor: str, now: int, client_key: str) -> bool:
        family = t.families.c
        change = (
            update(t.families)
            .where(family.id == family_id, family.current == expected, family.revoked_at.is_(None), family.expires_at > now)
            .values(spent=expected, current=successor, spent_at=now, client_key=client_key)
        )
        async with self.database.write() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def revoke(
        self,
        *,
        family: str = "",
        grant: str = "",
        session: str = "",
        person: str = "",
        application: str = "",
        now: int,
        audit: Sequence[Entry] = (),
    ) -> int:
        """See GrantStore. Raise ValueError without any condition: nothing revokes everybody by accident."""
        c = t.families.c
        given = ((c.id, family), (c.grant, grant), (c.session, session), (c.person, person), (c.application, application))
        conditions = [column == value for column, value in given if value]
        if not conditions:
            raise ValueError("what should be revoked?")
        change = update(t.families).where(*conditions, c.revoked_at.is_(None), c.expires_at > now).values(revoked_at=now)
        async with self.database.write() as connection:
            revoked = (await connection.execute(change)).rowcount
            await append_audit(connection, self.trail, audit)
        return revoked

    async def of_person(self, person_id: str) -> list[RefreshFamily]:
        query = select(t.families).where(t.families.c.person == person_id).order_by(t.families.c.created_at.desc(), t.families.c.id)
        async with self.database.read() as connection:
            return [_family(row) for row in (await connection.execute(query)).all()]


def _family(row: Any) -> RefreshFamily:
    values = row._asdict()
    values |= {
        "scopes": frozenset(names_of(row.scopes)),
        "released": frozenset(names_of(row.released)),
        "amr": tuple(names_of(row.amr)),
        "resources": frozenset(names_of(row.resources)) if row.resources else frozenset(),
    }
    return RefreshFamily(**values)
