"""The audit trail: read by filter, verified, exported as CSV that no spreadsheet will run."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from admin.actions.desk import Desk
from admin.operator import Operator
from admin.permissions import Permission
from consent.store import DisclosureStore
from kit.audit import AuditEvent, ChainedEntry, ChainReport

PAGE = 50
EXPORT_ROWS = 10_000
DANGEROUS_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
COLUMNS = ("seq", "at", "event", "actor", "subject", "origin", "reason", "before", "after", "names", "hash")


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show: equal values, half-open time, rows below `before` (a seq). Empty and 0 mean all."""

    event: str = ""
    actor: str = ""
    subject: str = ""
    since: int = 0
    until: int = 0
    before: int = 0


@dataclass(frozen=True, slots=True)
class Trail:
    desk: Desk
    disclosures: DisclosureStore

    async def search(self, operator: Operator, wanted: Filter, *, limit: int = PAGE) -> list[ChainedEntry]:
        """Return matching rows, newest first. An event that does not exist matches nothing."""
        self.desk.may(operator, Permission.AUDIT_READ)
        return await self._rows(wanted, limit)

    async def verify(self, operator: Operator) -> list[ChainReport]:
        """Walk all three chains (audit, consent, disclosures) and report; the check itself is noted."""
        self.desk.may(operator, Permission.AUDIT_VERIFY)
        reports = [await self.desk.stores.audit.verify(), await self.desk.stores.consent.verify(), await self.disclosures.verify()]
        after: Mapping[str, object] = {report.chain: report.broken_at or "intact" for report in reports}
        await self.desk.stores.audit.append(self.desk.entry(operator, AuditEvent.AUDIT_VERIFIED, "audit", after=after))
        return reports

    async def export(self, operator: Operator, wanted: Filter) -> str:
        """Return the matching rows as CSV, newest first, at most 10,000."""
        self.desk.may(operator, Permission.AUDIT_EXPORT)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for row in await self._rows(wanted, EXPORT_ROWS):
            entry = row.entry
            cells = (row.seq, entry.at, entry.event.value, entry.actor, entry.subject, entry.origin, entry.reason)
            parts = (orjson.dumps(dict(part)).decode() if part else "" for part in (entry.before, entry.after, entry.names))
            writer.writerow([harmless(str(cell)) for cell in (*cells, *parts, row.hash)])
        return out.getvalue()

    async def _rows(self, wanted: Filter, limit: int) -> list[ChainedEntry]:
        if wanted.event and wanted.event not in set(AuditEvent):
            return []
        return await self.desk.stores.audit.search(
            event=wanted.event,
            actor=wanted.actor,
            subject=wanted.subject,
            since=wanted.since,
            until=wanted.until,
            before_seq=wanted.before,
            limit=limit,
        )


def harmless(cell: str) -> str:
    """Return the cell so that a spreadsheet takes it as text. ASVS 1.2.10 (AD-10)."""
    clean = cell.replace("\0", "")
    return f"'{clean}" if cell.startswith(DANGEROUS_STARTS) else clean
