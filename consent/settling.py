"""An agency says what it did: stopped, deleted, answered. Each is a fact of its own, kept once, with who said it and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from consent import duties
from consent.duty_models import Duty, Outcome
from consent.errors import NoSuchDuty, NotSettled
from consent.store import DutyStore
from kit.audit import AuditEvent, Entry
from kit.clock import Clock

MOST_NAME = 100
MOST_ANSWER = 1000


@dataclass(frozen=True)
class Settling:
    store: DutyStore
    clock: Clock

    async def find(self, duty_id: str, concerns: Callable[[Duty], bool]) -> Duty:
        """Return the duty when it concerns whoever asks; raise NoSuchDuty else, and for an unknown one alike."""
        duty = await self.store.get(duty_id)
        if duty is None or not concerns(duty):
            raise NoSuchDuty(duty_id)
        return duty

    async def settle(
        self, duty: Duty, outcome: Outcome, *, actor: str, by: str = "", answer: str = "", origin: str = ""
    ) -> tuple[Duty, bool]:
        """Return the duty as it stands and whether this changed it: saying the same again changes nothing. Raise NotSettled."""
        by, answer = by.strip()[:MOST_NAME], answer.strip()[:MOST_ANSWER]
        if duty.open:
            if not duties.may_settle(duty, outcome, answer):
                raise NotSettled(duty.id)
            now = self.clock.now()
            settled = replace(duty, outcome=outcome, settled_at=now, settled_by=actor, by=by, answer=answer)
            after = {"kind": duty.kind.value, "outcome": outcome.value, "application": duty.application, "late": settled.overdue(now)}
            entry = Entry(AuditEvent.DUTY_SETTLED, actor, f"duty:{duty.id}", now, origin=origin, after=after)
            if await self.store.settle(settled, [entry]):
                return settled, True
            duty = await self.find(duty.id, lambda _: True)
        if not duties.says_the_same(duty, outcome):
            raise NotSettled(duty.id)
        return duty, False
