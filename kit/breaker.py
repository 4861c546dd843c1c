"""A circuit breaker: who fails again and again is left alone for a while, then asked by one.

A state machine with the time passed in (seconds of any steady clock). It belongs to one event loop, where a step is never interrupted;
each process keeps its own, because what it could not reach may well be reached from elsewhere.

    closed ──`failures` within `window` s──▶ open ──`rest` s──▶ half open: one may try ──it worked──▶ closed
                                              ▲                                       └──it did not──▶ open
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Rule:
    """When it opens and for how long. Whoever waits at most 5 s for an answer has it open within 10 s of an outage (C12)."""

    failures: int = 5
    window: float = 10.0  # seconds
    rest: float = 15.0  # seconds until one may try; at most 30

    def __post_init__(self) -> None:
        if self.failures < 1 or not 0 < self.window <= 60 or not 0 < self.rest <= 30:
            raise ValueError("failures from 1, window up to 60 s, rest up to 30 s")


class Breaker:
    """Ask `admits` before a try, and tell its end by `succeeded`, `failed` or `abandoned`."""

    def __init__(self, rule: Rule | None = None) -> None:
        self.rule = rule or Rule()
        self._failed: deque[float] = deque(maxlen=self.rule.failures)
        self._opened: float | None = None
        self._trying: float | None = None  # since when the one try of the half-open state runs

    def state(self, now: float) -> State:
        if self._opened is None:
            return State.CLOSED
        return State.HALF_OPEN if now >= self._opened + self.rule.rest else State.OPEN

    def admits(self, now: float) -> bool:
        """True when the caller may try. Half open, one caller gets True; a try that was never told ends after `rest`."""
        state = self.state(now)
        if state is not State.HALF_OPEN:
            return state is State.CLOSED
        if self._trying is not None and now < self._trying + self.rule.rest:
            return False
        self._trying = now
        return True

    def succeeded(self, now: float) -> None:
        """Close. An answer to a try from before the outage, which comes while it is open, closes nothing."""
        if self.state(now) is not State.OPEN:
            self._opened = self._trying = None
            self._failed.clear()

    def failed(self, now: float) -> None:
        """Count a failure; open when it was the last one too many, or the one try of the half-open state."""
        state = self.state(now)
        if state is State.OPEN:
            return
        self._failed.append(now)
        many = len(self._failed) == self.rule.failures and now - self._failed[0] <= self.rule.window
        if state is State.HALF_OPEN or many:
            self._opened, self._trying = now, None

    def abandoned(self) -> None:
        """The caller went away before it knew: the next one may try instead."""
        self._trying = None

    def retry_after(self, now: float) -> int:
        """Return in how many whole seconds somebody may try again; at least 1."""
        return 1 if self._opened is None else max(1, int(self._opened + self.rule.rest - now) + 1)
