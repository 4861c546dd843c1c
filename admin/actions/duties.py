"""What agencies owe people: seen with its deadline by the agency itself and by the regency, settled in the agency's name; and the notices
about it that did not arrive. A duty of another agency does not exist for an agency's own operators."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from admin.actions.desk import Desk
from admin.actions.signouts import SHOWN, SignoutView
from admin.errors import FieldProblem, Invalid, NotFound
from admin.operator import Operator
from admin.permissions import TABLE, WIDE_ROLES, Permission
from consent.duty_models import Duty, Outcome
from consent.errors import NoSuchDuty, NotSettled
from consent.settling import Settling
from idp.duties.notices import KIND
from kit.audit import AuditEvent

PAGE = 50
STATES = ("open", "overdue", "all")
NOT_SO = FieldProblem(
    "words",
    "not_settled",
    {
        "id": "Tulis alasannya. Penghentian tidak dapat ditolak, dan yang sudah dinyatakan tidak dapat diubah.",
        "en": "Write the reason. A stop cannot be refused, and what was said cannot be changed.",
    },
)


def agencies_of(operator: Operator, permission: Permission) -> frozenset[str] | None:
    """Return whose duties the operator works on: None for everybody's, else those of the operator's own agencies."""
    everywhere = TABLE[permission] & WIDE_ROLES
    return None if operator.roles & everywhere else operator.agencies


@dataclass(frozen=True, slots=True)
class Duties:
    desk: Desk

    async def search(self, operator: Operator, *, state: str = "open", agency: str = "", after: str = "") -> list[Duty]:
        """Return up to a page and one more, the most pressing first."""
        self.desk.may(operator, Permission.DUTY_READ)
        seen = agencies_of(operator, Permission.DUTY_READ)
        wanted = seen if not agency else frozenset({agency}) & (seen if seen is not None else {agency})
        return await self.desk.stores.duties.search(
            agencies=wanted,
            open_only=state != "all",
            overdue_at=self.desk.clock.now() if state == "overdue" else None,
            after=after,
            limit=PAGE + 1,
        )

    async def get(self, operator: Operator, duty_id: str) -> Duty:
        self.desk.may(operator, Permission.DUTY_READ)
        return await self._find(operator, Permission.DUTY_READ, duty_id)

    async def settle(self, operator: Operator, duty_id: str, outcome: str, *, by: str, words: str) -> Duty:
        """Keep what the agency did, once; the same again changes nothing. Raise NotFound for another agency's, Invalid."""
        self.desk.may(operator, Permission.DUTY_SETTLE)
        duty = await self._find(operator, Permission.DUTY_SETTLE, duty_id)
        if outcome not in (Outcome.DONE.value, Outcome.REFUSED.value):
            raise Invalid(FieldProblem("outcome", "unknown", {"id": "Pilih salah satu.", "en": "Choose one."}))
        try:
            settled, _ = await self._settling().settle(
                duty, Outcome(outcome), actor=operator.actor, by=by or operator.name, answer=words, origin=operator.origin
            )
        except NotSettled:
            raise Invalid(NOT_SO) from None
        return settled

    async def notices(self, operator: Operator) -> list[SignoutView]:
        """Return notices that were not taken, newest first."""
        self.desk.may(operator, Permission.SIGNOUT_READ)
        rows = await self.desk.stores.outbox.unfinished(SHOWN, (KIND,))
        return [
            SignoutView(row.id, "", row.target, row.created_at, row.attempts, row.next_at if row.next_at >= 0 else None, row.last_error)
            for row in rows
        ]

    async def retry(self, operator: Operator, ids: Collection[str] | None) -> int:
        """Send these again at once, given up ones too (None: all of them), and return how many. Raise NotFound when none is waiting."""
        self.desk.may(operator, Permission.SIGNOUT_RETRY)
        after = {"ids": sorted(ids)} if ids is not None else {}
        entry = self.desk.entry(operator, AuditEvent.NOTICES_RETRIED, f"notices:{len(ids) if ids is not None else 'all'}", after=after)
        found = await self.desk.stores.outbox.again(ids, self.desk.clock.now(), [entry], (KIND,))
        if ids is not None and not found:
            raise NotFound(",".join(sorted(ids)))
        return found

    async def _find(self, operator: Operator, permission: Permission, duty_id: str) -> Duty:
        seen = agencies_of(operator, permission)
        try:
            return await self._settling().find(duty_id, lambda duty: seen is None or duty.agency in seen)
        except NoSuchDuty:
            raise NotFound(duty_id) from None

    def _settling(self) -> Settling:
        return Settling(self.desk.stores.duties, self.desk.clock)
