"""`/persetujuan/{id}`: what leaves, to whom, why and for how long; and the person's answer (UX CN-1 to CN-9).

The stored interaction says what is asked; of what a form posts only the ticks are believed, and only for purposes that were shown (CN-02).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consent.errors import NoticeChanged, UnknownNotice
from consent.models import Answer, Notice, Purpose
from consent.notice import BASIS_WORDS
from consent.service import ConsentService
from idp.authorization import details
from idp.interaction.dispatcher import Decision, Dispatcher
from idp.interaction.models import Consent, Interaction, Refuse
from idp.people.claims import source_of
from idp.people.masking import mask, plain
from idp.people.models import Person
from idp.registration.links import links_of
from idp.sessions.service import Sessions
from kit.audit import AuditEvent, AuditTrail, Entry
from kit.clock import Clock
from kit.secrets import digest
from kit.web.forms import BadForm, read_form, singles
from kit.web.language import language_of
from kit.web.pages import Pages, see_other

PATH = "/persetujuan/{id}"


@dataclass(frozen=True)
class ConsentPage:
    dispatcher: Dispatcher
    sessions: Sessions
    consent: ConsentService
    pages: Pages
    clock: Clock
    trail: AuditTrail

    async def show(self, request: Request) -> Response:
        found = await self._at_step(request)
        if isinstance(found, Response):
            return found
        interaction, decision, step = found
        return self._page(request, interaction, decision, step, changed=False)

    async def post(self, request: Request) -> Response:
        found = await self._at_step(request)
        if isinstance(found, Response):
            return found
        interaction, decision, step = found
        try:
            fields = singles(await read_form(request, 16384))
        except BadForm as error:
            return self.dispatcher.errors.message(request, "bad_form", status=error.status)
        if not self.pages.genuine(request, fields.get("csrf", "")):
            return self.dispatcher.errors.message(request, "not_genuine", status=403)
        notice = self.dispatcher.registry.now.notices[step.notice]
        language = language_of(request, interaction.ui_locales)
        if fields.get("teks") != notice.text_sha256.get(language):
            return self._page(request, interaction, decision, step, changed=True)
        about_data = _needs_answer(notice, step)
        needs_answer = about_data or bool(interaction.details)
        if fields.get("jawab") == "tidak" and needs_answer:
            return self._refusal(request, interaction, decision, notice, about_data)
        if fields.get("jawab") == "tidak-jadi" and needs_answer:
            if about_data:
                await self._record(notice, step, decision, interaction, frozenset(), language, refused=True)
            return await self.dispatcher.finish(request, interaction, Refuse("declined"))
        if fields.get("jawab") != "setuju":
            return self._page(request, interaction, decision, step, changed=False)
        agreed = frozenset(
            purpose.id
            for purpose in notice.purposes
            if purpose.id in step.to_show and purpose.needs_answer and (purpose.required or fields.get(purpose.id) == "1")
        )
        try:
            await self._record(notice, step, decision, interaction, agreed, language, refused=False)
        except (NoticeChanged, UnknownNotice):
            return see_other(f"/lanjut/{interaction.id}")
        if interaction.details:
            await self._note_details(interaction, decision)
        if interaction.ask_consent or interaction.details:
            await self.dispatcher.save(replace(interaction, answered_at=self.clock.now()))
        return see_other(f"/lanjut/{interaction.id}")

    async def _record(
        self,
        notice: Notice,
        step: Consent,
        decision: Decision,
        interaction: Interaction,
        agreed: frozenset[str],
        language: str,
        *,
        refused: bool,
    ) -> None:
        assert decision.person is not None
        answer = Answer(
            person=decision.person.id,
            notice=notice,
            shown=step.to_show,
            agreed=agreed,
            refused_all=refused,
            language=language,
            channel=interaction.door,
            at=self.clock.now(),
        )
        await self.consent.answer(answer, self.dispatcher.registry.now.notice_for(notice.service))

    async def _note_details(self, interaction: Interaction, decision: Decision) -> None:
        """Keep in the trail what the person agreed to beyond data: the types, and a digest of the whole text."""
        assert decision.person is not None
        asked: list[details.Detail] = orjson.loads(interaction.details)
        about = {"types": sorted({item["type"] for item in asked}), "sha256": digest(interaction.details)}
        person, application = f"person:{decision.person.id}", f"application:{interaction.application}"
        await self.trail.append(Entry(AuditEvent.DETAILS_AGREED, person, application, self.clock.now(), after=about))

    async def _at_step(self, request: Request) -> Response | tuple[Interaction, Decision, Consent]:
        """Return what is asked when consent is what comes next; else the way there."""
        interaction = await self.dispatcher.load(request, request.path_params["id"])
        if isinstance(interaction, Response):
            return interaction
        decision = await self.dispatcher.decide(request, interaction, await self.sessions.current(request), fresh=True)
        if not isinstance(decision.step, Consent):
            return see_other(f"/lanjut/{interaction.id}")
        return interaction, decision, decision.step

    def _page(self, request: Request, interaction: Interaction, decision: Decision, step: Consent, *, changed: bool) -> Response:
        notice = self.dispatcher.registry.now.notices[step.notice]
        language = language_of(request, interaction.ui_locales)
        person, now = decision.person, self.clock.now()
        assert person is not None
        shown = [purpose for purpose in notice.purposes if purpose.id in step.to_show]
        reveal = request.query_params.get("tampil", "") if request.method == "GET" else ""
        context = {
            **self._common(interaction, decision, notice, language),
            "required": [_view(p, person, language, reveal, now, p.id in step.new) for p in shown if p.required],
            "optional": [_view(p, person, language, reveal, now, p.id in step.new) for p in shown if not p.required],
            "needs_answer": _needs_answer(notice, step) or bool(interaction.details),
            "details": [details.view(item) for item in orjson.loads(interaction.details or "[]")],
            "changed": changed,
            "something_new": bool(step.new),
        }
        return self._render(request, "idp/consent.html", interaction, context)

    def _refusal(self, request: Request, interaction: Interaction, decision: Decision, notice: Notice, about_data: bool) -> Response:
        """Say first what the person can do without agreeing (UX CN-3)."""
        context = self._common(interaction, decision, notice, language_of(request, interaction.ui_locales))
        context["about_data"] = about_data
        return self._render(request, "idp/consent-refuse.html", interaction, context)

    def _render(self, request: Request, template: str, interaction: Interaction, context: dict[str, Any]) -> Response:
        return self.pages.render(
            request, template, context, preferred_language=interaction.ui_locales, form_targets=interaction.form_targets
        )

    def _common(self, interaction: Interaction, decision: Decision, notice: Notice, language: str) -> dict[str, Any]:
        agency = self.dispatcher.registry.now.agencies.get(notice.controller)
        return {
            "interaction": interaction,
            "person": decision.person,
            "service": decision.service,
            "agency": agency,
            "notice": notice,
            "text_hash": notice.text_sha256.get(language, ""),
            "links": links_of(self.dispatcher.registry.now, interaction.client, notice.application),
        }

    def routes(self) -> list[Route]:
        return [Route(PATH, self.show, methods=["GET"]), Route(PATH, self.post, methods=["POST"])]


def _needs_answer(notice: Notice, step: Consent) -> bool:
    """True when a required purpose rests on consent: only then is there something to refuse (UX CN-4)."""
    return any(purpose.required and purpose.needs_answer for purpose in notice.purposes if purpose.id in step.to_show)


def _view(purpose: Purpose, person: Person, language: str, reveal: str, now: int, new: bool) -> dict[str, Any]:
    """Return one purpose as the template shows it: claims with masked values, basis, retention, end."""
    claims = []
    for claim in purpose.claims:
        value = person.claims.get(claim.claim)
        missing = value in (None, "", [], {})
        masked = None if missing else mask(claim.claim, value, language)
        claims.append(
            {
                "name": claim.claim,
                "label": claim.label,
                "why": claim.purpose,
                "source": source_of(claim.claim, verified=person.level == "verified"),
                "missing": missing,
                "masked": masked,
                "full": plain(claim.claim, value, language) if reveal == claim.claim and not missing else "",
            }
        )
    return {
        "purpose": purpose,
        "claims": claims,
        "new": new,
        "basis": BASIS_WORDS[purpose.basis],
        "ends": now + purpose.valid_for if purpose.valid_for is not None else None,
    }
