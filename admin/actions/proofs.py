"""The proofs of the consent record: checked row by row, and anchored by a signature that others keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from admin.actions.desk import Desk
from admin.operator import Operator
from admin.permissions import Permission
from consent.anchors import Anchors, KeptAnchor, RecordProof
from kit.audit import AuditEvent, ChainReport


@dataclass(frozen=True, slots=True)
class Proofs:
    desk: Desk
    proof: RecordProof
    anchors: Anchors

    async def verify(self, operator: Operator, *, person: str = "", given: Iterable[str] | None = None) -> list[ChainReport]:
        """Check the whole record, or one person's. `given`: anchors that somebody kept. The check itself is noted."""
        self.desk.may(operator, Permission.AUDIT_VERIFY)
        reports = await (self.proof.of_person(person) if person else self.proof.whole(given))
        after: dict[str, object] = {}
        for report in reports:
            after.setdefault(report.chain, report.broken_at or "intact")
        subject = f"person:{person}" if person else "audit"
        await self.desk.stores.audit.append(self.desk.entry(operator, AuditEvent.AUDIT_VERIFIED, subject, after=after))
        return reports

    async def anchor(self, operator: Operator) -> KeptAnchor:
        """Sign where the chains end now."""
        self.desk.may(operator, Permission.AUDIT_VERIFY)
        return await self.anchors.make()
