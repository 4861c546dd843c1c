"""`/izin`: who may use which data, the time line of each record, withdrawal in two screens, objection (UX CH-1 to CH-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consent.duties import THREE_DAYS
from consent.duty_models import Cause, DutyKind, Outcome
from consent.duty_words import WHAT, said
from consent.errors import NothingToObject, NotWithdrawable, NotYours
from consent.ledger import can_withdraw
from consent.models import PurposeState, Standing
from consent.notice import BASIS_WORDS
from consent.rights import can_hold, can_lift
from consent.service import ConsentService
from consent.store import DisclosureStore, DutyStore
from idp.applications.registry import Registry
from idp.error_pages import ErrorPages
from idp.people.claims import CATALOGUE
from idp.signout.service import SignOut
from kit.clock import Clock
from kit.web.language import language_of
from kit.web.pages import Pages, see_other
from portal.citizen import Caller, Citizen
from portal.sent import sent

SHOWN = tuple(Standing)


@dataclass(frozen=True)
class ConsentPages:
    caller: Caller
    pages: Pages
    registry: Registry
    consent: ConsentService
    disclosures: DisclosureStore
    duties: DutyStore
    signout: SignOut
    errors: ErrorPages
    clock: Clock

    async def overview(self, request: Request) -> Response:
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        snapshot, now = self.registry.now, self.clock.now()
        agency_wanted, wanted = request.query_params.get("instansi", ""), request.query_params.get("status", "")
        by_agency: dict[str, list[dict[str, Any]]] = {}
        everything = sorted(await self.consent.states(who.person.id), key=lambda state: -state.since)
        agencies = sorted({self._agency(state) for state in everything})
        for state in everything:
            code = self._agency(state)
            view = self._view(state, now)
            if (not agency_wanted or agency_wanted == code) and (not wanted or wanted == view["standing"]):
                by_agency.setdefault(code, []).append(view)
        context = {
            "person": who.person,
            "here": "consents",
            "sections": [{"agency": snapshot.agencies.get(code), "code": code, "rows": rows} for code, rows in by_agency.items()],
            "agencies": [snapshot.agencies[code] for code in agencies if code in snapshot.agencies],
            "agency_wanted": agency_wanted,
            "wanted": wanted,
            "standings": SHOWN,
            "none_at_all": not everything,
        }
        return self.pages.render(request, "portal/consents.html", context, preferred_language=who.person.language)

    async def detail(self, request: Request) -> Response:
        found = await self._own(request)
        if isinstance(found, Response):
            return found
        who, state = found
        history = list(reversed(await self.consent.history(who.person.id, record_id=state.record_id)))
        sent = [view for view in await self.disclosures.of_person(who.person.id, service=state.service) if _covers(view, state)]
        events: list[dict[str, Any]] = [{"at": row.at, "kind": row.event.value, "row": row} for row in history]
        events += [
            {
                "at": view.disclosure.at,
                "kind": "sent",
                "view": view,
                "claims": [claim for claim in CATALOGUE if claim in view.disclosure.claims and claim in state.claims],
            }
            for view in sent
        ]
        owed = await self.duties.of_person(who.person.id, record_id=state.record_id)
        events += [
            {"at": one.settled_at, "kind": "settled", "duty": one, "said": said(one.kind, one.outcome)}
            for one in owed
            if one.settled_at is not None and one.outcome is not None and one.outcome is not Outcome.MOOT
        ]
        stop = next((one for one in owed if one.kind in (DutyKind.STOP, DutyKind.RESTRICTION) and one.open), None)
        passed = min(THREE_DAYS, self.clock.now() - stop.created_at) if stop is not None else 0
        context = {
            **self._context(who, state),
            "events": sorted(events, key=lambda event: event["at"]),
            "deadline": stop.due_at if stop is not None else None,
            "stop": stop,
            "asked": {one.created_at: WHAT[one.kind] for one in owed if one.cause is Cause.REQUESTED},
            "waiting": [(one, WHAT[one.kind], one.overdue(self.clock.now())) for one in reversed(owed) if one.open],
            "holdable": can_hold(state, self.clock.now()),
            "liftable": can_lift(state, self.clock.now()),
            "hours_passed": passed // 3600,
            "bricks": _bricks(passed),
            "objected": request.query_params.get("keberatan") == "diterima",
        }
        return self.pages.render(request, "portal/consent.html", context, preferred_language=who.person.language)

    async def ask(self, request: Request) -> Response:
        """Show the two screens of a withdrawal: what it changes, then `?langkah=2` to confirm. Nothing happens yet (UX CH-3)."""
        found = await self._own(request)
        if isinstance(found, Response):
            return found
        who, state = found
        if not can_withdraw(state, self.clock.now()):
            return see_other(f"/izin/{state.record_id}")
        view = self._context(who, state)
        several = not view["whole"] and view["purpose"] is not None and len(state.claims) > 1
        chosen = _chosen(state, request.query_params)
        ready = request.query_params.get("langkah") == "2" and (bool(chosen) or "pilih" not in request.query_params)
        context = {
            **view,
            "step": 2 if ready else 1,
            "several": [one for one in CATALOGUE if one in state.claims] if several else [],
            "chosen": [one for one in CATALOGUE if one in chosen] if several and chosen < state.claims else [],
            "others": [one for one in self.registry.now.by_application.get(state.application, ()) if one.slug != state.service],
        }
        return self.pages.render(request, "portal/withdraw.html", context, preferred_language=who.person.language)

    async def withdraw(self, request: Request) -> Response:
        found = await self._own(request)
        if isinstance(found, Response):
            return found
        who, state = found
        fields = await sent(request, self.pages, self.errors)
        if isinstance(fields, Response):
            return fields
        language, chosen = language_of(request, who.person.language), _chosen(state, fields)
        try:
            _, whole = await self.consent.withdraw(
                who.person.id, state.record_id, channel="portal", language=language, claims=chosen or None
            )
        except NotWithdrawable:
            return see_other(f"/izin/{state.record_id}")  # a second press shows the outcome (UX C-15)
        if whole:
            await self.signout.service_ended(who.person.id, state.application)
        return see_other(f"/izin/{state.record_id}")

    async def object(self, request: Request) -> Response:
        found = await self._asked(request)
        if isinstance(found, Response):
            return found
        who, state = found
        try:
            await self.consent.object(who.person.id, state.record_id, channel="portal", language=language_of(request, who.person.language))
        except NothingToObject:
            return see_other(f"/izin/{state.record_id}")
        return see_other(f"/izin/{state.record_id}?keberatan=diterima")

    async def _own(self, request: Request) -> Response | tuple[Citizen, PurposeState]:
        """Return the caller and their record; another person's record does not exist for them (CN-03)."""
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        try:
            return who, await self.consent.state(who.person.id, request.path_params["record"])
        except NotYours:
            return self.errors.message(request, "not_found", status=404)

    async def _asked(self, request: Request) -> Response | tuple[Citizen, PurposeState]:
        """Return the caller and their record when our own page sent this form."""
        found = await self._own(request)
        if isinstance(found, Response):
            return found
        fields = await sent(request, self.pages, self.errors)
        return fields if isinstance(fields, Response) else found

    def _context(self, who: Citizen, state: PurposeState) -> dict[str, Any]:
        return {"person": who.person, "here": "consents", **self._view(state, self.clock.now())}

    def _view(self, state: PurposeState, now: int) -> dict[str, Any]:
        """Return a record as the templates show it. `standing` says `berakhir` once its time is over."""
        snapshot = self.registry.now
        notice = snapshot.notices.get(state.notice)
        purpose = notice.purpose(state.purpose) if notice is not None else None
        ended = state.standing is Standing.IN_FORCE and not state.covers(now)
        application = snapshot.applications.get(state.application)
        return {
            "state": state,
            "standing": Standing.ENDED.value if ended else state.standing.value,
            "service": snapshot.services.get(state.service),
            "application": application,
            "agency": snapshot.agencies.get(self._agency(state)),
            "notice": notice,
            "purpose": purpose,
            "claims": [CATALOGUE[claim].label for claim in CATALOGUE if claim in state.claims],
            "basis": BASIS_WORDS[state.basis],
            "withdrawable": can_withdraw(state, now),
            "whole": purpose is not None and purpose.required,
            "labels": {claim: facts.label for claim, facts in CATALOGUE.items()},
        }

    def _agency(self, state: PurposeState) -> str:
        notice = self.registry.now.notices.get(state.notice)
        return notice.controller if notice is not None else ""

    def routes(self) -> list[Route]:
        return [
            Route("/izin", self.overview, methods=["GET"]),
            Route("/izin/{record}", self.detail, methods=["GET"]),
            Route("/izin/{record}/tarik", self.ask, methods=["GET"]),
            Route("/izin/{record}/tarik", self.withdraw, methods=["POST"]),
            Route("/izin/{record}/keberatan", self.object, methods=["POST"]),
        ]


def _chosen(state: PurposeState, fields: Mapping[str, str]) -> frozenset[str]:
    """Return which data of a record the form is about; none: all of it."""
    return frozenset(claim for claim in state.claims if fields.get(f"data-{claim}") == "1")


def _covers(view: Any, state: PurposeState) -> bool:
    return bool(set(view.disclosure.claims) & state.claims)


def _bricks(passed: int) -> str:
    """Return the path of the time that has gone: three bricks of 48 units a day, one unit between them."""
    units = passed * 144 // THREE_DAYS
    parts = [f"M{49 * n} 0h{min(48, units - 48 * n)}v4H{49 * n}z" for n in range(3) if units > 48 * n]
    return "".join(parts) or "M0 0h0v4H0z"
