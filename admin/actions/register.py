"""The register of processing (UU 27/2022 Pasal 31): seen by whoever protects data, by an agency its own part; as CSV and JSON, streamed."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass

import orjson

from admin.actions.desk import Desk
from admin.actions.trail import harmless
from admin.errors import NotFound
from admin.operator import Operator
from admin.permissions import WIDE_ROLES, Permission
from consent.register import CLASSES, Processing, Recipient, ServiceFacts, entries
from idp.applications.models import Service
from idp.applications.registry import Snapshot
from kit.web.language import day, pick

Text = Mapping[str, str]
PEOPLE: Mapping[str, Text] = {
    "citizen": {"id": "Warga yang memakai layanan", "en": "Citizens who use the service"},
    "staff": {"id": "Pegawai", "en": "Staff"},
}
CHILDREN: Text = {"id": ", juga anak yang diwakili orang tua atau wali", "en": ", and children represented by a parent or guardian"}
COLUMNS: Mapping[str, Callable[[Processing, str], str]] = {
    "service": lambda p, _: p.service,
    "service_name": lambda p, language: pick(p.service_name, language),
    "purpose": lambda p, _: p.purpose,
    "title": lambda p, language: pick(p.title, language),
    "what_for": lambda p, language: pick(p.text, language),
    "controller": lambda p, language: f"{pick(p.controller, language)} ({p.agency})",
    "contact": lambda p, language: pick(p.contact, language),
    "data_protection_officer": lambda p, language: pick(p.officer, language),
    "basis": lambda p, language: pick(p.basis_words, language),
    "rule": lambda p, _: p.rule,
    "people": lambda p, language: pick(p.people, language),
    "claims": lambda p, language: "; ".join(f"{pick(c.label, language)} ({pick(CLASSES[c.category], language)})" for c in p.claims),
    "recipients": lambda p, language: "; ".join(f"{pick(r.name, language)} [{r.role}: {r.code}]" for r in p.recipients),
    "recipients_text": lambda p, language: pick(p.recipients_text, language),
    "retention": lambda p, language: pick(p.retention, language),
    "text_version": lambda p, _: p.notice,
    "in_force_since": lambda p, language: day(p.since, language),
    "people_covered_now": lambda p, _: str(p.covers),
    "transfers": lambda p, language: pick(p.transfers, language),
    "security": lambda p, language: pick(p.security, language),
    "last_changed": lambda p, language: day(p.changed_at, language),
}


@dataclass(frozen=True, slots=True)
class Registers:
    """`officer` is how the regency's data protection officer is named and reached."""

    desk: Desk
    officer: Text

    async def rows(self, operator: Operator, agency: str = "") -> list[Processing]:
        """Return the entries that this operator may see, of one agency or all. Raise NotFound for a foreign agency (AD-01)."""
        self.desk.may(operator, Permission.REGISTER_READ)
        snapshot = await self.desk.snapshot()
        seen = agencies_seen(operator, snapshot)
        if agency and agency not in seen:
            raise NotFound(agency)
        wanted = frozenset({agency}) if agency else seen
        facts = {slug: one for slug, one in self._facts(snapshot).items() if one.agencies & wanted}
        texts = [notice for slug in snapshot.services if slug in facts and (notice := snapshot.notice_for(slug)) is not None]
        now = self.desk.clock.now()
        covered: dict[tuple[str, str], int] = {}
        for notice in texts:
            counted = await self.desk.stores.consent.covered(notice.service, now)
            covered |= {(notice.service, purpose): people for purpose, people in counted.items()}
        return list(entries(texts, facts, covered, self.officer))

    async def csv(self, operator: Operator, agency: str = "", language: str = "id") -> AsyncIterator[str]:
        """Return the lines of the register as CSV that no spreadsheet will run."""
        rows = await self.rows(operator, agency)
        return _stream(_csv_lines(rows, language))

    async def json(self, operator: Operator, agency: str = "") -> AsyncIterator[str]:
        """Return the register as a JSON array, an entry a line, texts in both languages."""
        rows = await self.rows(operator, agency)
        return _stream(_json_lines(rows))

    def _facts(self, snapshot: Snapshot) -> dict[str, ServiceFacts]:
        return {slug: facts for slug, one in snapshot.services.items() if (facts := self._of(snapshot, one)) is not None}

    def _of(self, snapshot: Snapshot, service: Service) -> ServiceFacts | None:
        application = snapshot.applications.get(service.application or "")
        notice = snapshot.notice_for(service.slug)
        if application is None or notice is None:
            return None
        controller = snapshot.agencies.get(notice.controller)
        recipients = [Recipient("application", application.name, application.id)]
        for one in snapshot.connectors.values():
            if one.application == application.id:
                recipients.append(Recipient("connector", _both(one.id), one.kind))
        for code in dict.fromkeys((application.agency, service.agency)):
            if code != notice.controller and code in snapshot.agencies:
                recipients.append(Recipient("agency", snapshot.agencies[code].name, code))
        people = PEOPLE.get(service.audience, PEOPLE["citizen"])
        if notice.guardian:
            people = {language: words + CHILDREN[language] for language, words in people.items()}
        return ServiceFacts(
            name=service.name,
            application=application.id,
            controller=controller.name if controller is not None else _both(notice.controller),
            contact=_contact(notice.contact, controller.phone_display if controller is not None else ""),
            people=people,
            recipients=tuple(recipients),
            agencies=frozenset({notice.controller, application.agency, service.agency}),
            changed_at=application.updated_at,
        )


def agencies_seen(operator: Operator, snapshot: Snapshot) -> frozenset[str]:
    """Return the agencies whose part of the register the operator sees: all by a regency-wide role, else those of their own."""
    return frozenset(snapshot.agencies) if operator.roles & WIDE_ROLES else operator.agencies & frozenset(snapshot.agencies)


def as_json(one: Processing) -> dict[str, object]:
    """Return an entry as plain data, both languages."""
    return {
        "service": one.service,
        "service_name": dict(one.service_name),
        "purpose": one.purpose,
        "title": dict(one.title),
        "what_for": dict(one.text),
        "controller": {"agency": one.agency, "name": dict(one.controller), "contact": dict(one.contact)},
        "data_protection_officer": dict(one.officer),
        "basis": one.basis.value,
        "rule": one.rule,
        "required": one.required,
        "people": dict(one.people),
        "claims": [{"claim": c.claim, "label": dict(c.label), "category": c.category} for c in one.claims],
        "recipients": [{"role": r.role, "name": dict(r.name), "code": r.code} for r in one.recipients],
        "recipients_text": dict(one.recipients_text),
        "retention": dict(one.retention),
        "valid_days": one.valid_days,
        "text_version": one.notice,
        "in_force_since": one.since,
        "people_covered_now": one.covers,
        "transfers": dict(one.transfers),
        "security": dict(one.security),
        "last_changed": one.changed_at,
    }


def csv_line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def _csv_lines(rows: list[Processing], language: str) -> Iterator[str]:
    yield "\ufeff" + csv_line(list(COLUMNS))
    for row in rows:
        yield csv_line([cell(row, language) for cell in COLUMNS.values()])


def _json_lines(rows: list[Processing]) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + orjson.dumps(as_json(row)).decode()
    yield "\n]\n"


async def _stream(lines: Iterator[str]) -> AsyncIterator[str]:
    for line in lines:
        yield line


def _both(word: str) -> Text:
    return {"id": word, "en": word}


def _contact(text: Text, phone: str) -> Text:
    return text if text else _both(phone)
