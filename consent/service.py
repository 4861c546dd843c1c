"""What the other rooms call: ask how things stand, record an answer, withdraw, object. Every change happens inside the fence, so that
nothing is issued from the old state after it (security.md CN-05)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from consent import duties, ledger, record
from consent.duty_models import DutyKind
from consent.errors import NothingToObject, NoticeChanged, NotWithdrawable, NotYours, StaleState, UnknownNotice
from consent.models import Answer, ConsentStanding, LedgerEvent, LedgerRow, Notice, PurposeState
from consent.store import Change, ConsentStore, Fence
from kit.audit import AuditEvent, Entry
from kit.clock import Clock
from kit.expiring import StoreUnavailable
from kit.secrets import new_id

Notices = Callable[[], Mapping[str, Notice]]
AUDIT_OF = {
    LedgerEvent.GIVEN: AuditEvent.CONSENT_GIVEN,
    LedgerEvent.INFORMED: AuditEvent.CONSENT_GIVEN,
    LedgerEvent.REFUSED: AuditEvent.CONSENT_REFUSED,
    LedgerEvent.WITHDRAWN: AuditEvent.CONSENT_WITHDRAWN,
    LedgerEvent.OBJECTED: AuditEvent.OBJECTION_FILED,
    LedgerEvent.ENDED: AuditEvent.CONSENT_ENDED,
    LedgerEvent.HELD: AuditEvent.CONSENT_HELD,
    LedgerEvent.LIFTED: AuditEvent.CONSENT_LIFTED,
    LedgerEvent.REQUESTED: AuditEvent.REQUEST_FILED,
}
ANSWERS = (LedgerEvent.GIVEN, LedgerEvent.INFORMED, LedgerEvent.REFUSED)  # events that say what stood on the page
TURNS = 4


def nobody(application: str) -> bool:
    return False


@dataclass(frozen=True)
class ConsentService:
    """`notices` returns every text version by id, as the registry has it now; `listens` says which applications want to be told."""

    store: ConsentStore
    fence: Fence
    clock: Clock
    notices: Notices
    listens: Callable[[str], bool] = nobody

    async def standing(
        self, person: str, notice: Notice, requested: frozenset[str], *, ask_again: bool = False, done: frozenset[str] = frozenset()
    ) -> ConsentStanding:
        """Return how things stand for one request, read from the present states."""
        states, now = await self.store.states(person, notice.service), self.clock.now()
        return record.standing(notice, states, requested, now, ask_again=ask_again, done=done, texts=self.notices())

    async def answer(self, answer: Answer, current: Notice | None) -> None:
        """Record what a person answered. Raise UnknownNotice or NoticeChanged when the text on the page is not the current one (CN-09)."""
        if current is None:
            raise UnknownNotice(answer.notice.service)
        if current.id != answer.notice.id:
            raise NoticeChanged(answer.notice.id)
        if await self._answered(answer):
            async with self.fence.changing(answer.person, answer.notice.application):
                await self._keep(answer.person, lambda: self._answered(answer))

    async def withdraw(
        self, person: str, record_id: str, *, channel: str, language: str, officer: str | None = None, claims: frozenset[str] | None = None
    ) -> tuple[PurposeState, bool]:
        """Withdraw a consent, or only these claims of an optional one; return its new state, and whether the whole service ended with it.

        Raise NotYours for another person's record or an unknown one (CN-03), NotWithdrawable when its basis is not consent.
        """
        state = await self._own(person, record_id)
        notice = self.notices().get(state.notice)

        async def decide() -> list[Change]:
            states = await self.store.states(person, state.service)
            present = next(one for one in states if one.record_id == record_id)
            now = self.clock.now()
            if not ledger.can_withdraw(present, now):
                raise NotWithdrawable(record_id)
            return ledger.withdrawn(present, notice, states, now, language=language, channel=channel, officer=officer, claims=claims)

        await decide()  # what may not be withdrawn raises before anything is stopped
        async with self.fence.changing(person, state.application):
            await self._keep(person, decide)
        purpose = notice.purpose(state.purpose) if notice is not None else None
        return await self._own(person, record_id), purpose is not None and purpose.required

    async def object(self, person: str, record_id: str, *, channel: str, language: str) -> None:
        """Record an objection to processing on a duty or public task, once; the state stays. Raise NotYours, NothingToObject."""

        async def decide() -> list[Change]:
            state = await self._own(person, record_id)
            if not ledger.can_object(state):
                raise NothingToObject(record_id)
            told = (LedgerEvent.OBJECTED, LedgerEvent.INFORMED)
            newest = next((row for row in await self.store.history(person, record_id=record_id) if row.event in told), None)
            if newest is not None and newest.event is LedgerEvent.OBJECTED:
                return []
            notice = self.notices().get(state.notice)
            text = notice.text_sha256.get(language, "") if notice is not None else ""
            return [Change(LedgerEvent.OBJECTED, state, text, language, channel, after=state.last_seq, at=self.clock.now())]

        await self._keep(person, decide)

    async def states(self, person: str, service: str = "") -> list[PurposeState]:
        return await self.store.states(person, service)

    async def state(self, person: str, record_id: str) -> PurposeState:
        """Return one record of this person; raise NotYours."""
        return await self._own(person, record_id)

    async def history(self, person: str, *, record_id: str = "", before_seq: int = 0, limit: int = 100) -> list[LedgerRow]:
        return await self.store.history(person, record_id=record_id, before_seq=before_seq, limit=limit)

    async def change(
        self, person: str, decide: Callable[[], Awaitable[list[Change]]], *, request: DutyKind | None = None, words: str = ""
    ) -> None:
        """Append what `decide` says, for rights.py. Raise StoreUnavailable when the record keeps changing."""
        await self._keep(person, decide, request, words)

    async def _answered(self, answer: Answer) -> list[Change]:
        states = await self.store.states(answer.person, answer.notice.service)
        new_ids = {purpose.id: new_id() for purpose in answer.notice.purposes}
        changes = ledger.answered(answer, states, new_ids, self.notices())
        seen = {id(one): answer.seen.get(one.state.purpose, "") for one in changes if one.event in ANSWERS}
        return [replace(one, values_mac=seen.get(id(one), "")) for one in changes]

    async def _own(self, person: str, record_id: str) -> PurposeState:
        state = await self.store.state(record_id)
        if state is None or state.person != person:
            raise NotYours(record_id)
        return state

    async def _keep(
        self, person: str, decide: Callable[[], Awaitable[list[Change]]], request: DutyKind | None = None, words: str = ""
    ) -> None:
        """Append what `decide` says; let it decide again when a record changed at the same moment. Raise StoreUnavailable in the end."""
        for _ in range(TURNS):
            try:
                return await self._append(await decide(), person, request, words)
            except StaleState:
                continue
        raise StoreUnavailable("the consent record keeps changing")

    async def _append(self, changes: list[Change], person: str, request: DutyKind | None, words: str) -> None:
        """Append the changes with their audit entries, if there are any. Raise StaleState."""
        if not changes:
            return
        now = self.clock.now()
        audit = [
            Entry(
                AUDIT_OF[change.event],
                _actor(change, person),
                f"consent:{change.state.record_id}",
                now,
                after={"purpose": change.state.purpose},
            )
            for change in changes
            if change.event in AUDIT_OF
        ]
        owed = duties.owed(changes, self.notices(), now, new_id, listens=self.listens, request=request, words=words)
        await self.store.append(changes, audit, owed)


def _actor(change: Change, person: str) -> str:
    if change.officer is not None:
        return f"operator:{change.officer}"
    return "system" if change.channel == duties.CLOCK else f"person:{person}"
