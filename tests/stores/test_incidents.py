"""Incidents are kept; whose data they touch is found through the index, on both databases, in memory that does not grow."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, text

from consent.incidents import Incident, Scope
from consent.models import Disclosure
from hub.storage.sql import tables as t
from hub.storage.sql.consent import covered_query
from hub.storage.sql.documents import names_text
from hub.storage.sql.incidents import told_after
from hub.storage.stores import Stores
from idp.store import Conflict
from kit.audit import AuditEvent, Entry

NOW = 1_795_500_000
INCIDENT = Incident("i1", (Scope("app"),), NOW - 1000, NOW, NOW, "uji", {}, NOW)


def told(name: str, person: str, at: int, *claims: str, application: str = "app", service: str = "s") -> Disclosure:
    return Disclosure(name, name, person, service, application, application, tuple(sorted(claims)), "oidc", at)


async def affected(stores: Stores, incident: Incident = INCIDENT) -> list[tuple[str, list[str], int]]:
    return [(one.person, sorted(one.claims), one.times) async for one in stores.incidents.affected(incident)]


async def test_an_incident_is_kept_with_its_audit_and_changed_by_one_of_two(stores: Stores) -> None:
    entry = Entry(AuditEvent.INCIDENT_REPORTED, "cli", "incident:i1", NOW)
    await stores.incidents.save(INCIDENT, [entry])
    assert await stores.incidents.get("i1") == INCIDENT
    assert [row.entry.event for row in await stores.audit.search(subject="incident:i1")] == [AuditEvent.INCIDENT_REPORTED]
    changed = replace(INCIDENT, revision=2, words={"data": {"id": "Nama", "en": "Name"}}, claims={"nik": 3})
    await stores.incidents.save(changed)
    for again in (INCIDENT, changed):
        with pytest.raises(Conflict):
            await stores.incidents.save(again, [entry])
    assert await stores.incidents.all() == [changed]
    assert len(await stores.audit.search(subject="incident:i1")) == 1, "what was refused left no entry"


async def test_people_of_the_span_are_found_each_once_with_all_claims(stores: Stores) -> None:
    await stores.disclosures.record(
        [
            told("1", "ani", NOW - 500, "name"),
            told("2", "ani", NOW - 400, "nik"),
            told("3", "budi", NOW - 1000, "name"),
            told("4", "early", NOW - 1001, "name"),
            told("5", "late", NOW, "name"),
            told("6", "elsewhere", NOW - 500, "name", application="other"),
            told("7", "again", NOW - 5000, "email"),
        ]
    )
    await stores.disclosures.raise_counters([("1", ("name",), 2, NOW - 300), ("7", ("email",), 4, NOW - 900)])
    assert await affected(stores) == [("again", ["email"], 5), ("ani", ["name", "nik"], 4), ("budi", ["name"], 1)]


async def test_an_incident_of_one_service_finds_no_other(stores: Stores) -> None:
    await stores.disclosures.record([told("1", "ani", NOW - 500, "name"), told("2", "budi", NOW - 500, "name", service="other")])
    assert await affected(stores, replace(INCIDENT, scopes=(Scope("app", "s"),))) == [("ani", ["name"], 1)]


async def test_only_published_incidents_are_shown_and_only_to_whom_they_touch(stores: Stores) -> None:
    await stores.disclosures.record([told("1", "ani", NOW - 500, "name"), told("2", "budi", NOW - 5000, "name")])
    await stores.incidents.save(INCIDENT)
    with stores.database.counting() as statements:
        assert await stores.incidents.of_person("ani") == []
    assert len(statements) == 1
    published = replace(INCIDENT, revision=2, published_at=NOW)
    await stores.incidents.save(published)
    assert await stores.incidents.of_person("ani") == [(published, frozenset({"name"}))]
    assert await stores.incidents.of_person("budi") == []


def rows_of(number: int) -> list[dict[str, Any]]:
    return [
        {
            "seq": n,
            "id": f"d{n}",
            "grant": f"g{n}",
            "person": f"p{n % 5000}",
            "service": "s",
            "application": "app" if n % 2 else f"app{n % 50}",
            "client": "c",
            "claims": names_text(["name", "nik"]),
            "channel": "oidc",
            "at": NOW - 500 + n // 100,
            "values_mac": "",
            "previous": "",
            "hash": "",
        }
        for n in range(1, number + 1)
    ]


async def test_the_plans_walk_the_indexes(stores: Stores) -> None:
    rows = rows_of(4000)
    async with stores.database.write() as connection:
        await connection.execute(insert(t.disclosures), rows)
    plan_of = "EXPLAIN QUERY PLAN " if stores.database.sqlite else "EXPLAIN "
    async with stores.database.write() as connection:
        if not stores.database.sqlite:
            await connection.execute(text("ANALYZE disclosures"))
            await connection.execute(text("SET LOCAL enable_seqscan = off"))  # a small table is read whole, a large one is not
        for query, index in (
            (told_after(INCIDENT, Scope("app2"), (NOW - 480, 5), 100), "ix_disclosures_application"),
            (covered_query("s", NOW), "ix_consent_states_cover"),
        ):
            compiled = query.compile(stores.database.engine.sync_engine, compile_kwargs={"literal_binds": True})
            plan = "\n".join(str(row) for row in await connection.execute(text(plan_of + str(compiled).replace(":", "\\:"))))
            assert index in plan, plan
            assert "temp b-tree for order by" not in plan.lower(), plan


async def test_memory_does_not_grow_with_the_number_of_people(stores: Stores) -> None:
    async with stores.database.write() as connection:
        for some in range(0, 20_000, 2000):
            await connection.execute(insert(t.disclosures), rows_of(20_000)[some : some + 2000])
    assert sum([1 async for _ in stores.incidents.affected(INCIDENT)]) == 2500
    tracemalloc.start()
    async for _ in stores.incidents.affected(INCIDENT):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 2**20, peak
