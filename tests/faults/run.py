"""`make faults`: every way to older systems broken at once, in five manners, while the others are measured (C12); then R9 at full size.

For each manner: p99 of the gate, of the other front doors and of a healthy system of the same kind, beside that of two runs in which
all the same is asked and nothing is broken; when the ill one is left alone, and when it is asked again, seen from outside: an answer at
once that says to come back later, and the first right answer after it is well. `python -m tests.faults.run --seconds 20`
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.faults import citizens
from tests.faults.load import Row, Stream, drive
from tests.faults.town import Town, opened
from tests.faults.upstream import MODES
from tests.servers import redis_url

LEFT_ALONE = 3  # seconds: who is told to come back in so many or more is refused without asking
OPENS_WITHIN, ASKED_AGAIN_WITHIN = 10.0, 30.0
KINDS = ("form_login", "api")
WELL = ("gate", "authorize", "CAS sign-on", "bridge", "API")
TOLD_WELL, TOLD_ILL = "Arsip Daerah", ("Pajak Daerah", "Angkut Sampah")
STILL_OPEN = "Belum dapat diberi tahu"
ACKNOWLEDGES = ("reset", "endless")  # the head of the answer says 200: whoever is told by a POST alone is told


@dataclass
class Seen:
    """What a faulty system looks like from outside. Times in seconds since it fell ill; of the recovery, since it was well."""

    opened: dict[str, float] = field(default_factory=dict)
    back: dict[str, float] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    signed_out: list[tuple[float, dict[str, str]]] = field(default_factory=list)


def measured(town: Town) -> list[Stream]:
    return [
        Stream("gate", 50, town.gate),
        Stream("authorize", 10, town.authorize),
        Stream("CAS sign-on", 3, town.cas_sign_on),
        Stream("bridge", 10, town.bridged_well),
        Stream("API", 10, town.called_well),
    ]


async def _asked(town: Town, kind: str) -> httpx.Response:
    return await (town.bridged("ill") if kind == "form_login" else town.called("sakit"))


def _is_left_alone(page: httpx.Response) -> bool:
    return page.status_code == 503 and int(page.headers.get("retry-after", "0")) >= LEFT_ALONE


async def asked(town: Town, mode: str, seconds: float) -> Seen:
    """Ask for everything, while what may be ill is as `mode` says."""
    town.be(mode)
    seen, begun = Seen(), time.monotonic()

    async def ill(kind: str) -> str:
        page = await _asked(town, kind)
        if _is_left_alone(page):
            seen.opened.setdefault(kind, time.monotonic() - begun)
        return f"{page.status_code}"

    async def leave() -> str:
        since = time.monotonic()
        told = await town.signs_out()
        seen.signed_out.append((time.monotonic() - since, told))
        return "ok"

    maybe_ill = [
        Stream("ill form_login", 4, lambda: ill("form_login")),
        Stream("ill api", 4, lambda: ill("api")),
        Stream("CAS callback ill", 2, town.proxied),
        Stream("sign-out", 0.5, leave),
    ]
    seen.rows = await drive([*measured(town), *maybe_ill], seconds)
    return seen


async def broken(town: Town, mode: str, seconds: float) -> Seen:
    """Break everything, keep asking, mend it, and wait until it is asked again."""
    seen = await asked(town, mode, seconds)
    town.be("healthy")
    mended = time.monotonic()
    for kind in KINDS:
        while (await _asked(town, kind)).status_code != 200:
            assert time.monotonic() - mended < 60, f"{kind} is not asked again"
            await asyncio.sleep(0.1)
        seen.back[kind] = time.monotonic() - mended
    return seen


def most(quiet: Sequence[dict[str, Row]], name: str) -> float:
    """Return the p99 that is still as before: 10 % more, or as much more as two quiet runs differ, whichever is larger."""
    found = [run[name].percentile(0.99) for run in quiet]
    return max(found) + max(0.1 * max(found), max(found) - min(found))


def problems(mode: str, seen: Seen, quiet: Sequence[dict[str, Row]]) -> list[str]:
    found = []
    for name in WELL:
        row = seen.rows[name]
        if row.wrong:
            found.append(f"{mode}: {name} had {row.wrong} wrong answers: {dict(row.answers)}")
        if row.percentile(0.99) > most(quiet, name):
            found.append(f"{mode}: p99 of {name} is {row.percentile(0.99):.0f} ms, at most {most(quiet, name):.0f}")
    return [*found, *misbehaviour(mode, seen)]


def misbehaviour(mode: str, seen: Seen) -> list[str]:
    """Return what is wrong whatever the load: who was not left alone in time, or not asked again, or called signed out and is not."""
    found = []
    for kind in KINDS:
        answers_at_least = mode == "endless" and kind == "form_login"  # a page too large is an answer: it is not left alone for that
        if not answers_at_least and seen.opened.get(kind, 99) > OPENS_WITHIN:
            found.append(f"{mode}: {kind} was left alone after {seen.opened.get(kind, 99):.1f} s")
        if seen.back.get(kind, 99) > ASKED_AGAIN_WITHIN:
            found.append(f"{mode}: {kind} was asked again {seen.back.get(kind, 99):.1f} s after it was well")
    if seen.rows["CAS callback ill"].wrong:
        found.append(f"{mode}: validations with a dead callback: {dict(seen.rows['CAS callback ill'].answers)}")
    for _, told in seen.signed_out:
        taxes, letters = (told.get(name) for name in TOLD_ILL)
        ends = told.get(TOLD_WELL) == "Sudah keluar" and letters == STILL_OPEN
        if not ends or (taxes != STILL_OPEN and mode not in ACKNOWLEDGES):
            found.append(f"{mode}: the sign-out page says {told}")
    return found


def table(quiet: Sequence[dict[str, Row]], found: dict[str, Seen]) -> str:
    heads = ["", "n", "quiet, 1st", "quiet, 2nd", "at most", *found]
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    for name in WELL:
        each = [f"{seen.rows[name].percentile(0.99):.0f}" for seen in found.values()]
        calm = [f"{run[name].percentile(0.99):.0f}" for run in quiet]
        lines.append(f"| p99 {name}, ms | {len(quiet[0][name].seconds)} | {' | '.join([*calm, f'{most(quiet, name):.0f}', *each])} |")
    wrong = [str(sum(seen.rows[name].wrong for name in WELL)) for seen in found.values()]
    lines.append(f"| wrong answers of these | | {sum(run[name].wrong for run in quiet for name in WELL)} | | 0 | {' | '.join(wrong)} |")
    for kind in KINDS:
        opened_after = [f"{seen.opened[kind]:.1f}" if kind in seen.opened else "never" for seen in found.values()]
        lines.append(f"| {kind} left alone after, s | | | | {OPENS_WITHIN:.0f} | {' | '.join(opened_after)} |")
        back = [f"{seen.back[kind]:.1f}" for seen in found.values()]
        lines.append(f"| {kind} asked again, s after it is well | | | | {ASKED_AGAIN_WITHIN:.0f} | {' | '.join(back)} |")
    slow = [f"{max(seen.rows['CAS callback ill'].seconds, default=0):.1f}" for seen in found.values()]
    lines.append(f"| slowest validation with a dead callback, s | | | | | {' | '.join(slow)} |")
    pages = [f"{max((spent for spent, _ in seen.signed_out), default=0):.1f}" for seen in found.values()]
    lines.append(f"| slowest sign-in, three systems and sign-out, s | | | | | {' | '.join(pages)} |")
    return "\n".join(lines)


async def measure(town: Town, modes: Sequence[str], seconds: float, *, quiet_runs: int = 2) -> tuple[list[dict[str, Row]], dict[str, Seen]]:
    await town.enter()
    await asked(town, "healthy", min(3.0, seconds))  # what is made at the first use is made now
    quiet = [(await asked(town, "healthy", seconds)).rows for _ in range(quiet_runs)]
    found: dict[str, Seen] = {}
    for mode in modes:
        found[mode] = await broken(town, mode, seconds)
        print(f"{mode}: {found[mode].opened} {found[mode].back}", flush=True)
    await town.http.aclose()
    return quiet, found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each measurement")
    parser.add_argument("--modes", nargs="*", choices=MODES, default=MODES)
    parser.add_argument("--citizens", type=int, default=500, help="0: without R9")
    parser.add_argument("--times", type=int, default=20, help="requests of each citizen and way")
    arguments = parser.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "faults").mkdir()
        with opened(folder / "faults", folder / "template", **{"storage.expiring_url": redis_url()}) as town:
            quiet, found = asyncio.run(measure(town, arguments.modes, arguments.seconds))
        print(table(quiet, found), flush=True)
        for mode, seen in found.items():
            wrong += problems(mode, seen, quiet)
        if arguments.citizens:
            (folder / "citizens").mkdir()
            redis = {"storage.expiring_url": redis_url()}
            counts = citizens.run(folder / "citizens", folder / "template", arguments.citizens, arguments.times, **redis)
            wrong += [f"{way}: {one.of_another} answers of another citizen" for way, one in counts.items() if one.of_another]
            wrong += [f"{way}: not answered: {dict(one.failed)}" for way, one in counts.items() if one.failed]
    for one in wrong:
        print(f"FAILED: {one}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
