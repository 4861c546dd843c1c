"""`make older`: what programs of older systems ask, against an empty handler with one round trip to Redis in the same run.

Each mode is one line of `MODES`: it makes the work of a round, as lines that wrk sends, and says by what a right answer is known. Server on
core 0, wrk on core 1, as in bench.run; the baseline has a Redis of its own and is served by the same uvicorn.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from bench import baseline, seed
from bench.formdriver import Browser
from bench.load import Row, run_wrk
from bench.servers import empty_handler, gapura, redis
from connectors.apps.cas.tickets import granted_from, new_ticket
from hub.resources import Resources, open_resources
from hub.settings import Settings, load
from hub.wiring import build_house
from idp.applications.models import ConnectorRow
from idp.applications.registry import GUARD
from idp.handoff.desk import HouseDesk, Lending

ANSWERS = {"akun": seed.ACCOUNT, "sandi": seed.PASSWORD}
SEEN_AFTER = 2.0  # seconds after which a worker has surely read a new connector
SERVICE = "https://app.bench.example/"
MOST_A_SECOND = 12_000  # more than any handler answers here


@dataclass(frozen=True)
class Place:
    """The running Gapura, and its files opened a second time from here."""

    issuer: str
    resources: Resources
    lending: Lending
    seconds: int


@dataclass(frozen=True)
class Work:
    """Requests of one round, and what stands in every right answer."""

    lines: Sequence[str]
    mark: str


@dataclass(frozen=True)
class Mode:
    goal: float  # of the rate of the empty handler
    connector: ConnectorRow
    work: Callable[[Place], Awaitable[Work]]


def line(path: str, *, method: str = "GET", content_type: str = "", body: str = "") -> str:
    return "\t".join((method, path, content_type, body))


async def cas_validate(place: Place) -> Work:
    """Return a validation of a ticket each. The tickets are copies of one that a person brought, under the same guards, and live longer."""
    desk: HouseDesk = place.lending.desk("cas")
    login = f"{place.issuer}/cas/login?{urlencode({'service': SERVICE})}"
    url = await asyncio.to_thread(Browser().walk, login, ANSWERS, SERVICE)
    kept = await desk.look(parse_qs(urlsplit(url).query)["ticket"][0])
    if kept is None:
        raise RuntimeError("the ticket was not kept")
    assert granted_from(kept.value).attributes  # or the work would be smaller than in life
    names = [new_ticket("ST") for _ in range(MOST_A_SECOND * place.seconds)]
    for start in range(0, len(names), 500):
        await asyncio.gather(*(desk.keep(name, kept.value, 600, kept.guards) for name in names[start : start + 500]))
    paths = (f"/cas/p3/serviceValidate?{urlencode({'service': SERVICE, 'ticket': name})}" for name in names)
    return Work([line(path) for path in paths], "<cas:mail>")


CAS = {
    "services": [SERVICE],
    "attributes": [{"claim": "name", "field": "cn"}, {"claim": "email", "field": "mail"}],
    "sign_out": False,
}
MODES: dict[str, Mode] = {
    "cas": Mode(0.3, ConnectorRow("bench-cas", "bench", "cas", CAS), cas_validate),
}


def rounds(modes: Sequence[str], count: int, seconds: int) -> dict[tuple[str, str], list[Row]]:
    """Return the rows by (mode, who): `empty` or `gapura`, in turns."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gapura-bench-")))
        urls = [stack.enter_context(redis(folder)) for _ in range(2)]
        issuer, _ = stack.enter_context(gapura(folder, urls[0]))
        empty = stack.enter_context(empty_handler(folder, urls[1]))
        settings = load(environment="development", issuer=issuer, **{"storage.data_dir": folder / "data", "storage.expiring_url": urls[0]})
        return asyncio.run(_rounds(settings, folder, empty, modes, count, seconds))


async def _rounds(
    settings: Settings, folder: Path, empty: str, modes: Sequence[str], count: int, seconds: int
) -> dict[tuple[str, str], list[Row]]:
    rows: dict[tuple[str, str], list[Row]] = {}
    async with open_resources(settings) as resources:
        for mode in modes:
            await resources.stores.registry.save_connector(MODES[mode].connector)
        house = await build_house(resources)
        lending = Lending(resources.expiring, house.registry, resources.stores.ring, resources.outbound, resources.clock, settings.issuer)
        place = Place(settings.issuer, resources, lending, seconds)
        await resources.expiring.move(GUARD)
        await asyncio.sleep(SEEN_AFTER)
        for number in range(count):
            for mode in modes:
                work = await MODES[mode].work(place)
                for who, url, asked in (
                    ("empty", empty, Work([line(baseline.PATH)], baseline.BODY[:100])),
                    ("gapura", settings.issuer, work),
                ):
                    row = await asyncio.to_thread(_measure, folder, url, asked, seconds)
                    rows.setdefault((mode, who), []).append(row)
                    wrong = f"  wrong={row.wrong} {row.sample}" if row.wrong else ""
                    print(f"round {number + 1} {mode:8} {who:7} {row.rate:10.1f}/s  p99 {row.p99_ms:7.2f} ms{wrong}", flush=True)
    return rows


def _measure(folder: Path, url: str, work: Work, seconds: int) -> Row:
    path = folder / "work"
    path.write_text("\n".join(work.lines) + "\n")
    return run_wrk(url, "connectors.lua", {"WORK": str(path), "MARK": work.mark}, seconds=seconds)


def table(rows: dict[tuple[str, str], list[Row]], modes: Sequence[str]) -> list[str]:
    """Return the ratios as a Markdown table."""
    out = [
        "| work | empty handler, median/s | Gapura, median/s | ratio | ratio of each round | goal | p99 | wrong |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for mode in modes:
        empty, ours = rows[mode, "empty"], rows[mode, "gapura"]
        rate = [statistics.median(row.rate for row in side) for side in (empty, ours)]
        each = sorted(b.rate / a.rate for a, b in zip(empty, ours, strict=True))
        wrong = sum(row.wrong for row in (*empty, *ours))
        p99 = statistics.median(row.p99_ms for row in ours)
        out.append(
            f"| {mode} | {rate[0]:,.0f} | {rate[1]:,.0f} | **{rate[1] / rate[0]:.2f}** | {each[0]:.2f} to {each[-1]:.2f} "
            f"| {MODES[mode].goal} | {p99:.1f} ms | {wrong} |"
        )
    return out


def main() -> int:
    parser = argparse.ArgumentParser(prog="make older", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--modes", nargs="+", choices=list(MODES), default=list(MODES))
    chosen = parser.parse_args()
    started = time.monotonic()
    rows = rounds(chosen.modes, chosen.rounds, chosen.seconds)
    print("\n" + "\n".join(table(rows, chosen.modes)))
    print(f"\n{chosen.rounds} rounds of {chosen.seconds} s, {os.cpu_count()} cores, {time.monotonic() - started:.0f} s in all")
    return 1 if any(row.wrong for side in rows.values() for row in side) else 0


if __name__ == "__main__":
    sys.exit(main())
