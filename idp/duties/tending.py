"""What happens to consents and duties by the clock alone: consents run out, duties become overdue. Any worker looks, each thing once."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from consent.rights import Rights
from consent.store import DutyStore
from idp.applications.registry import Registry
from idp.signout.service import SignOut
from kit.clock import Clock

log = structlog.get_logger("idp")

AT_ONCE = 200


@dataclass(frozen=True)
class Tending:
    rights: Rights
    duties: DutyStore
    registry: Registry
    signout: SignOut
    clock: Clock

    async def expire(self) -> None:
        """End consents that ran out. Where a required one ended the service ended: its tokens die and its sessions are told of it."""
        ended = await self.rights.end_expired()
        for person, application in sorted({(one.person, one.application) for one in ended if self._is_required(one.notice, one.purpose)}):
            await self.signout.service_ended(person, application)

    async def tell_overdue(self) -> None:
        """Let the log say what is late; the data protection officer's page shows it red, and the audit trail keeps it."""
        for duty in await self.duties.tell_overdue(self.clock.now(), AT_ONCE):
            log.warning("duty_overdue", duty=duty.id, kind=duty.kind.value, application=duty.application, agency=duty.agency)

    def _is_required(self, notice_id: str, purpose_id: str) -> bool:
        notice = self.registry.now.notices.get(notice_id)
        purpose = notice.purpose(purpose_id) if notice is not None else None
        return purpose is not None and purpose.required
