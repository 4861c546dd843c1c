"""`/riwayat`: each time the account or its data were used (UX CH-5, CH-6)."""

from __future__ import annotations

import csv
import io
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consent.incidents import IncidentStore, citizen_notice
from consent.models import LedgerEvent
from consent.service import ConsentService
from consent.store import DisclosureStore
from idp.applications.registry import Registry
from idp.people.claims import CATALOGUE
from idp.sessions.service import Sessions
from kit.clock import Clock
from kit.web.language import language_of, moment_text, pick, sayer
from kit.web.pages import Pages
from portal.citizen import Caller
from portal.pages.lookers import Lookers

PER_PAGE = 25
MOST = 500
KINDS = ("masuk", "data", "izin")
THROUGH_THE_GATE = ("Lewat gerbang", "Through the gate")
CHANNEL_WORDS = {
    "oidc": ("Lewat aplikasi", "By the application"),
    "token_exchange": ("Lewat layanan lain, atas nama Anda", "Through another service, for you"),
}
EVENT_WORDS = {
    "given": ("Anda memberi izin", "You gave consent"),
    "informed": ("Anda diberi tahu tentang data wajib", "You were told about required data"),
    "refused": ("Anda tidak memberi izin", "You did not give consent"),
    "withdrawn": ("Anda menarik izin", "You withdrew consent"),
    "renewed": ("Izin lama digantikan teks baru", "An older consent was replaced by a newer text"),
    "ended": ("Izin berakhir", "Consent ended"),
    "objected": ("Anda mengajukan keberatan", "You objected"),
    "carried": ("Izin berlanjut dengan teks baru", "Consent goes on under a newer text"),
    "held": ("Anda menahan izin", "You put the consent on hold"),
    "lifted": ("Anda meneruskan izin", "You let the consent go on"),
    "requested": ("Anda mengajukan permintaan", "You made a request"),
}


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula (AD-10)."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\0") else text


def claim_words(claims: Container[str], language: str) -> str:
    """Return the claims in words, in the order of the catalogue."""
    return ", ".join(pick(facts.label, language) for claim, facts in CATALOGUE.items() if claim in claims)


@dataclass(frozen=True)
class HistoryPages:
    caller: Caller
    pages: Pages
    registry: Registry
    consent: ConsentService
    disclosures: DisclosureStore
    sessions: Sessions
    lookers: Lookers
    clock: Clock
    incidents: IncidentStore

    async def show(self, request: Request) -> Response:
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        language = language_of(request, who.person.language)
        kind = request.query_params.get("jenis", "")
        events = [event for event in await self._events(who.person.id, language) if kind not in KINDS or event["kind"] == kind]
        if request.query_params.get("bentuk") == "csv":
            return self._csv(events, language)
        asked = request.query_params.get("hal", "1")
        last = max(1, (len(events) + PER_PAGE - 1) // PER_PAGE)
        page = min(last, max(1, int(asked))) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
        context = {
            "person": who.person,
            "here": "history",
            "events": events[(page - 1) * PER_PAGE : page * PER_PAGE],
            "page": page,
            "last": last,
            "kind": kind,
            "incidents": await self._incidents(who.person.id, language),
        }
        return self.pages.render(request, "portal/history.html", context, preferred_language=who.person.language)

    async def _events(self, person: str, language: str) -> list[dict[str, Any]]:
        t, snapshot = sayer(language), self.registry.now
        events: list[dict[str, Any]] = []
        for session in await self.sessions.history(person, MOST):
            how = t("kata sandi", "password") if session.amr == ("pwd",) else t("kata sandi dan kode", "password and code")
            events.append(
                {
                    "kind": "masuk",
                    "at": session.created_at,
                    "what": t("Masuk ke Gapura", "Signed in to Gapura"),
                    "more": "",
                    "how": f"{session.device or t('Perangkat tidak dikenal', 'Unknown device')}, {how}",
                }
            )
        for view in await self.disclosures.of_person(person, limit=MOST):
            service = snapshot.services.get(view.disclosure.service)
            name = pick(service.name, language) if service is not None else view.disclosure.service
            claims = claim_words(view.disclosure.claims, language)
            repeated = t(" ({n} kali)", " ({n} times)", n=view.times) if view.times > 1 else ""
            events.append(
                {
                    "kind": "data",
                    "at": view.last_at,
                    "what": t("Data dikirim ke {name}", "Data sent to {name}", name=name) + repeated,
                    "more": claims,
                    "how": t(*CHANNEL_WORDS.get(view.disclosure.channel, THROUGH_THE_GATE)),
                }
            )
        for row in await self.consent.history(person, limit=MOST):
            service = snapshot.services.get(row.service)
            name = pick(service.name, language) if service is not None else row.service
            notice = snapshot.notices.get(row.notice)
            purpose = notice.purpose(row.purpose) if notice is not None else None
            what, more = t(*EVENT_WORDS[row.event.value]), name
            if purpose is not None and row.event is LedgerEvent.REFUSED and not purpose.required:
                what = t("Anda tidak membagikan: {claims}", "You did not share: {claims}", claims=claim_words(row.claims, language))
            elif purpose is not None:
                more = f"{name}: {pick(purpose.title, language)}"
            events.append({"kind": "izin", "at": row.at, "what": what, "more": more, "how": ""})
        events += await self.lookers.events(person, language, MOST)
        return sorted(events, key=lambda event: -event["at"])

    async def _incidents(self, person: str, language: str) -> list[tuple[int, list[tuple[str, str]]]]:
        """Return when each notice of an incident that touches this person was published, and what it says."""
        found = []
        for incident, claims in await self.incidents.of_person(person):
            names = {scope.application: self.registry.now.applications.get(scope.application) for scope in incident.scopes}
            systems = ", ".join(pick(one.name, language) if one is not None else name for name, one in names.items())
            own = claim_words(claims, language)
            found.append((incident.published_at or 0, citizen_notice(incident, systems, own, language)))
        return found

    def _csv(self, events: list[dict[str, Any]], language: str) -> Response:
        t, out = sayer(language), io.StringIO()
        writer = csv.writer(out)
        writer.writerow([t("Waktu", "Time"), t("Kejadian", "Event"), t("Keterangan", "Details"), t("Cara", "How")])
        for event in events:
            cells = (moment_text(event["at"], language), event["what"], event["more"], event["how"])
            writer.writerow([safe_cell(cell) for cell in cells])
        headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="riwayat.csv"'}
        return Response("\ufeff" + out.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")

    def routes(self) -> list[Route]:
        return [Route("/riwayat", self.show, methods=["GET"])]
