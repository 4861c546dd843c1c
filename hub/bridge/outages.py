"""When an older system counts as down, for all: not because of one person.

Connections that fail or break off speak of the system. A page that never comes, or a 503, may be the doing of whoever asks for it: such
failures count only when at least two persons have them, and of one person only some. So nobody denies an application to others (C12).
"""

from __future__ import annotations

from kit.breaker import Breaker, State

MOST_OF_ONE = 3  # of the five failures that open the breaker
TOGETHER = 2  # persons


class Outages:
    """Ask `admits` before a request of a person, and tell its end by `succeeded`, `failed` or `abandoned`. Times: s of a steady clock."""

    def __init__(self) -> None:
        self.breaker = Breaker()
        self._doubtful: list[tuple[float, str]] = []  # failures that wait for somebody else's
        self._tried: dict[str, float] = {}  # who failed while half open, and when: the next try is somebody else's

    def state(self, now: float) -> State:
        return self.breaker.state(now)

    def retry_after(self, now: float) -> int:
        return self.breaker.retry_after(now)

    def admits(self, now: float, who: str) -> bool:
        if self.state(now) is State.HALF_OPEN and who in self._lately(now):
            return False
        return self.breaker.admits(now)

    def succeeded(self, now: float) -> None:
        self.breaker.succeeded(now)
        if self.state(now) is State.CLOSED:
            self._doubtful.clear()
            self._tried.clear()

    def abandoned(self) -> None:
        self.breaker.abandoned()

    def failed(self, now: float, who: str | None) -> None:
        """Count a failure: of the system itself, or with `who` one that may be the doing of this person."""
        state = self.state(now)
        if who is None:
            self.breaker.failed(now)
        elif state is State.HALF_OPEN:
            self._failed_half_open(now, who)
        elif state is State.CLOSED:
            self._doubt(now, who)
        if self.state(now) is State.OPEN:
            self._doubtful.clear()
            self._tried.clear()

    def _doubt(self, now: float, who: str) -> None:
        self._doubtful = [(at, one) for at, one in self._doubtful if now - at <= self.breaker.rule.window]
        if sum(one == who for _, one in self._doubtful) < MOST_OF_ONE:
            self._doubtful.append((now, who))
        if len({one for _, one in self._doubtful}) >= TOGETHER:
            for at, _ in self._doubtful:
                self.breaker.failed(at)
            self._doubtful.clear()

    def _failed_half_open(self, now: float, who: str) -> None:
        self._tried = {**self._lately(now), who: now}
        if len(self._tried) >= TOGETHER:
            self.breaker.failed(now)
        else:
            self.breaker.abandoned()

    def _lately(self, now: float) -> dict[str, float]:
        return {who: at for who, at in self._tried.items() if now - at < self.breaker.rule.rest}
