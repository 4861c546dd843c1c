"""The disclosure log: durable first, cheap later, never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from consent.disclosure import DisclosureLog
from consent.models import Disclosure, DisclosureView
from hub.storage.stores import Stores
from kit.audit import ChainReport
from kit.clock import FixedClock
from kit.expiring import StoreUnavailable
from tests.consent.samples import NOW, SITI


def disclosure(number: str = "d1", grant: str = "g1", *, at: int = NOW, claims: tuple[str, ...] = ("name", "nik")) -> Disclosure:
    return Disclosure(number, grant, SITI, "bantuan", "layanan-sosial", "rp", claims, "oidc", at)


@dataclass
class CountingStore:
    """The real store behind a counter of commits; `down` makes it unavailable."""

    stores: Stores
    commits: list[int] = field(default_factory=list)
    down: bool = False

    async def record(self, disclosures: Sequence[Disclosure]) -> None:
        if self.down:
            raise StoreUnavailable("disclosures")
        self.commits.append(len(disclosures))
        await self.stores.disclosures.record(disclosures)

    async def raise_counters(self, counts: Sequence[tuple[str, tuple[str, ...], int, int]]) -> None:
        if self.down:
            raise StoreUnavailable("disclosures")
        await self.stores.disclosures.raise_counters(counts)

    async def of_person(self, person: str, *, service: str = "", before: int = 0, limit: int = 50) -> list[DisclosureView]:
        return await self.stores.disclosures.of_person(person, service=service, before=before, limit=limit)

    async def verify(self) -> ChainReport:
        return await self.stores.disclosures.verify()


@pytest.fixture
def counting(stores: Stores) -> CountingStore:
    return CountingStore(stores)


@pytest.fixture
def log(counting: CountingStore, clock: FixedClock) -> DisclosureLog:
    return DisclosureLog(counting, clock)


async def test_the_first_release_is_durable_when_record_returns(log: DisclosureLog, counting: CountingStore) -> None:
    await log.record(disclosure())
    (view,) = await counting.of_person(SITI)
    assert (view.disclosure, view.times) == (disclosure(), 1)


async def test_a_later_release_costs_no_statement_and_is_counted_on_flush(log: DisclosureLog, counting: CountingStore) -> None:
    await log.record(disclosure())
    for later in (10, 30, 20):
        await log.record(disclosure("again", at=NOW + later))
    assert counting.commits == [1]
    await log.flush()
    await log.flush()
    (view,) = await counting.of_person(SITI)
    assert view.times == 4, "counted once, though flushed twice"


async def test_other_claims_or_another_grant_are_a_row_of_their_own(log: DisclosureLog, counting: CountingStore) -> None:
    for one in (disclosure("d1"), disclosure("d2", claims=("name",)), disclosure("d3", "g2")):
        await log.record(one)
    assert {view.disclosure.id for view in await counting.of_person(SITI)} == {"d1", "d2", "d3"}


async def test_concurrent_first_releases_share_a_commit(log: DisclosureLog, counting: CountingStore) -> None:
    await asyncio.gather(*(log.record(disclosure(f"d{n}", f"g{n}")) for n in range(20)))
    assert len(await counting.of_person(SITI)) == 20
    assert counting.commits == [20]
    assert (await counting.verify()).intact


async def test_a_store_that_fails_fails_every_caller_and_the_next_release_is_written(log: DisclosureLog, counting: CountingStore) -> None:
    counting.down = True
    outcomes = await asyncio.gather(*(log.record(disclosure(f"d{n}", f"g{n}")) for n in range(3)), return_exceptions=True)
    assert [type(one) for one in outcomes] == [StoreUnavailable] * 3
    counting.down = False
    await log.record(disclosure("d0", "g0"))
    assert [view.disclosure.grant for view in await counting.of_person(SITI)] == ["g0"], "a failed release is not remembered as written"


async def test_counters_that_could_not_be_written_are_kept_for_the_next_flush(log: DisclosureLog, counting: CountingStore) -> None:
    await log.record(disclosure())
    await log.record(disclosure(at=NOW + 5))
    counting.down = True
    with pytest.raises(StoreUnavailable):
        await log.flush()
    await log.record(disclosure(at=NOW + 9))
    counting.down = False
    await log.flush()
    (view,) = await counting.of_person(SITI)
    assert (view.times, view.last_at) == (3, NOW + 9)
