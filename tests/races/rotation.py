"""Keys are rotated, rotated back and removed while people sign in: two workers on Redis and PostgreSQL (JW-15).

No request fails, whichever worker it meets: a key is published before it signs and after it stopped. A removed key is refused by every
worker, and gone from the published set, within a second. `python -m tests.races.rotation --flows 20000`
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from admin.operator import LOCAL
from hub.resources import open_resources
from hub.settings import load
from hub.wiring import House, build_house
from idp.keys.algorithms import SIGNING
from tests.races.relying_party import RelyingParty, Truth, refused_by_all
from tests.servers import postgres_database, redis_url
from tests.site import Live, live_site, test_client

MASTER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"
REASON = "under load"
WITHIN = 1.0  # seconds in which a removed key is refused by all


@dataclass
class Report:
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    refused_after: list[float] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.failures and bool(self.refused_after) and max(self.refused_after) < WITHIN

    def lines(self) -> list[str]:
        found = [f"{name:22} {count}" for name, count in sorted(self.counts.items())]
        found.append(f"{'flows per second':22} {self.counts['flows'] / self.seconds:.0f}")
        found.append(f"{'failed':22} {len(self.failures)}")
        found.append(f"{'refused after':22} {max(self.refused_after, default=0):.2f} s at most, of {len(self.refused_after)} removals")
        return [*found, *sorted(set(self.failures))[:10]]


@dataclass
class Keykeeper:
    """Changes the keys through the very actions of console and command, and notes what it did."""

    house: House
    live: Live
    parties: list[RelyingParty]
    truth: Truth
    report: Report
    pause: float = 1.0  # seconds between two changes

    async def change_until(self, done: asyncio.Event) -> None:
        """Rotate, rotate back and remove in turn, every step at least once, until told to stop."""
        a_round = (self.rotate, self.remove_former, self.rotate, self.roll_back, self.rotate, self.remove_active, self.remove_next)
        steps = [(step, alg) for alg in SIGNING for step in (self.rotate_all, *a_round)]
        turn = 0
        while not done.is_set() or turn <= len(a_round):
            await asyncio.sleep(self.pause)
            step, alg = steps[turn % len(steps)]
            await step(alg)
            turn += 1

    async def rotate_all(self, _: str) -> None:
        await self.house.admin.actions.keys.rotate(LOCAL, None, reason=REASON, at_once=True)
        self.report.counts["rotations"] += len(SIGNING)

    async def rotate(self, alg: str) -> None:
        await self.house.admin.actions.keys.rotate(LOCAL, alg, reason=REASON, at_once=True)
        self.report.counts["rotations"] += 1

    async def roll_back(self, alg: str) -> None:
        await self.house.admin.actions.keys.roll_back(LOCAL, alg, reason=REASON)
        self.report.counts["rotations back"] += 1

    async def remove_former(self, alg: str) -> None:
        """Remove the key that signed a moment ago: many tokens of it are out."""
        keys = [key for key in await self.house.admin.actions.keys.search(LOCAL) if key.alg == alg and key.state == "retiring"]
        await self._remove(max(keys, key=lambda key: key.changed_at).kid, alg)

    async def remove_active(self, alg: str) -> None:
        await self._remove(await self._kid(alg, "active"), alg)

    async def remove_next(self, alg: str) -> None:
        await self._remove(await self._kid(alg, "next"), alg)

    async def _remove(self, kid: str, alg: str) -> None:
        token = next((party.newest[kid] for party in self.parties if kid in party.newest), "")
        self.truth.removed.add(kid)
        await self.house.admin.actions.keys.remove(LOCAL, kid, typed=kid, reason=REASON)
        began = asyncio.get_running_loop().time()
        self.report.counts["removals"] += 1
        if token:
            self.report.refused_after.append(await refused_by_all(self.live.issuer, token, seconds=1.5 * WITHIN, began=began))

    async def _kid(self, alg: str, state: str) -> str:
        return next(key.kid for key in await self.house.admin.actions.keys.search(LOCAL) if (key.alg, key.state) == (alg, state))


async def load_on(live: Live, flows: int, pause: float) -> Report:
    """Run the flows against the deployment while its keys change, and return what happened."""
    report, truth, done = Report(), Truth(), asyncio.Event()
    started = time.monotonic()
    async with AsyncExitStack() as stack, open_resources(load(**live.values)) as resources:
        https = [await stack.enter_async_context(httpx.AsyncClient(base_url=live.issuer, timeout=30)) for _ in SIGNING]
        parties = [RelyingParty(f"rp-{alg.lower()}", alg, http, truth) for alg, http in zip(SIGNING, https, strict=True)]
        keeper = Keykeeper(await build_house(resources), live, parties, truth, report, pause)
        await keeper.house.keys.tend()
        for party in parties:
            await party.sign_in()
        left = iter(range(flows))

        async def work(party: RelyingParty) -> None:
            for _ in left:
                await party.flow()

        changing = asyncio.create_task(keeper.change_until(done))
        await asyncio.gather(*(work(party) for party in parties))
        done.set()
        await changing
    report.seconds = time.monotonic() - started
    for party in parties:
        report.counts += party.counts
        report.failures += party.failures
    return report


def run(folder: Path, flows: int, pause: float = 1.0) -> Report:
    clients = tuple(
        test_client(
            client_id=f"rp-{alg.lower()}", id_token_alg=alg, access_token_format="jwt", grant_types=frozenset({"authorization_code"})
        )
        for alg in SIGNING
    )
    values = {"storage.database_url": postgres_database(), "storage.expiring_url": redis_url(), "storage.master_key": MASTER_KEY}
    with live_site(folder, folder / "template", workers=2, clients=clients, **values) as live:
        return asyncio.run(load_on(live, flows, pause))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flows", type=int, default=20_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gapura-rotation-") as folder:
        report = run(Path(folder), arguments.flows)
    print("\n".join(report.lines()))
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
