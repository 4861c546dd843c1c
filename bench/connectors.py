"""`make older`: what older systems and their programs ask, against an empty handler with one round trip to Redis in the same run.

Server on core 0, load and nginx on core 1, as in bench.run; the empty handler has a Redis of its own and is served by the same uvicorn.
What the work is stands in bench.works. On a busy machine the core is taken away: so the table also says what a second of the process's own
time gives, which is what a core gives that nobody else uses.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil

from bench import baseline, ldap
from bench.load import Row
from bench.servers import empty_handler, free_port, gapura, nginx, redis
from bench.works import MODES, Place, Work, connectors, line, proxy_configuration
from hub.resources import open_resources
from hub.settings import Settings, load
from hub.wiring import build_house
from idp.applications.registry import GUARD
from idp.handoff.desk import Lending

SEEN_AFTER = 2.0  # seconds after which a worker has surely read a new connector
RESULTS = Path(__file__).parent / "RESULTS-OLDER.md"
BEHIND_A_PROXY = {"GAPURA_GATE__TRUSTED_PROXIES": '["127.0.0.1/32"]'}

Rows = dict[tuple[str, str], list[Row]]
Spent = dict[str, list[float]]  # by mode: answers for each second of processor time of the process that gave them


def rounds(modes: Sequence[str], count: int, seconds: int) -> tuple[Rows, Spent]:
    """Return the rows by (mode, who): `empty`, `gapura`, and `paced` where a waiting time is a goal, in turns."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gapura-bench-")))
        folder.chmod(0o755)  # nginx started by root reads as somebody else
        urls = [stack.enter_context(redis(folder)) for _ in range(2)]
        issuer, worker = stack.enter_context(gapura(folder, urls[0], more=BEHIND_A_PROXY))
        servers = dict.fromkeys(MODES, worker)
        empty = stack.enter_context(empty_handler(folder, urls[1]))
        stored: dict[str, Any] = {"storage.data_dir": folder / "data", "storage.expiring_url": urls[0]}
        settings = load(environment="development", issuer=issuer, **stored)
        port, application = free_port(), free_port()
        proxy = f"http://localhost:{port}"
        if "nginx" in modes or "gate" in modes:
            stack.enter_context(nginx(folder, port, proxy_configuration(proxy, issuer, application), application))
        directory = (0, "", "")
        if "ldap" in modes:
            name, password = asyncio.run(ldap.prepared(settings))
            port, servers["ldap"] = stack.enter_context(ldap.directory(folder, settings))
            directory = (port, name, password)
        return asyncio.run(_rounds(settings, (folder, proxy, empty, directory), servers, modes, count, seconds))


async def _rounds(
    settings: Settings,
    where: tuple[Path, str, str, tuple[int, str, str]],
    servers: Mapping[str, psutil.Process],
    modes: Sequence[str],
    count: int,
    seconds: int,
) -> tuple[Rows, Spent]:
    rows: Rows = {}
    spent: Spent = {}
    folder, proxy, empty, directory = where
    async with open_resources(settings) as resources:
        for connector in connectors(proxy):
            await resources.stores.registry.save_connector(connector)
        house = await build_house(resources)
        lending = Lending(resources.expiring, house.registry, resources.stores.ring, resources.outbound, resources.clock, settings.issuer)
        place = Place(settings.issuer, folder, proxy, resources, lending, seconds, directory)
        await resources.expiring.move(GUARD)
        await asyncio.sleep(SEEN_AFTER)
        nothing = Work(empty, [line(baseline.PATH)], baseline.BODY[:100])
        for number in range(count):
            for mode in modes:
                ours = await MODES[mode].turn(place)
                turns: list[tuple[str, Callable[[], Row]]] = [("empty", lambda: nothing.run(folder, seconds)), ("gapura", ours)]
                if (paced := MODES[mode].paced) is not None:
                    turns.append(("paced", await paced(place)))
                for who, measure in turns:
                    before = sum(servers[mode].cpu_times()[:2])
                    row = await asyncio.to_thread(measure)
                    rows.setdefault((mode, who), []).append(row)
                    if who == "gapura":
                        spent.setdefault(mode, []).append(row.rate * seconds / (sum(servers[mode].cpu_times()[:2]) - before))
                    wrong = f"  wrong={row.wrong} {row.sample}" if row.wrong else ""
                    print(f"round {number + 1} {mode:8} {who:7} {row.rate:10.1f}/s  p99 {row.p99_ms:7.2f} ms{wrong}", flush=True)
    return rows, spent


def table(rows: Rows, spent: Spent, modes: Sequence[str]) -> list[str]:
    """Return the figures and the ratios as a Markdown table."""
    heads = "work", "empty/s", "Gapura/s", "for a second of processor time", "goal", "ratio", "goal", "each round", "p99", "each", "wrong"
    out = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    for mode in modes:
        wanted = MODES[mode]
        empty, ours = rows[mode, "empty"], rows[mode, "gapura"]
        rate = [statistics.median(row.rate for row in side) for side in (empty, ours)]
        each = sorted(b.rate / a.rate for a, b in zip(empty, ours, strict=True))
        paced = rows.get((mode, "paced"), [])
        wrong = sum(row.wrong for row in (*empty, *ours, *paced))
        p99 = sorted(row.p99_ms for row in paced or ours)
        most = f" at {statistics.median(row.rate for row in paced):,.0f}/s (goal {wanted.p99_ms:.0f})" if paced else ""
        cells = (
            f"{wanted.title} (`{mode}`)",
            f"{rate[0]:,.0f}",
            f"{rate[1]:,.0f}",
            f"**{statistics.median(spent[mode]):,.0f}**",
            f"{wanted.least:,}",
            f"**{rate[1] / rate[0]:.2f}**",
            f"{wanted.goal}",
            f"{each[0]:.2f} to {each[-1]:.2f}",
            f"{statistics.median(p99):.1f} ms{most}",
            f"{p99[0]:.1f} to {p99[-1]:.1f}",
            f"{wrong}",
        )
        out.append(f"| {' | '.join(cells)} |")
    return out


def main() -> int:
    parser = argparse.ArgumentParser(prog="make older", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--modes", nargs="+", choices=list(MODES), default=list(MODES))
    parser.add_argument("--write", action="store_true", help=f"write bench/{RESULTS.name}")
    chosen = parser.parse_args()
    missing = [
        tool for tool in ("wrk", "taskset", "redis-server", "nginx") if not shutil.which(tool) and not Path("/usr/sbin", tool).exists()
    ]
    if missing:
        print("make older needs: " + " ".join(missing) + " (Debian: wrk util-linux redis-server nginx)")
        return 1
    started, load_before = time.monotonic(), os.getloadavg()[0]
    rows, spent = rounds(chosen.modes, chosen.rounds, chosen.seconds)
    busy = f"load average {load_before:.1f} before and {os.getloadavg()[0]:.1f} after"
    machine = f"{datetime.datetime.now(datetime.UTC).date()}, {os.cpu_count()} cores, Python {platform.python_version()}, {busy}"
    about = f"{machine}, {chosen.rounds} rounds of {chosen.seconds} s in {time.monotonic() - started:.0f} s"
    how = "Server on core 0; load with 16 connections, and nginx, on core 1. Ratios of medians of one run."
    lines = ["# Results: older systems", "", f"{about}. {how}", "", *table(rows, spent, chosen.modes), ""]
    print("\n" + "\n".join(lines))
    if chosen.write:
        RESULTS.write_text("\n".join(lines))
    return 1 if any(row.wrong for side in rows.values() for row in side) else 0


if __name__ == "__main__":
    sys.exit(main())
