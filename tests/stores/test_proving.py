"""Whoever changes, deletes, reorders, cuts or writes anew is found, and the exact row is named (AD-11): also one who holds every key."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text

from consent.anchors import Anchors, KeptAnchor, in_file
from consent.models import LedgerEvent, Standing
from consent.record_keys import RecordKeys
from hub.storage.sql.chains import GENESIS, Chain, row_hash
from hub.storage.sql.proving import PEOPLE, STATES
from hub.storage.stores import Stores
from kit.audit import ChainReport
from kit.clock import FixedClock
from tests.stores.samples import change, disclosure, entry, state

ISSUER = "https://gapura.example.id"


@pytest.fixture
def anchors(stores: Stores, clock: FixedClock) -> Anchors:
    return Anchors(stores.anchors, RecordKeys(stores.record_keys, stores.ring, clock), clock, ISSUER)


@pytest.fixture
async def kept(stores: Stores, anchors: Anchors, clock: FixedClock) -> list[str]:
    """Twelve answers of two persons in turn and a withdrawal by each, with an anchor after six and one at the end; the anchors."""
    for n in range(12):
        who = "siti" if n % 2 == 0 else "budi"
        await stores.consent.append([change(made=state(f"r{n}", person=who, purpose=f"p{n}"))], [entry()])
        await stores.disclosures.record([disclosure(f"d{n}", grant=f"g{n}", person=who)])
        if n == 5:
            await anchors.make()
            clock.advance(86400)
    for n, who in ((0, "siti"), (1, "budi")):
        gone = state(f"r{n}", Standing.WITHDRAWN, person=who, purpose=f"p{n}", expires_at=None)
        await stores.consent.append([change(LedgerEvent.WITHDRAWN, gone)])
    await anchors.make()
    return [row.jws for row in await stores.anchors.since(1, 10)]


def faults(reports: Sequence[ChainReport]) -> dict[str, tuple[int | None, str]]:
    """The first fault of each chain: the anchors report on the chains too."""
    return {one.chain: (one.broken_at, one.reason) for one in reversed(reports) if not one.intact}


async def run(stores: Stores, *statements: str) -> None:
    async with stores.database.write() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_what_nobody_touched_is_whole(stores: Stores, kept: list[str]) -> None:
    reports = await stores.proving.whole(kept)
    assert faults(reports) == {}
    assert {one.chain: one.rows for one in reports} == {
        "audit": 12, "consent": 14, "disclosures": 12, PEOPLE: 14, STATES: 12, "anchors": 2, "anchors given": 2
    }  # fmt: skip
    assert [(one.chain, one.rows) for one in await stores.proving.of_person("siti")] == [(PEOPLE, 7), (STATES, 6)]


async def test_the_rows_of_one_person_follow_from_each_other(stores: Stores, kept: list[str]) -> None:
    for who in ("siti", "budi"):
        rows = (await stores.consent.history(who))[::-1]
        assert [row.own_previous for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]


async def test_an_answer_costs_the_same_after_any_history(stores: Stores, kept: list[str]) -> None:
    counts = []
    for n in range(3):
        with stores.database.counting() as statements:
            await stores.consent.append([change(made=state(f"x{n}", purpose=f"x{n}"))])
        counts.append(len(statements))
    assert len(set(counts)) == 1
    assert counts[0] <= 5


async def test_rows_from_before_the_new_columns_stay_true(stores: Stores) -> None:
    """As an older release wrote them: without `own_previous` and `values_mac`."""
    old = Chain("consent", stores.ring.index_key)
    await stores.consent.append([change(made=state(f"r{n}", purpose=f"p{n}")) for n in range(3)])
    await _write_anew(stores, old, 1, lambda row: row | {"own_previous": ""})
    await stores.consent.append([change(made=state("r9", purpose="p9"))])
    newest = (await stores.consent.history("siti"))[0]
    assert newest.own_previous == (await stores.consent.history("siti"))[1].hash
    assert faults(await stores.proving.whole()) == {}


CHANGED = {
    "change": (
        ["UPDATE ledger SET claims = '[]' WHERE seq = 7"],
        {"consent": (7, "the row was changed"), PEOPLE: (7, "the row was changed")},
    ),
    "delete": (
        ["DELETE FROM ledger WHERE seq = 7"],
        {
            "consent": (7, "the row is missing"),
            PEOPLE: (9, "the row does not follow from the row before of the same person"),
            STATES: (7, "the row that made the present state is missing: the tail was cut (record r6)"),
        },
    ),
    "reorder": (
        ["UPDATE ledger SET seq = -5 WHERE seq = 5", "UPDATE ledger SET seq = 5 WHERE seq = 7", "UPDATE ledger SET seq = 7 WHERE seq = -5"],
        {"consent": (5, "the row does not follow from the one before"), PEOPLE: (5, "the row was changed")},
    ),
    "cut the tail": (
        ["DELETE FROM ledger WHERE seq > 10"],
        {
            "consent": (11, "the row is missing: the tail was cut"),
            STATES: (13, "the row that made the present state is missing: the tail was cut (record r0)"),
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGED)
async def test_ad_11_what_was_done_to_the_ledger_is_named(stores: Stores, kept: list[str], case: str) -> None:
    statements, expected = CHANGED[case]
    await run(stores, *statements)
    found = faults(await stores.proving.whole())
    assert expected.items() <= found.items()


@pytest.mark.parametrize(
    ("statement", "seq", "reason"),
    [
        ("UPDATE consent_states SET standing = 'berlaku' WHERE record_id = 'r0'", 13, "other claims than the row"),
        ("UPDATE consent_states SET expires_at = 9999999999 WHERE record_id = 'r3'", 4, "not what the row that made it says"),
        ("UPDATE consent_states SET standing = 'ditarik' WHERE record_id = 'r3'", 4, "something else than the row"),
        ('UPDATE consent_states SET claims = \'["name","nik","phone_number"]\' WHERE record_id = \'r3\'', 4, "other claims than the row"),
        ("UPDATE consent_states SET last_seq = 1 WHERE record_id = 'r0'", 13, "does not know this row"),
        ("UPDATE consent_states SET person = 'ani' WHERE record_id = 'r3'", 4, "not what the row that made it says"),
        ("UPDATE consent_states SET last_seq = 99 WHERE record_id = 'r3'", 99, "the tail was cut"),
    ],
)
async def test_ad_11_a_state_that_contradicts_the_ledger_is_named(
    stores: Stores, kept: list[str], statement: str, seq: int, reason: str
) -> None:
    await run(stores, statement)
    found = faults(await stores.proving.whole())
    assert set(found) == {STATES}
    assert (found[STATES][0], reason in found[STATES][1]) == (seq, True), found


async def test_ad_11_a_state_that_was_removed_is_named(stores: Stores, kept: list[str]) -> None:
    await run(stores, "DELETE FROM consent_states WHERE record_id = 'r3'")
    assert faults(await stores.proving.whole()) == {PEOPLE: (4, "the present state of its record is missing")}


async def _write_anew(stores: Stores, chain: Chain, first: int, change_row: Callable[[dict[str, object]], dict[str, object]]) -> None:
    """What somebody can do who holds the database and every key: change rows from `first` on and make every hash and the head fit."""
    async with stores.database.write() as connection:
        rows = [dict(row) for row in (await connection.execute(text(f"SELECT * FROM {chain.table.name} ORDER BY seq"))).mappings()]
        last = next((str(row["hash"]) for row in rows if row["seq"] == first - 1), GENESIS)
        seq = rows[-1]["seq"]
        for row in rows[first - 1 :]:
            made = change_row(row) | {"previous": last}
            last = row_hash(chain.name, made)
            values = made | {"hash": last}
            names = ", ".join(f'"{name}" = :{name}' for name in values if name != "seq")
            await connection.execute(text(f"UPDATE {chain.table.name} SET {names} WHERE seq = :seq"), values)
        head = {"h": last, "m": chain.mac(seq, last), "c": chain.name}
        await connection.execute(text("UPDATE chain_heads SET hash = :h, mac = :m WHERE chain = :c"), head)


async def test_ad_11_a_chain_written_anew_with_every_key_is_found_by_the_anchors(stores: Stores, kept: list[str]) -> None:
    """One person's answer becomes another text; all hashes, her own chain's too, and the head are made to fit."""
    chain = Chain("consent", stores.ring.index_key)
    ends: dict[str, str] = {}

    def forge(row: dict[str, object]) -> dict[str, object]:
        row = row | ({"text_sha256": "f" * 64} if row["seq"] == 5 else {})
        made = row | {"own_previous": ends.get(str(row["person"]), row["own_previous"]), "previous": ends.get("*", row["previous"])}
        ends["*"] = ends[str(row["person"])] = row_hash("consent", made)
        return made

    await _write_anew(stores, chain, 5, forge)
    found = faults(await stores.proving.whole())
    assert set(found) == {"anchors", "consent"}
    assert found["anchors"] == (1, "the chains are not what it saw")
    assert found["consent"] == (6, "anchor 1 saw another hash: the chain was written anew up to here")


@pytest.mark.parametrize(("chain", "table"), [("consent", "ledger"), ("audit", "audit"), ("disclosures", "disclosures")])
async def test_ad_11_a_tail_that_was_cut_with_every_key_is_found_by_the_anchors(
    stores: Stores, kept: list[str], chain: str, table: str
) -> None:
    end, whole = 10, Chain(chain, stores.ring.index_key)
    async with stores.database.read() as connection:
        rows = (await connection.execute(text(f"SELECT max(seq) FROM {table}"))).scalar_one()
        last = (await connection.execute(text(f"SELECT hash FROM {table} WHERE seq = {end}"))).scalar_one()
    moved = f"UPDATE chain_heads SET seq = {end}, hash = '{last}', mac = '{whole.mac(end, last)}' WHERE chain = '{chain}'"
    await run(stores, f"DELETE FROM {table} WHERE seq > {end}", moved)
    found = faults(await stores.proving.whole())
    assert found["anchors"] == (2, "the chains are not what it saw")
    assert found[chain] == (rows, "anchor 2 saw this row and it is gone: the tail was cut")


@pytest.mark.parametrize(
    ("statement", "broken_at", "reason"),
    [
        ("UPDATE anchors SET jws = substr(jws, 1, length(jws) - 4) || 'AAAA' WHERE number = 2", 2, "the anchor is forged"),
        ("DELETE FROM anchors WHERE number = 1", 2, "anchor 1 is missing"),
        ("UPDATE anchors SET jws = (SELECT jws FROM anchors WHERE number = 1) WHERE number = 2", 1, "anchor 2 is missing"),
    ],
)
async def test_ad_11_an_anchor_that_was_touched_is_named(
    stores: Stores, kept: list[str], statement: str, broken_at: int, reason: str
) -> None:
    await run(stores, statement)
    at, why = faults(await stores.proving.whole())["anchors"]
    assert (at, reason in why) == (broken_at, True), why


async def test_ad_11_a_forged_anchor_that_somebody_hands_in_is_named(stores: Stores, kept: list[str], clock: FixedClock) -> None:
    """Signed by a key that is not ours; or ours, and no longer in the record."""
    strange = Anchors(stores.anchors, RecordKeys(_Keys(), stores.ring, clock), clock, ISSUER)
    forged = (await Anchors(_Nowhere(stores), strange.keys, clock, ISSUER).make()).jws
    assert faults(await stores.proving.whole([kept[0], forged]))["anchors given"] == (
        2, "the anchor is forged: no key of the set signed this"
    )  # fmt: skip
    await run(stores, "DELETE FROM anchors WHERE number = 2")
    found = faults(await stores.proving.whole(kept))
    assert found == {"anchors given": (2, "the anchor is genuine and is gone from the record")}
    assert faults(await stores.proving.whole([]))["anchors given"] == (1, "the file holds no anchors")


async def test_one_anchor_a_day_whoever_asks(stores: Stores, anchors: Anchors, clock: FixedClock) -> None:
    await stores.consent.append([change()])
    for _ in range(3):
        await anchors.daily()
    assert [row.number for row in await stores.anchors.since(1, 10)] == [1]
    clock.advance(86400)
    await anchors.daily()
    page = await anchors.published()
    assert [one["number"] for one in page["anchors"]] == [1, 2]
    assert [key["kid"] for key in page["jwks"]["keys"]] == [row.kid for row in await stores.anchors.since(1, 1)]
    assert not await stores.anchors.add(KeptAnchor(2, 0, "k", "other"))
    assert faults(await stores.proving.whole([one["jws"] for one in page["anchors"]])) == {}


async def test_the_walk_is_in_batches(stores: Stores, kept: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.storage.sql.proving.BATCH", 2)
    monkeypatch.setattr("hub.storage.sql.chains.BATCH", 2)
    reports = await stores.proving.whole(kept)
    assert faults(reports) == {}
    assert {one.chain: one.rows for one in reports}[PEOPLE] == 14


def test_a_file_of_anchors_is_a_page_or_one_a_line() -> None:
    assert list(in_file(b'{"anchors": [{"jws": "a.b.c"}], "jwks": {}}')) == ["a.b.c"]
    assert list(in_file(b"a.b.c\nd.e.f\n")) == ["a.b.c", "d.e.f"]


class _Keys:
    """Keys of somebody else."""

    def __init__(self) -> None:
        self.kept: list[object] = []

    async def all(self) -> list[object]:
        return self.kept

    async def add(self, key: object) -> None:
        self.kept.append(key)


class _Nowhere:
    """The ends of the real chains, and anchors that are kept nowhere."""

    def __init__(self, stores: Stores) -> None:
        self.ends = stores.anchors.ends
        self.newest = stores.anchors.newest

    async def add(self, _anchor: KeptAnchor) -> bool:
        return True
