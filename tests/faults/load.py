"""Load at a constant rate: requests leave when they are planned, and latency counts from the plan (no waiting user hides a slow server)."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Ask = Callable[[], Awaitable[str]]  # returns what came back, "ok" for what is right


@dataclass
class Row:
    """`seconds` are those of right answers; `answers` counts all by what they were."""

    seconds: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    @property
    def wrong(self) -> int:
        return sum(count for what, count in self.answers.items() if what != "ok")

    def percentile(self, part: float) -> float:
        """Return the value that so large a part is not above, by nearest rank, in milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[max(0, math.ceil(part * len(ordered)) - 1)] * 1000 if ordered else math.inf


@dataclass(frozen=True)
class Stream:
    name: str
    rate: float  # a second
    ask: Ask


async def drive(streams: list[Stream], seconds: float) -> dict[str, Row]:
    """Run all streams beside each other; return when everything that was sent is answered."""
    begun = time.monotonic()
    rows = {stream.name: Row() for stream in streams}

    async def one(stream: Stream, planned: float) -> None:
        what = await stream.ask()
        rows[stream.name].answers[what] += 1
        if what == "ok":
            rows[stream.name].seconds.append(time.monotonic() - planned)

    async def send(stream: Stream) -> None:
        sent: list[asyncio.Task[None]] = []
        for number in range(int(stream.rate * seconds)):
            planned = begun + number / stream.rate
            await asyncio.sleep(max(0.0, planned - time.monotonic()))
            sent.append(asyncio.create_task(one(stream, planned)))
        await asyncio.gather(*sent)

    await asyncio.gather(*(send(stream) for stream in streams))
    return rows
