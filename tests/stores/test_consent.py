"""The consent ledger, its states, and the disclosure log on every SQL back end."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import insert, select, text

from consent.errors import StaleState
from consent.models import LedgerEvent, Standing
from hub.storage.sql import tables as t
from hub.storage.stores import Stores
from kit.audit import AuditEvent
from tests.stores.samples import NOW, change, disclosure, entry, state


async def test_an_event_is_appended_and_leaves_its_state(stores: Stores) -> None:
    rows = await stores.consent.append([change()], [entry(event=AuditEvent.CONSENT_GIVEN)])
    assert [(row.seq, row.event, row.claims, row.at) for row in rows] == [(1, LedgerEvent.GIVEN, ("name", "nik"), NOW)]
    assert await stores.consent.states("siti") == [state(last_seq=1)]
    assert await stores.consent.state("r1") == state(last_seq=1)
    assert await stores.consent.state("r2") is None
    assert [row.entry.event for row in await stores.audit.search()] == [AuditEvent.CONSENT_GIVEN]


async def test_a_withdrawal_replaces_the_state_and_adds_to_the_history(stores: Stores) -> None:
    await stores.consent.append([change(), change(made=state("r2", purpose="lain"))])
    withdrawn = state(standing=Standing.WITHDRAWN, since=NOW + 5, expires_at=None)
    await stores.consent.append([change(LedgerEvent.WITHDRAWN, withdrawn)])
    assert await stores.consent.states("siti") == [state("r2", purpose="lain", last_seq=2), replace(withdrawn, last_seq=3)]
    history = await stores.consent.history("siti")
    assert [(row.seq, row.event) for row in history] == [(3, LedgerEvent.WITHDRAWN), (2, LedgerEvent.GIVEN), (1, LedgerEvent.GIVEN)]
    assert [row.seq for row in await stores.consent.history("siti", record_id="r1")] == [3, 1]
    assert [row.seq for row in await stores.consent.history("siti", before_seq=3, limit=1)] == [2]
    assert await stores.consent.history("budi") == []


async def test_a_change_decided_from_an_older_state_is_refused_and_keeps_nothing(stores: Stores) -> None:
    first = replace(change(), after=0)
    await stores.consent.append([first])
    late = replace(change(made=state("another id")), after=0)
    stale = replace(change(LedgerEvent.WITHDRAWN, state(standing=Standing.WITHDRAWN)), after=7)
    for refused in (late, stale):
        with pytest.raises(StaleState):
            await stores.consent.append([change(made=state("r2", purpose="lain")), refused], [entry()])
    assert await stores.consent.states("siti") == [state(last_seq=1)]
    assert await stores.audit.search() == []
    await stores.consent.append([replace(stale, after=1)])
    assert (await stores.consent.states("siti"))[0].standing is Standing.WITHDRAWN


async def test_of_changes_decided_from_one_state_one_is_kept(stores: Stores) -> None:
    pressed = [stores.consent.append([replace(change(made=state(f"r{n}")), after=0)]) for n in range(8)]
    outcomes = await asyncio.gather(*pressed, return_exceptions=True)
    assert sum(isinstance(one, StaleState) for one in outcomes) == 7
    assert (await stores.consent.verify()).rows == 1


async def test_states_are_of_one_service_or_all(stores: Stores) -> None:
    await stores.consent.append([change(), change(made=state("r2", service="e-link"))])
    assert [one.record_id for one in await stores.consent.states("siti", "e-link")] == ["r2"]
    assert len(await stores.consent.states("siti")) == 2


async def test_concurrent_appends_make_one_chain(stores: Stores) -> None:
    await asyncio.gather(*(stores.consent.append([change(made=state(f"r{n}", purpose=f"p{n}"))], [entry()]) for n in range(30)))
    for report in (await stores.consent.verify(), await stores.audit.verify()):
        assert (report.rows, report.broken_at) == (30, None)


async def test_nothing_is_kept_of_a_transaction_that_fails(stores: Stores) -> None:
    bad = change(made=state("r2", purpose=None))
    try:
        await stores.consent.append([change(), bad], [entry()])
    except Exception as error:
        assert "NOT NULL" in str(error).upper() or "NOTNULL" in type(error).__name__.upper() or "not-null" in str(error)
    else:
        raise AssertionError("a state without purpose was kept")
    assert await stores.consent.states("siti") == []
    assert await stores.audit.search() == []
    assert (await stores.consent.verify()).rows == 0
    await stores.consent.append([change()])
    assert (await stores.consent.verify()).rows == 1


async def test_a_check_never_looks_at_the_ledger_and_uses_an_index(stores: Stores) -> None:
    """After 300,000 events a check costs what it costs after one: it reads the rows of the person, by an index."""
    many = [state(f"r{n}", person=f"p{n % 700}", purpose=f"u{n}", last_seq=n) for n in range(3000)]
    rows = [
        {name: getattr(one, name) for name in ("record_id", "person", "service", "application", "purpose", "notice", "since", "expires_at")}
        | {"basis": one.basis.value, "standing": one.standing.value, "claims": "[]", "last_seq": one.last_seq}
        for one in many
    ]
    async with stores.database.write() as connection:
        await connection.execute(insert(t.consent_states), rows)
    with stores.database.counting() as statements:
        await stores.consent.states("p5", "usaha-kecil")
        await stores.consent.state("r5")
    assert len(statements) == 2
    assert not any("ledger" in statement for statement in statements)
    plan_of = "EXPLAIN QUERY PLAN " if stores.database.sqlite else "EXPLAIN "
    async with stores.database.read() as connection:
        if not stores.database.sqlite:
            await connection.execute(text("ANALYZE consent_states"))
        for condition in ("person = 'p5' AND service = 'usaha-kecil'", "record_id = 'r5'"):
            query = select(t.consent_states).where(text(condition))
            plan = "\n".join(str(row) for row in await connection.execute(text(plan_of + str(query))))
            assert "index" in plan.lower(), plan
            assert "seq scan" not in plan.lower(), plan


async def test_a_disclosure_is_kept_once_per_grant_and_claims(stores: Stores) -> None:
    await stores.disclosures.record([disclosure()])
    await stores.disclosures.record([disclosure("d2", at=NOW + 9), disclosure("d3", claims=("name",))])
    views = await stores.disclosures.of_person("siti")
    assert [(view.disclosure.id, view.times, view.last_at) for view in views] == [("d3", 1, NOW), ("d1", 1, NOW)]
    assert views[1].disclosure == disclosure(values_mac="")  # of somebody who is not there nothing is digested
    await stores.disclosures.record([])
    assert (await stores.disclosures.verify()).rows == 2


async def test_concurrent_records_of_one_release_make_one_row(stores: Stores) -> None:
    await asyncio.gather(*(stores.disclosures.record([disclosure(f"d{n}"), disclosure(f"e{n}", grant="g2")]) for n in range(20)))
    assert len(await stores.disclosures.of_person("siti")) == 2
    report = await stores.disclosures.verify()
    assert (report.rows, report.broken_at) == (2, None)


async def test_repetitions_are_counted_beside_the_chain(stores: Stores) -> None:
    await stores.disclosures.record([disclosure(), disclosure("d2", grant="g2")])
    head = (await stores.disclosures.verify()).head
    await stores.disclosures.raise_counters([("g1", ("name", "nik"), 3, NOW + 60)])
    await stores.disclosures.raise_counters([("g1", ("name", "nik"), 2, NOW + 30)])
    await stores.disclosures.raise_counters([])
    views = {view.disclosure.grant: view for view in await stores.disclosures.of_person("siti")}
    assert (views["g1"].times, views["g1"].last_at) == (6, NOW + 60)
    assert (views["g2"].times, views["g2"].last_at) == (1, NOW)
    assert (await stores.disclosures.verify()).head == head


async def test_disclosures_are_paged_and_filtered(stores: Stores) -> None:
    await stores.disclosures.record([disclosure(f"d{n}", grant=f"g{n}", service="a" if n % 2 else "b") for n in range(6)])
    first = await stores.disclosures.of_person("siti", limit=2)
    assert [view.disclosure.id for view in first] == ["d5", "d4"]
    second = await stores.disclosures.of_person("siti", before=first[-1].seq, limit=2)
    assert [view.disclosure.id for view in second] == ["d3", "d2"]
    assert [view.disclosure.id for view in await stores.disclosures.of_person("siti", service="b")] == ["d4", "d2", "d0"]
    assert await stores.disclosures.of_person("budi") == []
