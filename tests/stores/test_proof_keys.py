"""What a person saw, and what was told of her, is digested under a key of her own: erasing her makes it meaningless (PV-10)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, update

from consent.models import LedgerRow
from hub.storage.sql.tables import people
from hub.storage.stores import Stores
from kit.secrets import keyed
from tests.stores.samples import NOW, change, disclosure, person, state


async def key_of(stores: Stores, who: str) -> bytes | None:
    async with stores.database.read() as connection:
        sealed = (await connection.execute(select(people.c.proof_key).where(people.c.id == who))).scalar()
    return None if sealed is None else stores.ring.open(sealed, f"proof-key:{who}")


async def answered(stores: Stores, record: str, who: str = "siti", seen: str = "digest") -> LedgerRow:
    (row,) = await stores.consent.append([replace(change(made=state(record, person=who, purpose=record)), values_mac=seen)])
    return row


async def test_pv_10_the_digest_is_under_the_persons_own_key(stores: Stores) -> None:
    for who in ("siti", "budi"):
        await stores.people.create(person(who), [])
    siti, budi = await answered(stores, "r1"), await answered(stores, "r2", "budi")
    key = await key_of(stores, "siti")
    assert key is not None
    assert siti.values_mac == keyed(key, "values", "digest") != budi.values_mac
    await stores.disclosures.record([disclosure(values_mac="digest")])
    assert (await stores.disclosures.of_person("siti"))[0].disclosure.values_mac == siti.values_mac
    assert (await answered(stores, "r3", seen="")).values_mac == ""
    assert [one for one in await stores.proving.whole() if not one.intact] == []


async def test_a_person_of_an_earlier_release_gets_her_key_when_it_is_first_needed(stores: Stores) -> None:
    await stores.people.create(person(), [])
    async with stores.database.write() as connection:
        await connection.execute(update(people).values(proof_key=None))
    row = await answered(stores, "r1")
    key = await key_of(stores, "siti")
    assert key is not None and row.values_mac == keyed(key, "values", "digest")
    await stores.disclosures.record([disclosure(values_mac="digest")])
    assert await key_of(stores, "siti") == key


async def test_pv_10_of_who_was_erased_nothing_is_digested_any_more(stores: Stores) -> None:
    await stores.people.create(person(), [])
    before = await answered(stores, "r1")
    assert await stores.erasure.erase("siti", NOW)
    assert await key_of(stores, "siti") is None
    assert (await answered(stores, "r2")).values_mac == ""
    await stores.disclosures.record([disclosure(values_mac="digest")])
    assert (await stores.disclosures.of_person("siti"))[0].disclosure.values_mac == ""
    assert await stores.consent.history("siti", record_id="r1") == [before]
    assert [one for one in await stores.proving.whole() if not one.intact] == []
    assert not await stores.erasure.erase("nobody", NOW)


async def test_a_disclosure_asks_one_question_whether_the_key_is_needed_or_not(stores: Stores) -> None:
    await stores.people.create(person(), [])
    counts = []
    for n, mac in enumerate(("", "digest")):
        with stores.database.counting() as statements:
            await stores.disclosures.record([disclosure(f"d{n}", grant=f"g{n}", values_mac=mac)])
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 5
