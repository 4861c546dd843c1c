"""Sign-out messages that an application has not taken yet: listed with the last error, and sent again at once on demand (LO-06)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from admin.actions.desk import Desk
from admin.errors import NotFound
from admin.operator import Operator
from admin.permissions import Permission
from idp.signout.store import Delivery
from kit.audit import AuditEvent

SHOWN = 500


@dataclass(frozen=True, slots=True)
class SignoutView:
    """`next_at` is None when it was given up after a day of tries. Nothing here says whose session it was."""

    id: str
    client_id: str
    application: str
    created_at: int
    attempts: int
    next_at: int | None
    last_error: str

    @property
    def given_up(self) -> bool:
        return self.next_at is None


@dataclass(frozen=True, slots=True)
class Signouts:
    desk: Desk

    async def search(self, operator: Operator) -> list[SignoutView]:
        """Return what is not delivered, newest first."""
        self.desk.may(operator, Permission.SIGNOUT_READ)
        clients = (await self.desk.snapshot()).clients
        rows = await self.desk.stores.outbox.unfinished(SHOWN)
        return [_view(row, clients[row.target].application if row.target in clients else "") for row in rows]

    async def retry(self, operator: Operator, ids: Collection[str] | None) -> int:
        """Make these messages due now, given up ones too (None: all of them), and return how many. Raise NotFound when none is waiting."""
        self.desk.may(operator, Permission.SIGNOUT_RETRY)
        subject = "signout:all" if ids is None else f"signout:{len(ids)}"
        entry = self.desk.entry(operator, AuditEvent.SIGNOUT_RETRIED, subject, after={"ids": sorted(ids)} if ids is not None else {})
        found = await self.desk.stores.outbox.again(ids, self.desk.clock.now(), [entry])
        if ids is not None and not found:
            raise NotFound(",".join(sorted(ids)))
        return found


def _view(row: Delivery, application: str) -> SignoutView:
    return SignoutView(
        row.id, row.target, application, row.created_at, row.attempts, row.next_at if row.next_at >= 0 else None, row.last_error
    )
