"""Rights a person uses on one record: hold it, let it go on, ask the agency for something; and consents that run out by themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from consent import duties
from consent.duty_models import DutyKind
from consent.errors import NotHoldable, NotRequestable
from consent.models import Basis, LedgerEvent, PurposeState, Standing
from consent.service import ConsentService
from consent.store import Change

AT_ONCE = 100


def can_hold(state: PurposeState, now: int) -> bool:
    """True for a consent in force. What rests on a duty or public task goes on; there a restriction is asked of the agency (Pasal 41)."""
    return state.basis is Basis.CONSENT and state.standing is Standing.IN_FORCE and state.covers(now)


def can_lift(state: PurposeState, now: int) -> bool:
    return state.standing is Standing.HELD and (state.expires_at is None or now < state.expires_at)


def has_run_out(state: PurposeState, now: int) -> bool:
    return state.standing in (Standing.IN_FORCE, Standing.HELD) and state.expires_at is not None and state.expires_at <= now


@dataclass(frozen=True)
class Rights:
    consent: ConsentService

    async def hold(self, person: str, record_id: str, *, channel: str, language: str) -> None:
        """Stop the release under one record at once, as a withdrawal does. Raise NotYours, NotHoldable."""
        await self._switch(person, record_id, LedgerEvent.HELD, channel, language)

    async def lift(self, person: str, record_id: str, *, channel: str, language: str) -> None:
        """Let it go on until its own end. Raise NotYours, NotHoldable."""
        await self._switch(person, record_id, LedgerEvent.LIFTED, channel, language)

    async def request(self, person: str, record_id: str, kind: DutyKind, words: str, *, channel: str, language: str) -> None:
        """Ask the agency; the same request again while it is open is one request. Raise NotYours, NotRequestable."""

        async def decide() -> list[Change]:
            state = await self.consent.state(person, record_id)
            if not duties.can_request(state, kind):
                raise NotRequestable(record_id)
            if kind in await self.consent.store.open_duties(record_id):
                return []
            return [self._change(LedgerEvent.REQUESTED, state, channel, language)]

        await self.consent.change(person, decide, request=kind, words=words[: duties.MOST_WORDS])

    async def end_expired(self) -> list[PurposeState]:
        """End what has run out: event, notice and duties, once, whichever worker comes first. Return what this worker ended.

        Nothing was released since the moment it ran out: every check compares the clock. The fence ends what was issued before.
        """
        ended: list[PurposeState] = []
        groups: dict[tuple[str, str], list[str]] = {}
        for state in await self.consent.store.expired(self.consent.clock.now(), AT_ONCE):
            groups.setdefault((state.person, state.application), []).append(state.record_id)
        for (person, application), records in groups.items():
            done: list[PurposeState] = []

            async def decide(records: list[str] = records, done: list[PurposeState] = done) -> list[Change]:
                now = self.consent.clock.now()
                done.clear()
                for record_id in records:
                    state = await self.consent.store.state(record_id)
                    if state is not None and has_run_out(state, now):
                        done.append(replace(state, standing=Standing.ENDED, since=now))
                return [self._change(LedgerEvent.ENDED, one, duties.CLOCK, "id") for one in done]

            async with self.consent.fence.changing(person, application):
                await self.consent.change(person, decide)
            ended += done
        return ended

    async def _switch(self, person: str, record_id: str, event: LedgerEvent, channel: str, language: str) -> None:
        async def decide() -> list[Change]:
            now = self.consent.clock.now()
            state = await self.consent.state(person, record_id)
            allowed, standing = (can_hold, Standing.HELD) if event is LedgerEvent.HELD else (can_lift, Standing.IN_FORCE)
            if not allowed(state, now):
                raise NotHoldable(record_id)
            return [self._change(event, replace(state, standing=standing, since=now), channel, language)]

        await decide()  # what may not be switched raises before anything is stopped
        state = await self.consent.state(person, record_id)
        async with self.consent.fence.changing(person, state.application):
            await self.consent.change(person, decide)

    def _change(self, event: LedgerEvent, state: PurposeState, channel: str, language: str) -> Change:
        notice = self.consent.notices().get(state.notice)
        text = notice.text_sha256.get(language, "") if notice is not None else ""
        return Change(event, state, text, language, channel, after=state.last_seq, at=self.consent.clock.now())
