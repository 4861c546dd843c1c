"""Who looked at a person's consent record: officers by name and with their reason, programs by the service they belong to (UX CH-5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from idp.applications.registry import Registry
from idp.people.service import People
from kit.audit import AuditEvent, AuditTrail, ChainedEntry
from kit.web.language import pick, sayer


@dataclass(frozen=True, slots=True)
class Lookers:
    trail: AuditTrail
    people: People
    registry: Registry

    async def events(self, person: str, language: str, limit: int) -> list[dict[str, Any]]:
        """Return what the audit trail says of looks at this person's record, as rows of the history."""
        subject = f"person:{person}"
        officers = await self.trail.search(event=AuditEvent.CONSENT_READ, subject=subject, limit=limit)
        programs = await self.trail.search(event=AuditEvent.CONSENT_TOLD, subject=subject, limit=limit)
        names = {row.entry.actor: await self._officer(row.entry.actor) for row in officers}
        return [
            *(self._by_officer(row, names[row.entry.actor], language) for row in officers),
            *(self._by_program(row, language) for row in programs),
        ]

    async def _officer(self, actor: str) -> str:
        kind, _, officer = actor.partition(":")
        person = await self.people.get(officer) if kind == "operator" else None
        return person.name if person is not None else ""

    def _by_officer(self, row: ChainedEntry, name: str, language: str) -> dict[str, Any]:
        t = sayer(language)
        what = t("Petugas {name} membuka catatan izin Anda", "Officer {name} opened your consent record", name=name).replace("  ", " ")
        more = t("Alasan: {reason}", "Reason: {reason}", reason=row.entry.reason)
        return {"kind": "izin", "at": row.entry.at, "what": what, "more": more, "how": t("Konsol kabupaten", "Console of the regency")}

    def _by_program(self, row: ChainedEntry, language: str) -> dict[str, Any]:
        t = sayer(language)
        application = self.registry.now.applications.get(str(row.entry.after.get("application", "")))
        name = pick(application.name, language) if application is not None else row.entry.actor.partition(":")[2]
        what = t("{name} menanyakan izin Anda", "{name} asked how your consents stand", name=name)
        return {
            "kind": "izin",
            "at": row.entry.at,
            "what": what,
            "more": t("Data Anda tidak ikut dikirim", "None of your data went along"),
            "how": "",
        }
