"""The disclosure log in SQL: a chained row for what was first released, and beside it a counter of repetitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, case, literal, null, select, tuple_

from consent.models import Disclosure, DisclosureView
from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain
from hub.storage.sql.database import Database
from hub.storage.sql.documents import names_of, names_text
from hub.storage.sql.proof_keys import ProofKeys
from hub.storage.sql.upsert import insert_for
from kit.audit import ChainReport


@dataclass(frozen=True, slots=True)
class SqlDisclosures:
    """Implements consent.store.DisclosureStore."""

    database: Database
    chain: Chain
    proof_keys: ProofKeys

    async def record(self, disclosures: Sequence[Disclosure]) -> None:
        """See DisclosureStore. The head of the chain is locked before looking, so that no two callers add the same row."""
        wanted = {(one.grant, names_text(one.claims)): one for one in reversed(disclosures)}
        if not wanted:
            return
        pair = tuple_(t.disclosures.c.grant, t.disclosures.c.claims)
        async with self.database.write() as connection:
            await self.chain.lock(connection)
            there = select(t.disclosures.c.grant, t.disclosures.c.claims, null().label("key")).where(pair.in_(list(wanted)))
            keys = select(t.people.c.id, literal(""), t.people.c.proof_key).where(t.people.c.id.in_({one.person for one in disclosures}))
            own: dict[str, bytes | None] = {}
            for first, claims, key in (await connection.execute(keys.union_all(there))).all():  # one statement: it is on every sign-in
                if claims:
                    del wanted[first, claims]
                else:
                    own[first] = key
            rows = []
            for one in reversed(wanted.values()):
                mac = await self.proof_keys.digest(connection, one.person, one.values_mac, own.get(one.person))
                rows.append(_row(replace(one, values_mac=mac)))
            await self.chain.append(connection, rows)

    async def raise_counters(self, counts: Sequence[tuple[str, tuple[str, ...], int, int]]) -> None:
        """See DisclosureStore. `times` are repetitions after the first release."""
        async with self.database.write() as connection:
            for grant, claims, times, last_at in sorted(counts):
                made = insert_for(connection.dialect.name, t.disclosure_counts)
                row = {"grant": grant, "claims": names_text(claims), "times": times, "last_at": last_at}
                newer = case(
                    (made.excluded.last_at > t.disclosure_counts.c.last_at, made.excluded.last_at), else_=t.disclosure_counts.c.last_at
                )
                raised = made.values(**row).on_conflict_do_update(
                    index_elements=[t.disclosure_counts.c.grant, t.disclosure_counts.c.claims],
                    set_={"times": t.disclosure_counts.c.times + made.excluded.times, "last_at": newer},
                )
                await connection.execute(raised)

    async def of_person(self, person: str, *, service: str = "", before: int = 0, limit: int = 50) -> list[DisclosureView]:
        """See DisclosureStore. `before` is the `seq` of the last one seen."""
        same = and_(t.disclosure_counts.c.grant == t.disclosures.c.grant, t.disclosure_counts.c.claims == t.disclosures.c.claims)
        query = (
            select(t.disclosures, t.disclosure_counts.c.times, t.disclosure_counts.c.last_at)
            .outerjoin(t.disclosure_counts, same)
            .where(t.disclosures.c.person == person)
            .order_by(t.disclosures.c.seq.desc())
            .limit(limit)
        )
        if service:
            query = query.where(t.disclosures.c.service == service)
        if before:
            query = query.where(t.disclosures.c.seq < before)
        async with self.database.read() as connection:
            return [_view(row) for row in (await connection.execute(query)).all()]

    async def verify(self) -> ChainReport:
        return await self.chain.verify(self.database)


def _row(one: Disclosure) -> dict[str, Any]:
    return {
        "id": one.id,
        "grant": one.grant,
        "person": one.person,
        "service": one.service,
        "application": one.application,
        "client": one.client,
        "claims": names_text(one.claims),
        "channel": one.channel,
        "at": one.at,
        "values_mac": one.values_mac,
    }


def _view(row: Any) -> DisclosureView:
    found = Disclosure(
        id=row.id,
        grant=row.grant,
        person=row.person,
        service=row.service,
        application=row.application,
        client=row.client,
        claims=tuple(names_of(row.claims)),
        channel=row.channel,
        at=row.at,
        values_mac=row.values_mac,
    )
    return DisclosureView(found, 1 + (row.times or 0), max(row.at, row.last_at or 0), row.seq)
