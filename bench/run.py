"""`make bench`: peer and Gapura in turns on this machine, and the ratio of the medians. docs/performance.md says how to read it."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench import seed
from bench.load import MODES, Row, measure, sign_in
from bench.servers import gapura, peer, redis

RESULTS = Path(__file__).parent / "RESULTS.md"
OURS = {"akun": seed.ACCOUNT, "sandi": seed.PASSWORD}
THEIRS = {"login": "warga", "password": "any"}
SETTLED = 30  # seconds after which the memory of a worker is read


def store_rounds(
    store: str, modes: list[str], rounds: int, seconds: int, before: Path | None
) -> tuple[dict[tuple[str, str], list[Row]], float]:
    """Return the rows by (who, mode), and the worker's PSS in MB 30 s after its start. The peer may be another checkout of Gapura."""
    rows: dict[tuple[str, str], list[Row]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gapura-bench-")))
        urls = [stack.enter_context(redis(folder)) for _ in range(2)] if store == "redis" else ["", ""]
        ours, worker = stack.enter_context(gapura(folder, urls[0]))
        started = time.monotonic()
        if before is None:
            theirs, their_answers = stack.enter_context(peer(folder, urls[1])), THEIRS
        else:
            theirs, their_answers = stack.enter_context(gapura(folder / "before", urls[1], before))[0], OURS
        time.sleep(max(0.0, SETTLED - (time.monotonic() - started)))
        memory = worker.memory_full_info().pss / 1e6
        for number in range(rounds):
            for who, issuer, answers in (("peer", theirs, their_answers), ("gapura", ours, OURS)):
                variables = sign_in(issuer, answers)
                for mode in modes:
                    row = measure(issuer, variables, mode, seconds=seconds)
                    rows.setdefault((who, mode), []).append(row)
                    wrong = f"  wrong={row.wrong} {row.sample}" if row.wrong else ""
                    print(f"{store:9} round {number + 1} {who:7} {mode:20} {row.rate:10.1f}/s  p99 {row.p99_ms:7.2f} ms{wrong}", flush=True)
    return rows, memory


def table(store: str, rows: dict[tuple[str, str], list[Row]], modes: list[str], memory: float) -> list[str]:
    """Return the ratios of one store as a Markdown table."""
    out = [
        f"## {store}",
        "",
        "| work | peer, median/s | Gapura, median/s | ratio | ratio of each round | p99 peer | p99 Gapura | wrong |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for mode in modes:
        theirs, ours = rows["peer", mode], rows["gapura", mode]
        rate = [statistics.median(row.rate for row in side) for side in (theirs, ours)]
        p99 = [statistics.median(row.p99_ms for row in side) for side in (theirs, ours)]
        wrong = sum(row.wrong for row in (*theirs, *ours))
        ratio = rate[1] / rate[0] if rate[0] else float("nan")
        each = sorted(b.rate / a.rate for a, b in zip(theirs, ours, strict=True) if a.rate)
        spread = f"{each[0]:.2f} to {each[-1]:.2f}, median {statistics.median(each):.3f}" if each else ""
        out.append(
            f"| {mode} | {rate[0]:,.0f} | {rate[1]:,.0f} | **{ratio:.2f}** | {spread} | {p99[0]:.1f} ms | {p99[1]:.1f} ms | {wrong} |"
        )
    return [*out, "", f"One worker of Gapura {SETTLED} s after its start: {memory:.0f} MB (PSS).", ""]


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--stores", nargs="+", choices=("embedded", "redis"), default=["embedded", "redis"])
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    parser.add_argument("--against", type=Path, help="another checkout of Gapura to compare with, instead of the peer")
    parser.add_argument("--write", action="store_true", help="write bench/RESULTS.md")
    chosen = parser.parse_args()
    missing = [tool for tool in ("wrk", "node", "npm", "taskset", "redis-server") if shutil.which(tool) is None]
    if missing:
        print("make bench needs: " + " ".join(missing) + " (Debian: wrk nodejs npm util-linux redis-server)")
        return 1
    machine = f"{datetime.datetime.now(datetime.UTC).date()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    about = f"{machine}, {chosen.rounds} rounds of {chosen.seconds} s, ES256"
    lines = ["# Results", "", f"{about}. Server on core 0, wrk with 16 connections on core 1. Ratios of medians of one run.", ""]
    wrong = 0
    for store in chosen.stores:
        rows, memory = store_rounds(store, chosen.modes, chosen.rounds, chosen.seconds, chosen.against)
        lines += table(store, rows, chosen.modes, memory)
        wrong += sum(row.wrong for side in rows.values() for row in side)
    print("\n" + "\n".join(lines))
    if chosen.write:
        RESULTS.write_text("\n".join(lines))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
