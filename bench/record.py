"""`make record`: the consent record at the size of a regency after years, in an SQLite file of its own.

Generates consents and disclosures as the stores write them, with their chains, and prints what each costs on disk; what the check of a
sign-in costs for a person with one event and for one with a very long history; how long her pages take; and how long and with how much
memory the whole record is verified.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert, text

from bench import seed
from bench.formdriver import Browser
from bench.servers import gapura
from consent.models import Basis, LedgerEvent, Standing
from hub.resources import Resources, open_resources
from hub.settings import Settings, load
from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain
from hub.wiring import build_house
from idp.people.models import IdentifierKind
from kit.secrets import digest, new_id

BATCH = 5_000
CONSENTS_OF_ONE = 2
PAGES = ("/izin", "/riwayat", "/riwayat?bentuk=csv")
ROUNDS = 400
GOAL_BYTES = {"consent": 1024, "disclosure": 150}
GOAL_MS, GOAL_MB = 200, 256


NOTICE = seed.notice()


def _consent(person: str, at: int, record: str, number: int) -> dict[str, Any]:
    """A person has one purpose of each of a few services, so `number` makes them different."""
    notice = NOTICE
    return {
        "event": LedgerEvent.GIVEN.value,
        "record_id": record,
        "person": person,
        "service": notice.service if number == 0 else f"{notice.service}-{number % 50}",
        "application": notice.application,
        "purpose": notice.purposes[0].id,
        "notice": notice.id,
        "text_sha256": notice.text_sha256["id"],
        "language": "id",
        "basis": Basis.CONSENT.value,
        "claims": '["email","email_verified","name"]',
        "at": at,
        "expires_at": None,
        "channel": "oidc",
        "officer": None,
        "values_mac": digest(person)[:43],
    }


def _disclosure(person: str, at: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "grant": new_id(),
        "person": person,
        "service": "bench",
        "application": "bench",
        "client": "bench",
        "claims": '["email","email_verified","name"]',
        "channel": "oidc",
        "at": at,
        "values_mac": digest(person)[:43],
    }


def _state(row: Mapping[str, Any]) -> dict[str, Any]:
    shared = ("record_id", "person", "service", "application", "purpose", "notice", "basis", "claims", "expires_at")
    return {
        **{name: row[name] for name in shared},
        "standing": Standing.IN_FORCE.value,
        "since": row["at"],
        "last_seq": row["seq"],
    }


async def _append(chain: Chain, resources: Resources, row: Callable[[int], dict[str, Any]], count: int) -> None:
    """Append `count` rows as the store does, many in one transaction; of consents also the present state of each."""
    for start in range(0, count, BATCH):
        rows = [row(number) for number in range(start, min(start + BATCH, count))]
        async with resources.stores.database.write() as connection:
            made = await chain.append(connection, rows)
            if chain.name == "consent":
                newest = {one["record_id"]: one for one in made}
                await connection.execute(insert(t.consent_states).prefix_with("OR REPLACE"), [_state(one) for one in newest.values()])


async def _size(resources: Resources, folder: Path) -> int:
    async with resources.stores.database.engine.connect() as connection:
        await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    return sum(one.stat().st_size for one in folder.glob("gapura.db*"))


async def _check(resources: Resources, people: Mapping[str, str]) -> dict[str, float]:
    """Return what the check of a sign-in costs for each of these people, asked in turns; microseconds, median."""
    house = await build_house(resources)
    spent: dict[str, list[float]] = {title: [] for title in people}
    for _ in range(ROUNDS):
        for title, person in people.items():
            begun = time.perf_counter()
            await house.consent.standing(person, seed.notice(), frozenset({"name", "email"}))
            spent[title].append(time.perf_counter() - begun)
    return {title: statistics.median(all_of) * 1e6 for title, all_of in spent.items()}


async def fill(settings: Settings, consents: int, disclosures: int, long: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return bytes by kind of row, and microseconds of the check by whose it is."""
    folder = settings.storage.data_dir
    async with open_resources(settings) as resources:
        stores, now = resources.stores, resources.clock.now()
        found = await stores.people.find(IdentifierKind.EMAIL, seed.ACCOUNT)
        account = found[0][0].id
        people = [new_id() for _ in range(max(1, consents // CONSENTS_OF_ONE))]
        before = await _size(resources, folder)
        await _append(stores.consent.chain, resources, lambda one: _consent(people[one % len(people)], now, new_id(), one), consents)
        after = await _size(resources, folder)
        sizes = {"consent": (after - before) / consents}
        await _append(stores.disclosures.chain, resources, lambda one: _disclosure(people[one % len(people)], now), disclosures)
        sizes["disclosure"] = (await _size(resources, folder) - after) / disclosures
        short, record = people[0], new_id()
        await _append(stores.consent.chain, resources, lambda one: _consent(account, now, record, 0), long)
        await _append(stores.disclosures.chain, resources, lambda one: _disclosure(account, now), 5_000)
        return sizes, await _check(resources, {"short": short, "long": account})


def pages(issuer: str) -> dict[str, float]:
    """Return the median time of each page of the person with the long history, in milliseconds."""
    browser = Browser()
    browser.walk(f"{issuer}/masuk", {"akun": seed.ACCOUNT, "sandi": seed.PASSWORD}, f"{issuer}/beranda")
    cookies = {"Cookie": browser.cookie_header(issuer)}
    found = {}
    for path in PAGES:
        spent = []
        for _ in range(11):
            begun = time.perf_counter()
            answer = httpx.get(issuer + path, headers=cookies, timeout=60)
            spent.append(time.perf_counter() - begun)
            if answer.status_code != 200:
                raise RuntimeError(f"{path}: {answer.status_code}")
        found[path] = statistics.median(spent) * 1000
    return found


def verified(environment: Mapping[str, str]) -> tuple[float, float]:
    """Return how long all chains take to verify, in seconds, and the most memory, in MB."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "hub.cli", "audit", "verify"], env={**os.environ, **environment}, check=True)
    return time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(prog="make record", description=__doc__)
    parser.add_argument("--consents", type=int, default=1_500_000)
    parser.add_argument("--disclosures", type=int, default=10_000_000)
    parser.add_argument("--long", type=int, default=300_000, help="events of the person with the long history")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gapura-record-")))
        issuer, _ = stack.enter_context(gapura(folder, ""))
        values: dict[str, Any] = {"storage.data_dir": folder / "data"}
        begun = time.perf_counter()
        settings = load(environment="development", issuer=issuer, **values)
        sizes, checks = asyncio.run(fill(settings, chosen.consents, chosen.disclosures, chosen.long))
        print(f"{chosen.consents:,} consents, {chosen.disclosures:,} disclosures in {time.perf_counter() - begun:.0f} s")
        for kind, size in sizes.items():
            print(f"bytes a {kind}, with state, indexes and hashes: {size:,.0f} (goal {GOAL_BYTES[kind]:,})")
        ratio = checks["long"] / checks["short"]
        told = f"{checks['short']:.0f} us with {CONSENTS_OF_ONE} events, {checks['long']:.0f} us with {chosen.long:,}"
        print(f"check of a sign-in: {told}: {ratio:.2f}")
        for path, spent in pages(issuer).items():
            print(f"{path}: {spent:.0f} ms (goal {GOAL_MS})")
        data = {"GAPURA_STORAGE__DATA_DIR": str(folder / "data")}
        seconds, memory = verified({"GAPURA_ENVIRONMENT": "development", "GAPURA_ISSUER": issuer, **data})
        print(f"verified in {seconds:.0f} s with {memory:.0f} MB at most (goal {GOAL_MB})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
