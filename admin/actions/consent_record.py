"""One person's consent record and what was disclosed about her, for the data protection officer and the auditor.

The account is named by its id, as audit rows name it: nobody is searched for here. It needs password and code again and a reason, which
stands in the trail before anything is shown, and which the person reads in her history (UX CH-5). No value of a claim is in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from admin.actions import check
from admin.actions.desk import Desk
from admin.actions.people import PER_DAY, TooManyLookUps
from admin.errors import NotFound
from admin.operator import Operator
from admin.permissions import Permission
from consent.models import DisclosureView, LedgerRow, PurposeState
from consent.store import DisclosureStore
from kit.audit import AuditEvent

MOST = 500


@dataclass(frozen=True, slots=True)
class Record:
    """How everything stands now, and what happened, newest first."""

    person: str
    states: tuple[PurposeState, ...]
    ledger: tuple[LedgerRow, ...]
    disclosures: tuple[DisclosureView, ...]


@dataclass(frozen=True, slots=True)
class ConsentRecords:
    desk: Desk
    disclosures: DisclosureStore

    async def of_person(self, operator: Operator, person_id: str, *, reason: str) -> Record:
        """Return the record of one account; raise NotFound for one that is not there, TooManyLookUps after forty in a day (AD-21)."""
        self.desk.may(operator, Permission.CONSENT_READ)
        check.settle(check.reason("reason", reason))
        now, stores = self.desk.clock.now(), self.desk.stores
        if not operator.local and await self.desk.expiring.increment(f"op-records:{operator.person}:{now // 86400}", 86400) > PER_DAY:
            raise TooManyLookUps
        if await stores.people.get(person_id) is None:
            raise NotFound(person_id)
        entry = self.desk.entry(operator, AuditEvent.CONSENT_READ, f"person:{person_id}", reason=reason.strip())
        await stores.audit.append(entry)
        return Record(
            person=person_id,
            states=tuple(await stores.consent.states(person_id)),
            ledger=tuple(await stores.consent.history(person_id, limit=MOST)),
            disclosures=tuple(await self.disclosures.of_person(person_id, limit=MOST)),
        )
