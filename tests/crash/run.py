"""`make crash`: kill -9 a whole deployment at a random moment with consent writes in flight, again and again (FT-01, FT-02, FT-03).

After each kill: ready within 5 s, everybody still signed in, every acknowledged consent and withdrawal is there, nothing is there that
nobody asked for, all chains verify. `python -m tests.crash.run --cycles 100 --store sqlite`
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from consent.models import LedgerEvent, Standing
from hub.resources import open_resources
from hub.storage.stores import Stores
from tests.crash.citizen import Citizen
from tests.crash.deployment import Deployment, deploy

PURPOSE = "pendampingan-usaha.dampingi"
READY_SECONDS = 5.0
STANDING = {LedgerEvent.GIVEN: Standing.IN_FORCE, LedgerEvent.RENEWED: Standing.IN_FORCE, LedgerEvent.WITHDRAWN: Standing.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class Cycle:
    writes: int  # acknowledged before the kill
    in_flight: int  # sent and not answered at the kill
    kept_in_flight: int  # of those, how many are in the ledger
    killed: int  # processes
    ready_after: float  # seconds


async def one_cycle(deployment: Deployment, citizens: list[Citizen], writes: int, chance: random.Random) -> Cycle:
    before = sum(len(citizen.acknowledged) for citizen in citizens)
    stop = asyncio.Event()
    acting = [asyncio.ensure_future(citizen.act_until(stop)) for citizen in citizens]
    try:
        await _acknowledged(citizens, before + writes, acting)
        await asyncio.sleep(chance.random() * 0.3)
        while not any(citizen.asked for citizen in citizens):  # the moment is random, but never an idle one
            await asyncio.sleep(0)
    finally:
        stop.set()
    killed = deployment.kill()
    results = await asyncio.gather(*acting, return_exceptions=True)
    failed = [result for result in results if isinstance(result, BaseException) and not isinstance(result, httpx.TransportError)]
    assert not failed, failed[0]
    done = sum(len(citizen.acknowledged) for citizen in citizens) - before
    in_flight = sum(citizen.asked is not None for citizen in citizens)
    ready_after = await asyncio.to_thread(deployment.start)
    async with open_resources(deployment.settings) as resources:
        kept = sum([await reconcile(resources.stores, citizen) for citizen in citizens])
        await chains_verify(resources.stores)
    for citizen in citizens:
        assert await citizen.is_signed_in(), f"{citizen.person} has to sign in again"
    return Cycle(done, in_flight, kept, killed, ready_after)


async def _acknowledged(citizens: list[Citizen], wanted: int, acting: list[asyncio.Future[None]]) -> None:
    """Return when so many writes were acknowledged; raise what a citizen met."""
    end = time.monotonic() + 300
    while sum(len(citizen.acknowledged) for citizen in citizens) < wanted:
        for one in acting:
            if one.done():
                one.result()
        assert time.monotonic() < end, "the writes took too long"
        await asyncio.sleep(0.005)


async def reconcile(stores: Stores, citizen: Citizen) -> int:
    """Compare the ledger with what was acknowledged; return 1 when the write in flight at the kill is kept.

    Nothing acknowledged is lost, nothing is there that was not asked for, and what was in flight is there wholly or not at all.
    """
    rows = [row for row in reversed(await stores.consent.history(citizen.person, limit=100_000)) if row.purpose == PURPOSE]
    kept = [LedgerEvent.GIVEN if row.event is LedgerEvent.RENEWED else row.event for row in rows]
    possible = [citizen.acknowledged, [*citizen.acknowledged, citizen.asked]] if citizen.asked else [citizen.acknowledged]
    assert kept in possible, f"{citizen.person}: acknowledged {len(citizen.acknowledged)}, kept {len(kept)}, in flight {citizen.asked}"
    states = [state for state in await stores.consent.states(citizen.person) if state.purpose == PURPOSE]
    if rows:
        assert [state.standing for state in states] == [STANDING[rows[-1].event]], "the state is not what the last event left"
        assert states[0].last_seq == rows[-1].seq
        citizen.record = states[0].record_id
    more = len(kept) - len(citizen.acknowledged)
    citizen.acknowledged, citizen.asked = kept, None
    return more


async def chains_verify(stores: Stores) -> None:
    for report in await stores.proving.whole():  # chains, each person's own chain, present states, anchors
        assert report.intact, f"{report.chain}: row {report.broken_at}: {report.reason}"


async def run(folder: Path, store: str, *, cycles: int, writes: int, citizens: int = 8, workers: int = 2, seed: int = 1) -> list[Cycle]:
    """Run the cycles and return the figures of each; raise AssertionError at the first thing that is not as it must be."""
    deployment = await deploy(folder, store, citizens=citizens, workers=workers)
    await asyncio.to_thread(deployment.start)
    people = [Citizen(number, deployment.issuer) for number in range(citizens)]
    chance = random.Random(seed)
    found: list[Cycle] = []
    try:
        for citizen in people:
            await citizen.sign_in()
            await citizen.act()
        async with open_resources(deployment.settings) as resources:
            for citizen in people:
                await reconcile(resources.stores, citizen)
        for number in range(cycles):
            found.append(await one_cycle(deployment, people, writes, chance))
            if cycles > 5:
                print(f"{number + 1:4}  {found[-1]}", flush=True)
    finally:
        for citizen in people:
            await citizen.http.aclose()
        if deployment.process is not None:
            deployment.kill()
    return found


def summary(store: str, cycles: list[Cycle]) -> str:
    slowest = max(cycle.ready_after for cycle in cycles)
    return (
        f"{store}: {len(cycles)} kills, {sum(cycle.writes for cycle in cycles)} acknowledged consent writes, 0 lost, 0 invented; "
        f"{sum(cycle.in_flight for cycle in cycles)} in flight at a kill, {sum(cycle.kept_in_flight for cycle in cycles)} of them kept; "
        f"at least {min(cycle.writes for cycle in cycles)} writes a cycle; chains verified each time; everybody stayed signed in; "
        f"ready after {slowest:.1f} s at most"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--writes", type=int, default=200, help="acknowledged consent writes before each kill")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            cycles = asyncio.run(run(Path(folder), arguments.store, cycles=arguments.cycles, writes=arguments.writes, seed=arguments.seed))
        except AssertionError as error:
            print(f"FAILED: {error}", file=sys.stderr)
            return 1
    print(summary(arguments.store, cycles))
    late = [cycle for cycle in cycles if cycle.ready_after > READY_SECONDS]
    if late:
        print(f"FAILED: {len(late)} starts took longer than {READY_SECONDS:.0f} s", file=sys.stderr)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
