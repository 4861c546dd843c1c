"""Breaches of personal data (UU 27/2022 Pasal 46): reported, counted from the disclosure log, told to the people and the authority.

Only the three fields are anybody's words. The list of affected people goes out as pseudonyms that mean nothing outside the incident; who
they are needs password and code again, and a reason, and stands in the audit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace

from pydantic import Field

from admin.actions import check
from admin.actions.desk import Desk
from admin.actions.drafts import Draft, Long, Short, Words
from admin.actions.register import csv_line
from admin.errors import Changed, FieldProblem, NotFound
from admin.operator import Operator
from admin.permissions import Permission
from consent.incidents import WORDS, Incident, Scope, Tally, missing, tidy
from idp.applications.registry import Snapshot
from idp.people.masking import plain
from idp.store import Conflict
from kit.audit import AuditEvent, Entry
from kit.secrets import keyed, new_id
from kit.web.language import moment_text

PSEUDONYM = 22  # letters: 128 bits of a keyed digest
IDENTITY = ("name", "nik", "phone_number", "email")
MOST_SYSTEMS = 50


class IncidentDraft(Draft):
    """What an officer hands in. `systems`: applications (`usaha-kecil`), services (`usaha-kecil/izin`) or connectors (`connector:simpeg`).
    Times are seconds UTC."""

    systems: tuple[Short, ...] = Field(default=(), max_length=MOST_SYSTEMS)
    since: int = Field(0, ge=0, le=2**40)
    until: int = Field(0, ge=0, le=2**40)
    found_at: int = Field(0, ge=0, le=2**40)
    happened: Long = ""
    data: Words = Words()
    how: Words = Words()
    done: Words = Words()


@dataclass(frozen=True, slots=True)
class Incidents:
    """`key` makes the pseudonyms."""

    desk: Desk
    key: bytes = field(repr=False)

    async def search(self, operator: Operator) -> list[Incident]:
        """Return all, the one found last first."""
        self.desk.may(operator, Permission.INCIDENT_READ)
        return await self.desk.stores.incidents.all()

    async def get(self, operator: Operator, incident_id: str) -> Incident:
        self.desk.may(operator, Permission.INCIDENT_READ)
        return await self._get(incident_id)

    async def report(self, operator: Operator, draft: IncidentDraft) -> Incident:
        """Keep a new incident and count whom it concerns; its three days run from when it was found."""
        self.desk.may(operator, Permission.INCIDENT_CHANGE)
        now = self.desk.clock.now()
        incident = self._read(draft, await self.desk.snapshot(), Incident(new_id(), (), 0, 0, 0, "", {}, now))
        incident = await self._counted(incident)
        after = {**_facts(incident), "found_at": incident.found_at}
        await self._save(incident, self._entry(operator, AuditEvent.INCIDENT_REPORTED, incident, after))
        return incident

    async def change(self, operator: Operator, incident_id: str, draft: IncidentDraft, revision: int) -> Incident:
        """Change what is not published yet, and count anew. What the people have read stays as they read it."""
        self.desk.may(operator, Permission.INCIDENT_CHANGE)
        kept = await self._get(incident_id)
        check.settle(_published(kept))
        if kept.revision != revision:
            raise Changed
        changed = self._read(draft, await self.desk.snapshot(), kept)
        changed = await self._counted(replace(changed, revision=kept.revision + 1))
        await self._save(changed, self._entry(operator, AuditEvent.INCIDENT_CHANGED, changed, _facts(changed), _facts(kept)))
        return changed

    async def publish(self, operator: Operator, incident_id: str, reason: str) -> Incident:
        """Tell the people: whoever is affected sees the notice from now on. Asks that all three fields are written."""
        self.desk.may(operator, Permission.INCIDENT_PUBLISH)
        kept = await self._get(incident_id)
        check.settle(check.reason("reason", reason), _published(kept), [_LACKS[name] for name in missing(kept)])
        now = self.desk.clock.now()
        counted = await self._counted(kept)
        told = replace(counted, published_at=now, revision=kept.revision + 1)
        entry = self._entry(operator, AuditEvent.INCIDENT_PUBLISHED, told, {"affected": told.affected}, reason=reason.strip())
        await self._save(told, entry)
        return told

    async def authority_told(self, operator: Operator, incident_id: str, reason: str) -> Incident:
        """Note that the letter to the authority was sent; `reason` says how, or its number."""
        self.desk.may(operator, Permission.INCIDENT_PUBLISH)
        kept = await self._get(incident_id)
        done = check.problem("", "told", "Surat kepada lembaga sudah dicatat.", "The letter to the authority is on record already.")
        lacking = [_LACKS[name] for name in missing(kept)]
        check.settle(check.reason("reason", reason), [done] if kept.authority_at is not None else [], lacking)
        told = replace(kept, authority_at=self.desk.clock.now(), revision=kept.revision + 1)
        await self._save(told, self._entry(operator, AuditEvent.INCIDENT_AUTHORITY_TOLD, told, {}, reason=reason.strip()))
        return told

    async def pseudonyms(self, operator: Operator, incident_id: str) -> AsyncIterator[str]:
        """Return the lines of the list of affected people: a pseudonym of this incident, the claims, how often and when."""
        self.desk.may(operator, Permission.INCIDENT_READ)
        incident = await self._get(incident_id)
        await self.desk.stores.audit.append(self._entry(operator, AuditEvent.INCIDENT_LISTED, incident, {}))
        return self._pseudonym_lines(incident)

    async def identities(self, operator: Operator, incident_id: str, reason: str, language: str = "id") -> AsyncIterator[str]:
        """Return the same list with who they are, to reach those who read no portal. Logged with its reason before the first line."""
        self.desk.may(operator, Permission.INCIDENT_REVEAL)
        incident = await self._get(incident_id)
        check.settle(check.reason("reason", reason))
        entry = self._entry(operator, AuditEvent.INCIDENT_REVEALED, incident, {"affected": incident.affected}, reason=reason.strip())
        await self.desk.stores.audit.append(entry)
        return self._identity_lines(incident, language)

    def pseudonym(self, incident: Incident, person: str) -> str:
        """Return what a person is called in the lists of this incident, and nowhere else."""
        return keyed(self.key, "incident", f"{incident.id} {person}")[:PSEUDONYM]

    async def _pseudonym_lines(self, incident: Incident) -> AsyncIterator[str]:
        yield csv_line(["pseudonym", "claims", "times", "first_at", "last_at"])
        async for one in self.desk.stores.incidents.affected(incident):
            when = (moment_text(one.first_at), moment_text(one.last_at))
            yield csv_line([self.pseudonym(incident, one.person), " ".join(sorted(one.claims)), str(one.times), *when])

    async def _identity_lines(self, incident: Incident, language: str) -> AsyncIterator[str]:
        yield csv_line(["pseudonym", *IDENTITY, "claims"])
        async for one in self.desk.stores.incidents.affected(incident):
            person = await self.desk.stores.people.get(one.person)
            known = person.claims if person is not None else {}
            values = [plain(name, known[name], language) if known.get(name) else "" for name in IDENTITY]
            yield csv_line([self.pseudonym(incident, one.person), *values, " ".join(sorted(one.claims))])

    def _read(self, draft: IncidentDraft, snapshot: Snapshot, kept: Incident) -> Incident:
        """Return the incident with what the draft says; raise Invalid with all that is wrong."""
        now, unknown, scopes = self.desk.clock.now(), [], []
        for name in draft.systems:
            scope = scope_of(name, snapshot)
            if scope is None:
                unknown += [check.problem("systems", "unknown", f"{name} tidak ada.", f"There is no {name}.")]
            else:
                scopes.append(scope)
        nobody = check.problem("systems", "required", "Pilih sekurangnya satu aplikasi.", "Choose at least one application.")
        span = check.problem("until", "order", "Akhir harus sesudah awal.", "The end must come after the start.")
        future = check.problem("found_at", "future", "Isi waktu yang sudah lewat.", "Give a moment that has passed.")
        check.settle(
            unknown,
            [] if draft.systems else [nobody],
            [] if 0 < draft.since < draft.until else [span],
            [] if 0 < draft.found_at <= now else [future],
            check.reason("happened", draft.happened),
            *(check.invisible(f"{name}.{language}", getattr(draft, name).text()[language]) for name in WORDS for language in ("id", "en")),
        )
        words = {name: getattr(draft, name).text() for name in WORDS}
        return replace(
            kept,
            scopes=tidy(scopes),
            since=draft.since,
            until=draft.until,
            found_at=draft.found_at,
            happened=draft.happened.strip(),
            words=words,
        )

    async def _counted(self, incident: Incident) -> Incident:
        tally = Tally()
        async for one in self.desk.stores.incidents.affected(incident):
            tally.add(one)
        counts = {name: tally.claims[name] for name in sorted(tally.claims)}
        return replace(incident, affected=tally.people, claims=counts, counted_at=self.desk.clock.now())

    async def _get(self, incident_id: str) -> Incident:
        incident = await self.desk.stores.incidents.get(incident_id)
        if incident is None:
            raise NotFound(incident_id)
        return incident

    async def _save(self, incident: Incident, entry: Entry) -> None:
        try:
            await self.desk.stores.incidents.save(incident, [entry])
        except Conflict as error:
            raise Changed from error

    def _entry(
        self,
        operator: Operator,
        event: AuditEvent,
        incident: Incident,
        after: Mapping[str, object],
        before: Mapping[str, object] | None = None,
        reason: str = "",
    ) -> Entry:
        return self.desk.entry(operator, event, f"incident:{incident.id}", before=before, after=after, reason=reason)


def scope_of(name: str, snapshot: Snapshot) -> Scope | None:
    """Return the system of this name, as IncidentDraft spells it; None when there is none."""
    if name.startswith("connector:"):
        connector = snapshot.connectors.get(name.removeprefix("connector:"))
        return Scope(connector.application) if connector is not None else None
    application, _, service = name.partition("/")
    if application not in snapshot.applications:
        return None
    known = {one.slug for one in snapshot.by_application.get(application, ())}
    return Scope(application, service) if not service or service in known else None


def name_of(scope: Scope) -> str:
    return f"{scope.application}/{scope.service}" if scope.service else scope.application


def _published(incident: Incident) -> list[FieldProblem]:
    if incident.published_at is None:
        return []
    return [check.problem("", "published", "Insiden ini sudah diberitahukan.", "This incident has been published.")]


def _facts(incident: Incident) -> dict[str, object]:
    systems = [name_of(one) for one in incident.scopes]
    return {"systems": systems, "since": incident.since, "until": incident.until, "affected": incident.affected}


_LACKS = {
    "data": check.problem("data.id", "required", "Tulis data yang terungkap.", "Write which data were revealed."),
    "how": check.problem("how.id", "required", "Tulis kapan dan bagaimana.", "Write when and how."),
    "done": check.problem("done.id", "required", "Tulis upaya penanganan.", "Write what is done about it."),
    "count": check.problem("", "count", "Warga terdampak belum dihitung.", "The affected people are not counted yet."),
}
