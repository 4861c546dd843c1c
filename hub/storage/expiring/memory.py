"""The expiring store in a dict: for unit tests and for one process that may forget everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hub.storage.expiring.records import NEVER_MOVED
from kit.clock import Clock
from kit.expiring import Guards, Put
from kit.secrets import new_id


@dataclass(slots=True)
class _Record:
    value: bytes
    guards: Guards
    expires_at: int
    spent: bytes | None = None


@dataclass(slots=True)
class _Guard:
    value: str
    closed_until: int = 0


class MemoryStore:
    """Atomic because no method awaits anything."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: dict[str, _Record] = {}
        self._guards: dict[str, _Guard] = {}
        self._counters: dict[str, tuple[int, int]] = {}

    def _present(self, name: str) -> str:
        guard = self._guards.get(name)
        if guard is None:
            return NEVER_MOVED
        return guard.value + "!" if guard.closed_until > self._clock.now() else guard.value

    def _stands(self, guards: Guards) -> bool:
        return all(self._present(name) == value and not value.endswith("!") for name, value in guards.items())

    def _kept(self, key: str) -> _Record | None:
        """Return the record that has not passed its time, spent or not."""
        record = self._records.get(key)
        if record is not None and record.expires_at <= self._clock.now():
            del self._records[key]
            return None
        return record

    def _alive(self, key: str) -> _Record | None:
        record = self._kept(key)
        return record if record is not None and record.spent is None and self._stands(record.guards) else None

    def _write(self, records: Iterable[Put]) -> None:
        for record in records:
            if record.ttl <= 0:
                self._records.pop(record.key, None)
            else:
                self._records[record.key] = _Record(record.value, dict(record.guards), self._clock.now() + record.ttl)

    async def get(self, key: str) -> bytes | None:
        record = self._alive(key)
        return None if record is None else record.value

    async def put(self, *records: Put) -> bool:
        if not all(self._stands(record.guards) for record in records):
            return False
        self._write(records)
        return True

    async def put_if_absent(self, record: Put) -> bool:
        kept = self._kept(record.key)
        if kept is not None and (kept.spent is not None or self._stands(kept.guards)):
            return False
        return await self.put(record)

    async def take(self, key: str) -> bytes | None:
        record = self._alive(key)
        if record is None:
            return None
        del self._records[key]
        return record.value

    async def spend(self, key: str, token: bytes, *records: Put) -> bytes | None:
        kept = self._kept(key)
        if kept is None:
            return b""
        if kept.spent is not None:
            return kept.spent
        if not self._stands(kept.guards) or not all(self._stands(record.guards) for record in records):
            return b""
        kept.spent, kept.value = token, b""
        self._write(records)
        return None

    async def delete(self, *keys: str) -> None:
        for key in keys:
            self._records.pop(key, None)

    async def guards(self, *names: str) -> dict[str, str]:
        return {name: self._present(name) for name in names}

    async def close(self, *names: str, seconds: int = 5) -> None:
        for name in names:
            self._guards[name] = _Guard(new_id(), self._clock.now() + seconds)

    async def move(self, *names: str) -> None:
        for name in names:
            self._guards[name] = _Guard(new_id())

    async def increment(self, key: str, window: int) -> int:
        now = self._clock.now()
        count, ends = self._counters.get(key, (0, 0))
        if ends <= now:
            count, ends = 0, now + window
        self._counters[key] = (count + 1, ends)
        return count + 1

    async def purge(self, now: int) -> int:
        dead = [key for key, record in self._records.items() if record.expires_at <= now]
        past = [key for key, (_, ends) in self._counters.items() if ends <= now]
        for key in dead:
            del self._records[key]
        for key in past:
            del self._counters[key]
        return len(dead) + len(past)

    async def ping(self) -> None:
        """Always answers."""

    async def aclose(self) -> None:
        """Holds nothing that must be released."""
