"""kill -9 while connectors are published: of a change set everything stands or nothing, and what was acknowledged stands (PB-5, FT-01)."""

from __future__ import annotations

import random
import subprocess
import sys
import time

from hub.storage.stores import open_stores
from kit.clock import SystemClock
from tests.stores.conftest import MASTER_KEY, empty_file, sql_kind, sql_url

__all__ = ["empty_file", "sql_kind", "sql_url"]  # fixtures
KILLS = 4


def publish_and_kill(url: str, chance: random.Random) -> int:
    """Return the last number that was acknowledged before the process was killed."""
    command = [sys.executable, "-m", "tests.crash.publisher", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        last = int(running.stdout.readline().split()[1])
        time.sleep(chance.uniform(0.02, 0.25))
        running.kill()
        for line in running.stdout:
            if line.endswith("\n"):
                last = int(line.split()[1])
    return last


async def test_pb_5_a_killed_publication_leaves_all_of_its_change_set_or_nothing(sql_url: str) -> None:
    chance = random.Random(7)
    for _ in range(KILLS):
        last = publish_and_kill(sql_url, chance)
        stores = await open_stores(sql_url, MASTER_KEY, SystemClock())
        try:
            numbers = {name: [one.number for one in await stores.connector_revisions.of(name)] for name in ("simpeg", "arsip")}
            top = numbers["simpeg"][0]
            assert top in (last, last + 1), "what was acknowledged stands; one more may have been on its way"
            assert numbers["simpeg"] == numbers["arsip"] == list(range(top, 0, -1))
            assert {row.revision for row in await stores.registry.connectors()} == {top}
            assert (await stores.connector_secrets.all())["simpeg"]["key"][0].value == f"nilai-{top}"
            assert len(await stores.audit.search(subject="connector:arsip", limit=100_000)) == top
            assert (await stores.audit.verify()).intact
        finally:
            await stores.aclose()
