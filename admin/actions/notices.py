"""Notices: built from what an operator asks for and why, checked, published as immutable versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from admin.actions import check
from admin.actions.desk import Desk
from admin.actions.drafts import NoticeDraft, PurposeDraft, Words
from admin.errors import NotFound
from admin.operator import Operator
from admin.permissions import Permission
from connectors.contract import Kind
from consent.models import Basis, Notice, NoticeClaim, Purpose
from consent.notice import build
from consent.record import LONGEST_SPECIFIC
from idp import guards
from idp.applications.models import Agency, Application, Service
from idp.people.claims import CATALOGUE, ClaimFacts
from kit.audit import AuditEvent, Entry

DAY = 86400
ARTICLE = "UU 27/2022 Pasal 20 ayat (2) huruf a"


@dataclass(frozen=True, slots=True)
class Notices:
    desk: Desk
    kinds: Mapping[str, Kind]

    @property
    def catalogue(self) -> Mapping[str, ClaimFacts]:
        return CATALOGUE

    async def publish(self, operator: Operator, application_id: str, service_slug: str, draft: NoticeDraft) -> Notice:
        """Publish the next version of a service's text. Who agreed before is asked about what is new; what a withdrawn purpose released
        stops at once."""
        self.desk.may(operator, Permission.NOTICE_PUBLISH)
        snapshot = await self.desk.snapshot()
        application = snapshot.applications.get(application_id)
        service = next((s for s in snapshot.by_application.get(application_id, ()) if s.slug == service_slug), None)
        if application is None or service is None:
            raise NotFound(service_slug)
        former = snapshot.notice_for(service_slug)
        check.settle(self.problems(draft), check.words("notice.changes", draft.changes.text(), nested=True) if former else [])
        version = next_version([n.version for n in snapshot.notices.values() if n.service == service_slug])
        notice = self.built(draft, service, application, version, former)
        check.settle(self._still_covers(notice))
        async with self.desk.changing(guards.application(application_id)):
            await self.keep(operator, notice, application)
        return notice

    def problems(self, draft: NoticeDraft) -> check.Found:
        found: check.Found = []
        if not draft.purposes:
            found.append(check.problem("notice.purposes", "missing", "Isi paling sedikit satu tujuan.", "Fill in at least one purpose."))
        seen: set[str] = set()
        for n, purpose in enumerate(draft.purposes):
            at = f"notice.purposes.{n}"
            found += check.words(f"{at}.title", purpose.title.text(), nested=True)
            found += check.one_of(f"{at}.basis", purpose.basis, set(Basis))
            found += _claim_problems(f"{at}.claims", purpose, seen)
            if _too_long(purpose):
                found.append(
                    check.problem(
                        f"{at}.valid_for_days",
                        "too_long",
                        "Izin atas data spesifik berlaku paling lama 365 hari.",
                        "Consent to specific data lasts 365 days at most.",
                    )
                )
            if purpose.basis in set(Basis) and purpose.basis != Basis.CONSENT and not purpose.rule:
                found.append(check.problem(f"{at}.rule", "missing", "Sebutkan aturan yang menjadi dasar.", "Cite the rule this rests on."))
            seen |= set(purpose.claims)
        return found

    def built(self, draft: NoticeDraft, service: Service, application: Application, version: str, former: Notice | None) -> Notice:
        """Return the notice that says exactly what the draft asks for."""
        agency = self._agency(application)
        return build(
            service=service.slug,
            service_name=service.name,
            application=application.id,
            controller=agency.code,
            controller_name=agency.name,
            version=version,
            purposes=tuple(_purpose(service.slug, n, purpose) for n, purpose in enumerate(draft.purposes)),
            valid_from=self.desk.clock.now(),
            supersedes=former.id if former is not None else None,
            changes=draft.changes.text() if draft.changes.id else None,
            if_refused=draft.if_refused.text() if draft.if_refused.id else service.offline,
        )

    async def keep(self, operator: Operator, notice: Notice, application: Application) -> None:
        await self.desk.stores.notices.publish(notice, [self.published(operator, notice, application)])

    def published(self, operator: Operator, notice: Notice, application: Application) -> Entry:
        """Return the line of the audit trail about a text."""
        return self.desk.entry(
            operator,
            AuditEvent.NOTICE_PUBLISHED,
            f"notice:{notice.id}",
            before={"version": notice.supersedes} if notice.supersedes else {},
            after={
                "version": notice.version,
                "claims": sorted({claim for purpose in notice.purposes for claim in purpose.claim_names}),
                "text_sha256": dict(notice.text_sha256),
            },
            names={f"application:{application.id}": application.name["id"]},
        )

    def draft_of(self, notice: Notice) -> NoticeDraft:
        """Return the draft that would make this text again, for the form of the next version."""
        return NoticeDraft(
            purposes=tuple(
                PurposeDraft(
                    title=Words(**_both(p.title)),
                    text=Words(**_both(p.text)),
                    basis=p.basis.value,
                    rule=p.rule,
                    required=p.required,
                    claims=tuple(c.claim for c in p.claims),
                    retention=Words(**_both(p.retention)),
                    valid_for_days=p.valid_for // DAY if p.valid_for else None,
                )
                for p in notice.purposes
            )
        )

    def _agency(self, application: Application) -> Agency:
        return self.desk.registry.now.agencies[application.agency]

    def _still_covers(self, notice: Notice) -> check.Found:
        """What a connector maps must stay in the texts of its application; taking it out of the mapping comes first."""
        snapshot = self.desk.registry.now
        connector = snapshot.connector_of.get(notice.application)
        if connector is None or connector.kind not in self.kinds:
            return []
        current = (snapshot.notice_for(s.slug) for s in snapshot.by_application.get(notice.application, ()))
        texts = [notice, *(n for n in current if n is not None and n.service != notice.service)]
        told = {claim for text in texts for purpose in text.purposes for claim in purpose.claim_names}
        gone = ", ".join(sorted(self.kinds[connector.kind].emits(connector.settings) - told - {"sub"}))
        if not gone:
            return []
        return [
            check.problem(
                "notice.purposes",
                "still_mapped",
                f"Konektor masih memetakan: {gone}. Ubah pemetaannya dulu.",
                f"The connector still maps: {gone}. Change its mapping first.",
            )
        ]


def next_version(versions: list[str]) -> str:
    """Return the version after the highest: 1.0, 1.1, …"""
    numbers = [tuple(int(part) for part in v.split(".")) for v in versions if all(part.isdigit() for part in v.split("."))]
    if not numbers:
        return "1.0"
    major, *rest = max(numbers)
    return f"{major}.{(rest[0] if rest else 0) + 1}"


def _too_long(purpose: PurposeDraft) -> bool:
    """Specific data for a year at most (UU 27/2022 Pasal 4); without a number the rules of the record say a year."""
    specific = any(CATALOGUE[claim].category == "specific" for claim in purpose.claims if claim in CATALOGUE)
    return specific and purpose.valid_for_days is not None and purpose.valid_for_days * DAY > LONGEST_SPECIFIC


def _claim_problems(field: str, purpose: PurposeDraft, seen: set[str]) -> check.Found:
    if not purpose.claims:
        return [check.problem(field, "missing", "Pilih paling sedikit satu data.", "Choose at least one kind of data.")]
    strange = sorted(set(purpose.claims) - set(CATALOGUE))
    if strange:
        return [check.problem(field, "unknown", f"Data tidak dikenal: {', '.join(strange)}.", f"Unknown data: {', '.join(strange)}.")]
    twice = sorted(set(purpose.claims) & seen)
    if twice:
        listed = ", ".join(twice)
        return [
            check.problem(
                field,
                "twice",
                f"Sudah diminta di tujuan lain: {listed}.",
                f"Already asked for another purpose: {listed}.",
            )
        ]
    return []


def _purpose(service: str, number: int, draft: PurposeDraft) -> Purpose:
    basis = Basis(draft.basis)
    text = draft.text.text() if draft.text.id else draft.title.text()
    return Purpose(
        id=f"{service}.{number + 1}",
        title=draft.title.text(),
        text=text,
        basis=basis,
        required=draft.required,
        claims=tuple(NoticeClaim(c, CATALOGUE[c].label, CATALOGUE[c].category, draft.title.text()) for c in draft.claims),
        rule=draft.rule or (ARTICLE if basis is Basis.CONSENT else ""),
        retention=draft.retention.text() if draft.retention.id else {},
        valid_for=draft.valid_for_days * DAY if draft.valid_for_days else None,
    )


def _both(text: Mapping[str, str]) -> dict[str, str]:
    return {"id": text.get("id", ""), "en": text.get("en", "")}
