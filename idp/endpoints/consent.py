"""`/persetujuan/{id}`: what leaves, to whom, why and for how long; and the person's answer (UX CN-1 to CN-9).

The stored interaction says what is asked; of what a form posts only the ticks are believed, and only for purposes that were shown (CN-02).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consent.differences import Difference, differences
from consent.errors import NoticeChanged, UnknownNotice
from consent.models import Answer, Notice
from consent.service import ConsentService
from idp.authorization import details
from idp.endpoints import consent_page as page
from idp.interaction.dispatcher import Decision, Dispatcher
from idp.interaction.models import Consent, Interaction, Refuse
from idp.people.seen import Seen
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
    seen: Seen

    async def show(self, request: Request) -> Response:
        found = await self._at_step(request)
        if isinstance(found, Response):
            return found
        interaction, decision, step = found
        return await self._page(request, interaction, decision, step, changed=False)

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
            return await self._page(request, interaction, decision, step, changed=True)
        about_data, acting = page.needs_answer(notice, step), page.asks_to_act(interaction, decision, step)
        needs_answer = about_data or acting
        if fields.get("jawab") == "tidak" and needs_answer:
            return self._refusal(request, interaction, decision, notice, about_data)
        if fields.get("jawab") == "tidak-jadi" and needs_answer:
            if about_data:
                await self._record(notice, step, decision, interaction, {}, language, refused=True)
            return await self.dispatcher.finish(request, interaction, Refuse("declined"))
        if fields.get("jawab") != "setuju":
            return await self._page(request, interaction, decision, step, changed=False)
        try:
            await self._record(notice, step, decision, interaction, page.agreed(notice, step, fields), language, refused=False)
        except (NoticeChanged, UnknownNotice):
            return see_other(f"/lanjut/{interaction.id}")
        if acting:
            await self._note_details(interaction, decision)
        if interaction.ask_consent or interaction.details or not page.is_last(interaction, decision, step):
            await self.dispatcher.save(page.remembered(interaction, decision, step, self.clock.now()))
        return see_other(f"/lanjut/{interaction.id}")

    async def _record(
        self,
        notice: Notice,
        step: Consent,
        decision: Decision,
        interaction: Interaction,
        agreed: Mapping[str, frozenset[str]],
        language: str,
        *,
        refused: bool,
    ) -> None:
        assert decision.person is not None
        answer = Answer(
            person=decision.person.id,
            notice=notice,
            shown=step.to_show,
            agreed=frozenset(agreed),
            refused_all=refused,
            language=language,
            channel=interaction.door,
            seen=self.seen.by_purpose(decision.person, notice, step.to_show),
            at=self.clock.now(),
            asked=step.asked,
            chosen=agreed,
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

    async def _page(self, request: Request, interaction: Interaction, decision: Decision, step: Consent, *, changed: bool) -> Response:
        notice = self.dispatcher.registry.now.notices[step.notice]
        language = language_of(request, interaction.ui_locales)
        person, now = decision.person, self.clock.now()
        assert person is not None
        reveal = request.query_params.get("tampil", "") if request.method == "GET" else ""
        groups = [page.group(purpose, step, person, language, reveal, now) for purpose in notice.purposes if purpose.id in step.to_show]
        acting = page.asks_to_act(interaction, decision, step)
        context = {
            **self._common(interaction, decision, notice, language),
            "required": [one for one in groups if not page.is_a_choice(one["purpose"])],
            "optional": [one for one in groups if page.is_a_choice(one["purpose"])],
            "needs_answer": page.needs_answer(notice, step) or acting,
            "details": [details.view(item) for item in orjson.loads(interaction.details)] if acting else [],
            "changed": changed,
            "something_new": bool(step.new),
            "specific": step.specific,
            "differences": await self._differences(person.id, notice, step),
        }
        return self._render(request, "idp/consent.html", interaction, context)

    async def _differences(self, person: str, notice: Notice, step: Consent) -> list[Difference]:
        """Return what changed since the text that this person answered last, as far as it belongs on this page (UX CN-6)."""
        texts = self.dispatcher.registry.now.notices
        older = [
            state for state in await self.consent.states(person, notice.service) if state.notice != notice.id and state.notice in texts
        ]
        if not older:
            return []
        former = texts[max(older, key=lambda state: state.last_seq).notice]
        return [one for one in differences(former, notice) if page.belongs(one, step)]

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
