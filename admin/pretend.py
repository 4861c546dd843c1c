"""A consent ledger that is forgotten with the request: what previews answer in, so that the consent room's own rules decide."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from consent.duty_models import DutyKind, Owed
from consent.models import LedgerRow, PurposeState
from consent.store import Change
from kit.audit import ChainReport, Entry


class PretendLedger:
    """Implements consent.store.ConsentStore in a dict."""

    def __init__(self) -> None:
        self._states: dict[str, PurposeState] = {}

    async def append(self, changes: Sequence[Change], audit: Sequence[Entry] = (), owed: Owed | None = None) -> list[LedgerRow]:
        for change in changes:
            self._states[change.state.record_id] = change.state
        return []

    async def states(self, person: str, service: str = "") -> list[PurposeState]:
        return [s for s in self._states.values() if s.person == person and (not service or s.service == service)]

    async def people_of(self, application: str) -> int:
        return len({s.person for s in self._states.values() if s.application == application})

    async def covered(self, service: str, now: int) -> dict[str, int]:
        return {}

    async def state(self, record_id: str) -> PurposeState | None:
        return self._states.get(record_id)

    async def expired(self, now: int, limit: int) -> list[PurposeState]:
        return []

    async def open_duties(self, record_id: str) -> frozenset[DutyKind]:
        return frozenset()

    async def history(self, person: str, *, record_id: str = "", before_seq: int = 0, limit: int = 100) -> list[LedgerRow]:
        return []

    async def verify(self) -> ChainReport:
        return ChainReport("pretend", 0, "")


class FreeFence:
    """Implements consent.store.Fence: nothing was issued, so nothing need stop."""

    @asynccontextmanager
    async def changing(self, person: str, application: str) -> AsyncIterator[None]:
        yield
