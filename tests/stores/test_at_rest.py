"""PV-09: what lies on the disk names nobody."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from hub.storage.stores import Stores
from idp.people.models import IdentifierKind
from tests.servers import postgres
from tests.stores.samples import EMAIL, IDENTIFIERS, NAME, NIK, PHONE, change, credential, disclosure, entry, person
from tests.stores.test_registry import CONNECTOR

CANARIES = [NIK, PHONE, PHONE.lstrip("+"), EMAIL, NAME, "Ngatminah", credential().secret, "sangat-rahasia"]


async def fill(stores: Stores) -> None:
    await stores.people.create(person(), IDENTIFIERS, [entry()])
    await stores.people.set_claims("siti", person().claims, "verified")
    await stores.credentials.put(credential())
    await stores.registry.save_connector(CONNECTOR)
    await stores.credentials.count_guess(stores.ring.blind("account", NIK), 1, 5)
    await stores.consent.append([change()])
    await stores.disclosures.record([disclosure()])
    assert [one.name for one, _ in await stores.people.find(IdentifierKind.PHONE, PHONE)] == [NAME]


async def content(stores: Stores, tmp_path: Path) -> bytes:
    """Return every byte of the database file and its log; of PostgreSQL, what a dump would hold."""
    if stores.database.sqlite:
        return b"".join(path.read_bytes() for path in sorted(tmp_path.glob("gapura.db*")))
    name = stores.database.engine.url.database
    assert name is not None
    return b"".join(
        postgres().sql(f'SELECT t.*::text FROM "{table}" t', name).encode()
        for table in postgres().sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", name).split()
    )


async def test_pv_09_no_number_name_or_address_is_readable_in_the_database(stores: Stores, tmp_path: Path) -> None:
    await fill(stores)
    raw = await content(stores, tmp_path)
    assert b"siti" in raw, "the search sees what is there"
    for canary in CANARIES:
        assert canary.encode() not in raw
        assert canary.encode().hex().encode() not in raw
        assert canary.encode("utf-16-le") not in raw


async def test_pv_09_the_search_finds_a_planted_leak(stores: Stores, tmp_path: Path) -> None:
    await fill(stores)
    async with stores.database.write() as connection:
        await connection.execute(text("UPDATE people SET language = :leak"), {"leak": NIK})
    assert NIK.encode() in await content(stores, tmp_path)


async def test_pv_09_the_index_of_an_identifier_depends_on_a_key(stores: Stores) -> None:
    blind = stores.ring.blind("nik", NIK)
    assert len(blind) == 64
    assert blind != stores.ring.blind("nip", NIK)
    assert NIK not in blind
