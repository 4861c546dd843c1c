"""Revisions and drafts of connectors on both databases: immutable, numbered, published whole or not at all (PB-1, PB-5, PB-6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from hub.storage.sql.connector_tables import connector_drafts, connector_revisions
from hub.storage.stores import Stores, open_stores
from idp.applications.models import ConnectorRow
from idp.applications.revisions import DraftRow, Leftovers, NewSecret, Publication, Revision
from idp.handoff.store import Secrets
from idp.store import Conflict
from kit.audit import AuditEvent, Entry
from kit.clock import FixedClock
from kit.expiring import StoreUnavailable
from tests.stores.conftest import MASTER_KEY

NOW = 1_800_000_000


def publication(number: int, connector: str = "simpeg", *, secret: str = "") -> Publication:
    revision = Revision(connector, number, {"kind": "ticket", "settings": {"n": number}}, "operator:a", NOW, "sebab", 0, {"people": {}})
    row = ConnectorRow(connector, connector, "ticket", {"n": number}, True, number)
    return Publication(row, (revision,), None, (NewSecret("key", secret, NOW + 100),) if secret else ())


def entry(connector: str = "simpeg") -> Entry:
    return Entry(AuditEvent.CONNECTOR_CHANGED, "operator:a", f"connector:{connector}", NOW)


async def test_pb_1_a_revision_is_kept_with_its_row_its_secret_and_its_line_in_the_trail(stores: Stores) -> None:
    await stores.connector_revisions.publish([publication(1, secret="satu")], [entry()], now=NOW)
    await stores.connector_revisions.publish([publication(2, secret="dua")], [entry()], now=NOW)
    newest, first = await stores.connector_revisions.of("simpeg")
    assert (newest.number, first.number) == (2, 1) and await stores.connector_revisions.get("simpeg", 1) == first
    assert (first.definition, first.checked, first.reason) == ({"kind": "ticket", "settings": {"n": 1}}, {"people": {}}, "sebab")
    (row,) = await stores.registry.connectors()
    assert (row.revision, row.settings) == (2, {"n": 2})
    assert [one.value for one in (await stores.connector_secrets.all())["simpeg"]["key"]] == ["dua", "satu"]
    assert len(await stores.audit.search(subject="connector:simpeg")) == 2


async def test_pb_1_a_number_is_taken_once_and_never_skipped(stores: Stores) -> None:
    kept = stores.connector_revisions
    await kept.publish([publication(1)], [entry()], now=NOW)
    for number in (1, 3):
        with pytest.raises(Conflict):
            await kept.publish([publication(number)], [entry()], now=NOW)
    results = await asyncio.gather(*(kept.publish([publication(2)], [entry()], now=NOW) for _ in range(6)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Conflict"] * 5 + ["NoneType"]
    assert [one.number for one in await kept.of("simpeg")] == [2, 1]


async def test_pb_5_of_a_change_set_with_one_bad_part_nothing_stands(stores: Stores) -> None:
    await stores.connector_revisions.publish([publication(1, "lama")], [entry("lama")], now=NOW)
    before = len(await stores.audit.search())
    with pytest.raises(Conflict):
        await stores.connector_revisions.publish(
            [publication(1, "baru", secret="satu"), publication(1, "lama")], [entry("baru"), entry("lama")], now=NOW
        )
    assert await stores.connector_revisions.of("baru") == [] and [c.id for c in await stores.registry.connectors()] == ["lama"]
    assert "baru" not in await stores.connector_secrets.all() and len(await stores.audit.search()) == before
    await stores.connector_revisions.publish([publication(1, "baru"), publication(2, "lama")], [entry("baru"), entry("lama")], now=NOW)
    assert [c.revision for c in await stores.registry.connectors()] == [1, 2]


async def test_sm_19_the_judge_sees_every_connector_as_it_would_stand_and_what_it_refuses_never_stood(stores: Stores) -> None:
    kept, seen, sealed = stores.connector_revisions, [], []
    await kept.publish([publication(1, "lama")], [entry("lama")], now=NOW)

    def refuses(rows: Sequence[ConnectorRow], secrets: Secrets) -> None:
        seen.extend((row.id, row.revision) for row in rows)
        sealed.extend(one.value for one in secrets["baru"]["key"])
        raise LookupError("taken")

    with pytest.raises(LookupError):
        await kept.publish([publication(1, "baru", secret="satu"), publication(2, "lama")], [entry("baru")], now=NOW, judge=refuses)
    assert (seen, sealed) == ([("baru", 1), ("lama", 2)], ["satu"])
    assert await stores.connector_secrets.all() == {}
    assert [(c.id, c.revision) for c in await stores.registry.connectors()] == [("lama", 1)]
    assert await kept.of("baru") == [] and len(await stores.audit.search(subject="connector:baru")) == 0


async def test_sm_19_of_many_at_one_moment_the_judge_of_each_sees_those_before_it(stores: Stores) -> None:
    def alone(rows: Sequence[ConnectorRow], _: Secrets) -> None:
        if len(rows) > 1:
            raise LookupError("taken")

    names = [f"satu-dari-{n}" for n in range(6)]
    tries = (stores.connector_revisions.publish([publication(1, name)], [entry(name)], now=NOW, judge=alone) for name in names)
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["LookupError"] * 5 + ["NoneType"]
    assert len(await stores.registry.connectors()) == 1


async def test_a_row_of_a_release_without_revisions_is_read(stores: Stores) -> None:
    data = stores.registry.sealed.seal("connectors", b'{"id":"tua","application":"tua","kind":"ticket","settings":{}}', "tua")
    async with stores.database.write() as connection:
        await connection.execute(text("INSERT INTO connectors (id, data) VALUES (:id, :data)"), {"id": "tua", "data": data})
    (row,) = await stores.registry.connectors()
    assert (row.revision, row.managed, row.enabled) == (0, "console", True)


async def test_pb_6_a_draft_is_saved_by_whoever_saw_its_present_version(stores: Stores) -> None:
    kept = stores.connector_revisions
    made = await kept.save_draft(DraftRow("d", "", "DINKES", {"a": 1}, 0, "operator:a", NOW), based_on=0)
    assert made.version == 1 and await kept.draft("d") == made
    with pytest.raises(Conflict):
        await kept.save_draft(replace(made, definition={"a": 2}), based_on=0)
    tries = (kept.save_draft(replace(made, definition={"a": n}), based_on=1) for n in range(5))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, DraftRow) for one in results) == 1
    with pytest.raises(Conflict):
        await kept.discard_draft("d", based_on=1)
    await kept.discard_draft("d", based_on=2)
    assert await kept.drafts() == [] and await kept.draft("d") is None


async def test_ti_02_leftovers_go_with_the_change_and_a_line_in_the_trail_but_never_those_of_what_stands(stores: Stores) -> None:
    kept, secrets = stores.connector_revisions, stores.connector_secrets
    await kept.publish([publication(1, "tegak", secret="satu")], [], now=NOW)
    await secrets.add("gugur", "key", "dua", now=NOW, former_until=NOW)
    old = [Leftovers(name, entry(name)) for name in ("tegak", "gugur", "kosong")]
    made = await kept.save_draft(DraftRow("d", "", "", {}, 0, "operator:a", NOW), based_on=0)
    for tried in (
        kept.save_draft(made, based_on=0, leftovers=old),
        kept.discard_draft("d", based_on=9, leftovers=old),
        kept.publish([publication(7, "gugur")], [], now=NOW, leftovers=old),
    ):
        with pytest.raises(Conflict):
            await tried
    assert set(await secrets.all()) == {"tegak", "gugur"}
    await kept.discard_draft("d", based_on=1, leftovers=old)
    assert set(await secrets.all()) == {"tegak"}
    assert [row.entry.subject for row in await stores.audit.search(limit=10)] == ["connector:gugur"]
    await secrets.add("gugur", "key", "tiga", now=NOW, former_until=NOW)
    await kept.publish([publication(1, "gugur", secret="empat")], [], now=NOW, leftovers=[old[1]])
    assert [one.value for one in (await secrets.all())["gugur"]["key"]] == ["empat"]


async def test_pb_6_publishing_a_draft_that_changed_meanwhile_makes_nothing_true(stores: Stores) -> None:
    kept = stores.connector_revisions
    old = await kept.save_draft(DraftRow("d", "simpeg", "", {}, 0, "operator:a", NOW), based_on=0)
    await kept.save_draft(old, based_on=1)
    with pytest.raises(Conflict):
        await kept.publish([publication(1)], [entry()], now=NOW, draft=old)
    assert await kept.of("simpeg") == [] and await stores.registry.connectors() == []


async def test_whoever_has_only_the_database_reads_no_settings(stores: Stores) -> None:
    kept = stores.connector_revisions
    await kept.publish(
        [replace(publication(1), revisions=(replace(publication(1).revisions[0], definition={"x": "rahasia-dalam"}),))], [], now=NOW
    )
    await kept.save_draft(DraftRow("d", "", "", {"x": "rahasia-dalam"}, 0, "operator:a", NOW), based_on=0)
    async with stores.database.read() as connection:
        rows = [(await connection.execute(select(table.c.data))).scalar_one() for table in (connector_revisions, connector_drafts)]
    assert not any(b"rahasia" in bytes(row) for row in rows)


@pytest.fixture
async def reader(stores: Stores, sql_url: str, clock: FixedClock) -> AsyncIterator[Stores]:
    opened = await open_stores(sql_url, MASTER_KEY, clock, read_only=True)
    yield opened
    await opened.aclose()


async def test_pb_7_stores_that_only_read_are_refused_by_the_database_itself(stores: Stores, reader: Stores) -> None:
    await stores.connector_revisions.publish([publication(1)], [entry()], now=NOW)
    assert [one.number for one in await reader.connector_revisions.of("simpeg")] == [1]
    with pytest.raises(StoreUnavailable) as refused:
        await reader.connector_revisions.publish([publication(2)], [entry()], now=NOW)
    assert "read" in str(refused.value).lower()
    with pytest.raises(StoreUnavailable):
        await reader.audit.append(entry())
    assert [one.number for one in await stores.connector_revisions.of("simpeg")] == [1]
