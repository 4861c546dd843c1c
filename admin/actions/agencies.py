"""Agencies: listed, created, changed, suspended and resumed. Suspending one stops every application of it at once."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from admin.actions import check
from admin.actions.desk import Desk, difference
from admin.actions.drafts import AgencyDraft
from admin.errors import FieldProblem, NotFound
from admin.operator import Operator
from admin.permissions import Permission
from idp import guards
from idp.applications.models import Agency, Application
from idp.applications.registry import Snapshot
from kit.audit import AuditEvent

KINDS = ("sekretariat", "dinas", "badan", "inspektorat", "satuan", "kecamatan", "kelurahan", "rsud", "puskesmas", "lainnya")


@dataclass(frozen=True, slots=True)
class Agencies:
    desk: Desk

    async def search(self, operator: Operator, *, q: str = "") -> list[Agency]:
        """Return agencies whose code or name holds every word of `q`, by short name."""
        self.desk.may(operator, Permission.AGENCY_READ)
        wanted = q.casefold().split()
        found = (await self.desk.snapshot()).agencies.values()
        matching = [a for a in found if all(word in f"{a.code} {a.short_name} {a.name.get('id', '')}".casefold() for word in wanted)]
        return sorted(matching, key=lambda a: (a.valid_to is not None, a.short_name.casefold(), a.code))

    async def get(self, operator: Operator, code: str) -> Agency:
        self.desk.may(operator, Permission.AGENCY_READ)
        return self._found(await self.desk.snapshot(), code)

    async def applications(self, operator: Operator, code: str) -> list[Application]:
        self.desk.may(operator, Permission.APPLICATION_READ)
        return sorted((a for a in (await self.desk.snapshot()).applications.values() if a.agency == code), key=lambda a: a.name["id"])

    async def create(self, operator: Operator, draft: AgencyDraft) -> Agency:
        self.desk.may(operator, Permission.AGENCY_CHANGE)
        snapshot = await self.desk.snapshot()
        taken = (
            [check.problem("code", "taken", "Kode ini sudah dipakai instansi lain.", "Another agency has this code.")]
            if draft.code in snapshot.agencies
            else []
        )
        agency = self._checked(snapshot, draft, None, taken)
        entry = self.desk.entry(operator, AuditEvent.AGENCY_CREATED, f"agency:{agency.code}", after=_shown(agency), names=_names(agency))
        async with self.desk.changing():
            await self.desk.stores.registry.save_agency(agency, [entry])
        return agency

    async def change(self, operator: Operator, code: str, draft: AgencyDraft) -> Agency:
        """Save the changed agency. Its code stays: the code in the path decides, another one in the body is an error (AD-01)."""
        self.desk.may(operator, Permission.AGENCY_CHANGE)
        snapshot = await self.desk.snapshot()
        former = self._found(snapshot, code)
        other = [check.problem("code", "fixed", "Kode instansi tidak dapat diubah.", "An agency's code cannot change.")]
        agency = self._checked(snapshot, draft, former, other if draft.code != code else [])
        before, after = difference(_shown(former), _shown(agency))
        if not after:
            return former
        entry = self.desk.entry(operator, AuditEvent.AGENCY_CHANGED, f"agency:{code}", before=before, after=after, names=_names(agency))
        async with self.desk.changing():
            await self.desk.stores.registry.save_agency(agency, [entry])
        return agency

    async def suspend(self, operator: Operator, code: str, *, name: str, reason: str) -> Agency:
        return await self._switch(operator, code, True, name, reason)

    async def resume(self, operator: Operator, code: str, *, reason: str) -> Agency:
        return await self._switch(operator, code, False, None, reason)

    async def _switch(self, operator: Operator, code: str, suspended: bool, name: str | None, reason: str) -> Agency:
        self.desk.may(operator, Permission.AGENCY_SUSPEND)
        snapshot = await self.desk.snapshot()
        agency = self._found(snapshot, code)
        check.settle(check.reason("reason", reason), check.typed_name("name", name, agency.name["id"]) if name is not None else [])
        if agency.suspended == suspended:
            return agency
        event = AuditEvent.AGENCY_SUSPENDED if suspended else AuditEvent.AGENCY_RESUMED
        entry = self.desk.entry(
            operator,
            event,
            f"agency:{code}",
            before={"suspended": agency.suspended},
            after={"suspended": suspended},
            names=_names(agency),
            reason=reason.strip(),
        )
        touched = [guards.application(a.id) for a in snapshot.applications.values() if a.agency == code]
        async with self.desk.changing(*touched):
            await self.desk.stores.registry.save_agency(replace(agency, suspended=suspended), [entry])
        return replace(agency, suspended=suspended)

    def _found(self, snapshot: Snapshot, code: str) -> Agency:
        agency = snapshot.agencies.get(code)
        if agency is None:
            raise NotFound(code)
        return agency

    def _checked(self, snapshot: Snapshot, draft: AgencyDraft, former: Agency | None, more: list[FieldProblem]) -> Agency:
        agencies = snapshot.agencies
        missing = check.problem("parent", "unknown", "Instansi induk tidak ada.", "The parent agency does not exist.")
        check.settle(
            more,
            check.agency_code("code", draft.code),
            check.words("name", draft.name.text(), nested=True),
            check.words("short_name", {"id": draft.short_name}),
            check.one_of("kind", draft.kind, {*KINDS, former.kind if former else ""}),
            check.day("valid_from", draft.valid_from),
            check.day("valid_to", draft.valid_to),
            [missing] if draft.parent and (draft.parent not in agencies or draft.parent == draft.code) else [],
        )
        today = datetime.fromtimestamp(self.desk.clock.now(), UTC).date().isoformat()
        return Agency(
            code=draft.code,
            name=draft.name.text(),
            short_name=draft.short_name,
            kind=draft.kind,
            parent=draft.parent or None,
            valid_from=draft.valid_from or (former.valid_from if former else today),
            valid_to=draft.valid_to or None,
            phone=draft.phone,
            phone_display=draft.phone_display or draft.phone,
            hours=draft.hours.text(),
            line=draft.line.text(),
            search=former.search if former else (),
            suspended=former.suspended if former else False,
        )


def _shown(agency: Agency) -> dict[str, object]:
    data = asdict(agency)
    for name in ("search", "suspended"):
        data.pop(name)
    return data


def _names(agency: Agency) -> dict[str, str]:
    return {f"agency:{agency.code}": agency.name["id"]}
