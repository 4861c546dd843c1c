"""Incidents in SQL, and whose data one touches: read through the index (application, at), streamed, never held whole."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, and_, func, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from consent.incidents import LONGEST_GRANT, Affected, Incident, Scope, touches
from consent.models import Disclosure, DisclosureView
from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.documents import from_text, names_of, to_text
from hub.storage.sql.incident_tables import incidents
from idp.store import Conflict
from kit.audit import Entry

BATCH = 1000
GATHERED = "CREATE TABLE told (person TEXT, claims TEXT, times INT, first_at INT, last_at INT, PRIMARY KEY (person, claims)) WITHOUT ROWID"
GATHER = (
    "INSERT INTO told VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times, "
    "first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)"
)


@dataclass(frozen=True, slots=True)
class SqlIncidents:
    """Implements consent.incidents.IncidentStore."""

    database: Database
    trail: Chain

    async def save(self, incident: Incident, audit: Sequence[Entry] = ()) -> None:
        row = {
            "id": incident.id,
            "revision": incident.revision,
            "found_at": incident.found_at,
            "published_at": incident.published_at,
            "data": to_text(incident),
        }
        try:
            async with self.database.write() as connection:
                if incident.revision == 1:
                    await connection.execute(insert(incidents).values(**row))
                else:
                    c = incidents.c
                    over = update(incidents).where(c.id == incident.id, c.revision == incident.revision - 1).values(**row)
                    if (await connection.execute(over)).rowcount != 1:
                        raise Conflict(incident.id)
                await append_audit(connection, self.trail, audit)
        except IntegrityError as error:
            raise Conflict(incident.id) from error

    async def get(self, incident_id: str) -> Incident | None:
        async with self.database.read() as connection:
            data = (await connection.execute(select(incidents.c.data).where(incidents.c.id == incident_id))).scalar()
        return None if data is None else from_text(Incident, data)

    async def all(self) -> list[Incident]:
        async with self.database.read() as connection:
            rows = await connection.execute(select(incidents.c.data).order_by(incidents.c.found_at.desc(), incidents.c.id))
            return [from_text(Incident, row.data) for row in rows.all()]

    async def affected(self, incident: Incident) -> AsyncIterator[Affected]:
        """See IncidentStore. The rows are walked along the index, a thousand at a time, and gathered by person in a temporary file: no
        statement is long, and nothing is locked or held meanwhile. The file has no name and goes when it is closed."""
        gathered = sqlite3.connect("")
        try:
            gathered.execute(GATHERED)
            for scope in incident.scopes:
                place = (incident.since - LONGEST_GRANT, 0)
                while rows := await self._batch(incident, scope, place):
                    gathered.executemany(GATHER, [tuple(row)[2:] for row in rows])
                    place = (rows[-1].at, rows[-1].seq)
            by_person = groupby(gathered.execute("SELECT * FROM told ORDER BY person, claims"), key=itemgetter(0))
            for person, told in by_person:
                yield _affected(person, list(told))
        finally:
            gathered.close()

    async def _batch(self, incident: Incident, scope: Scope, place: tuple[int, int]) -> Sequence[Any]:
        async with self.database.read() as connection:
            rows: Sequence[Any] = (await connection.execute(told_after(incident, scope, place))).all()
        return rows

    async def of_person(self, person: str) -> list[tuple[Incident, frozenset[str]]]:
        """See IncidentStore. One statement while nothing is published; two else."""
        query = select(incidents.c.data).where(incidents.c.published_at.is_not(None)).order_by(incidents.c.found_at.desc())
        async with self.database.read() as connection:
            published = [from_text(Incident, row.data) for row in (await connection.execute(query)).all()]
            if not published:
                return []
            systems = {scope.application for one in published for scope in one.scopes}
            d = t.disclosures.c
            earliest = min(one.since for one in published) - LONGEST_GRANT
            own = (
                select(t.disclosures, t.disclosure_counts.c.times, t.disclosure_counts.c.last_at)
                .outerjoin(t.disclosure_counts, _SAME)
                .where(d.person == person, d.application.in_(sorted(systems)), d.at >= earliest)
            )
            views = [_view(row) for row in (await connection.execute(own)).all()]
        found = []
        for incident in published:
            claims = frozenset(name for view in views if touches(incident, view) for name in view.disclosure.claims)
            if claims:
                found.append((incident, claims))
        return found


_SAME = and_(t.disclosure_counts.c.grant == t.disclosures.c.grant, t.disclosure_counts.c.claims == t.disclosures.c.claims)


def told_after(incident: Incident, scope: Scope, place: tuple[int, int], limit: int = BATCH) -> Select[Any]:
    """Return the next rows after `place` (at, seq) that fall into the incident, in the order of the index."""
    d, c = t.disclosures.c, t.disclosure_counts.c
    times, last_at = 1 + func.coalesce(c.times, 0), func.coalesce(c.last_at, d.at)
    query = (
        select(d.at, d.seq, d.person, d.claims, times.label("times"), d.at.label("first_at"), last_at.label("last_at"))
        .outerjoin(t.disclosure_counts, _SAME)
        .where(d.application == scope.application, tuple_(d.at, d.seq) > tuple_(*place), d.at < incident.until)
        .where(or_(d.at >= incident.since, c.last_at >= incident.since))
        .order_by(d.at, d.seq)
        .limit(limit)
    )
    return query.where(d.service == scope.service) if scope.service else query


def _affected(person: str, told: Sequence[tuple[str, str, int, int, int]]) -> Affected:
    claims = frozenset(name for _, names, *_ in told for name in names_of(names))
    return Affected(person, claims, sum(row[2] for row in told), min(row[3] for row in told), max(row[4] for row in told))


def _view(row: Any) -> DisclosureView:
    told = Disclosure(
        row.id, row.grant, row.person, row.service, row.application, row.client, tuple(names_of(row.claims)), row.channel, row.at
    )
    return DisclosureView(told, 1 + (row.times or 0), max(row.at, row.last_at or 0), row.seq)
