"""The one source of time. Every moment kept or compared in Gapura is whole seconds since 1970 UTC unless its name says otherwise."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def now(self) -> int:
        """Return the present moment in whole seconds UTC."""


class SystemClock:
    def now(self) -> int:
        return int(time.time())


class FixedClock:
    """A clock that tests move by hand."""

    def __init__(self, moment: int = 1_795_500_000) -> None:
        self.moment = moment

    def now(self) -> int:
        return self.moment

    def advance(self, seconds: int) -> None:
        self.moment += seconds
