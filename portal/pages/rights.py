"""`/izin/permintaan`, "Hak Anda": what a person may ask of an agency, her requests with deadline and answer; and the hold on one record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consent.duties import MOST_WORDS, REQUESTS, can_request
from consent.duty_models import Cause, Duty, DutyKind
from consent.duty_words import WHAT, limit, said
from consent.errors import NotHoldable, NotRequestable, NotYours
from consent.models import Standing
from consent.rights import Rights
from consent.store import DutyStore
from idp.applications.registry import Registry
from idp.error_pages import ErrorPages
from idp.signout.service import SignOut
from kit.clock import Clock
from kit.web.language import language_of
from kit.web.pages import Pages, see_other
from portal.citizen import Caller, Citizen
from portal.sent import sent

PATH = "/izin/permintaan"
OWN = (Cause.REQUESTED, Cause.OBJECTED, Cause.RESTRICTED)
ASKED = ("access", "correction", "portability", "automated_decision", "restriction")


@dataclass(frozen=True)
class RightsPages:
    caller: Caller
    pages: Pages
    registry: Registry
    rights: Rights
    duties: DutyStore
    signout: SignOut
    errors: ErrorPages
    clock: Clock

    async def overview(self, request: Request) -> Response:
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        return await self._shown(request, who, {})

    async def file(self, request: Request) -> Response:
        """Take a request. What is missing is said beside the field, and nothing that was typed is lost."""
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        fields = await sent(request, self.pages, self.errors, 8192)
        if isinstance(fields, Response):
            return fields
        problems = []
        if not fields.get("izin"):
            problems.append({"field": "izin", "text": {"id": "Pilih layanannya.", "en": "Choose the service."}})
        if fields.get("hak") not in ASKED:
            problems.append({"field": "hak", "text": {"id": "Pilih yang Anda minta.", "en": "Choose what you ask for."}})
        if fields.get("hak") == DutyKind.CORRECTION.value and not fields.get("kata", "").strip():
            problems.append({"field": "kata", "text": {"id": "Tulis data mana yang salah.", "en": "Write which data are wrong."}})
        if problems:
            return await self._shown(request, who, fields, problems)
        language = language_of(request, who.person.language)
        try:
            await self.rights.request(
                who.person.id,
                fields["izin"],
                DutyKind(fields["hak"]),
                fields.get("kata", "").strip(),
                channel="portal",
                language=language,
            )
        except NotYours:
            return self.errors.message(request, "not_found", status=404)
        except NotRequestable:
            held = {"id": "Izin ini dapat Anda tahan sendiri: buka izinnya.", "en": "You can put this one on hold yourself: open it."}
            return await self._shown(request, who, fields, [{"field": "hak", "text": held}])
        return see_other(f"{PATH}?terkirim=ya")

    async def hold(self, request: Request) -> Response:
        return await self._switch(request, hold=True)

    async def lift(self, request: Request) -> Response:
        return await self._switch(request, hold=False)

    async def _switch(self, request: Request, *, hold: bool) -> Response:
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        fields = await sent(request, self.pages, self.errors, 8192)
        if isinstance(fields, Response):
            return fields
        record, person = request.path_params["record"], who.person.id
        language = language_of(request, who.person.language)
        act = self.rights.hold if hold else self.rights.lift
        try:
            await act(person, record, channel="portal", language=language)
        except NotYours:
            return self.errors.message(request, "not_found", status=404)
        except NotHoldable:
            return see_other(f"/izin/{record}")  # a second press shows the outcome (UX C-15)
        state = await self.rights.consent.state(person, record)
        notice = self.registry.now.notices.get(state.notice)
        purpose = notice.purpose(state.purpose) if notice is not None else None
        if hold and purpose is not None and purpose.required:
            await self.signout.service_ended(person, state.application)
        return see_other(f"/izin/{record}")

    async def _shown(
        self, request: Request, who: Citizen, fields: dict[str, str], problems: list[dict[str, Any]] | None = None
    ) -> Response:
        snapshot, now = self.registry.now, self.clock.now()
        language = language_of(request, who.person.language)
        own = [one for one in await self.duties.of_person(who.person.id) if one.cause in OWN]
        records = []
        for state in await self.rights.consent.states(who.person.id):
            notice = snapshot.notices.get(state.notice)
            purpose = notice.purpose(state.purpose) if notice is not None else None
            service = snapshot.services.get(state.service)
            if state.standing is not Standing.RENEWED and any(can_request(state, kind) for kind in REQUESTS):
                records.append((state, service, purpose))
        context = {
            "person": who.person,
            "here": "consents",
            "requests": [self._request(one, now) for one in own],
            "records": sorted(records, key=lambda one: -one[0].since),
            "kinds": [(kind, WHAT[DutyKind(kind)], limit(DutyKind(kind))) for kind in ASKED],
            "chosen": {"izin": request.query_params.get("izin", "")[:64], "hak": "", "kata": "", **fields},
            "errors": [{"field": one["field"], "text": one["text"].get(language, one["text"]["id"])} for one in problems or []],
            "sent": request.query_params.get("terkirim") == "ya",
            "most": MOST_WORDS,
        }
        status = 422 if problems else 200
        return self.pages.render(request, "portal/requests.html", context, status=status, preferred_language=who.person.language)

    def _request(self, duty: Duty, now: int) -> dict[str, Any]:
        snapshot = self.registry.now
        return {
            "duty": duty,
            "what": WHAT[duty.kind],
            "service": snapshot.services.get(duty.service),
            "agency": snapshot.agencies.get(duty.agency),
            "said": said(duty.kind, duty.outcome) if duty.outcome is not None else None,
            "late": duty.overdue(now),
            "limit": limit(duty.kind),
        }

    def routes(self) -> list[Route]:
        """Return the routes; they stand before those of `/izin/{record}`."""
        return [
            Route(PATH, self.overview, methods=["GET"]),
            Route(PATH, self.file, methods=["POST"]),
            Route("/izin/{record}/tahan", self.hold, methods=["POST"]),
            Route("/izin/{record}/teruskan", self.lift, methods=["POST"]),
        ]
