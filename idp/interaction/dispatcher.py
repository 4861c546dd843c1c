"""The dispatcher: every page returns to it, and it alone decides what comes next.

A request that can be answered at once is answered without being stored. Otherwise it is kept as an interaction, and the person walks from
page to page by way of `/lanjut/{id}`. Decisions are made by `next_step`; this file only fetches what it needs and acts on what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consent.models import ConsentStanding, Notice
from consent.service import ConsentService
from idp import guards
from idp.applications.models import Application, Service
from idp.applications.registry import Registry
from idp.error_pages import ErrorPages
from idp.interaction.doors import Door
from idp.interaction.models import Consent, Interaction, Issue, Login, Refuse, Step, StepUp
from idp.interaction.next_step import Facts, next_step
from idp.interaction.records import application_of, decode, encode, is_genuine, new_interaction_id
from idp.people.models import Person
from idp.people.service import People
from idp.sessions.models import Permit, Session
from idp.sessions.service import Sessions
from idp.settings import IdpSettings
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put, StoreUnavailable
from kit.secrets import digest, new_id
from kit.web.cookies import CookieJar
from kit.web.csrf import BROWSER_COOKIE
from kit.web.pages import Pages, see_other

ATTEMPTS = 3
LEAST_LIFE = 1200  # seconds that a page lives from the moment it is shown (UX C-16)
LONGEST_LIFE = 86400
TOLD_TO_BOTH = frozenset({"minor", "age_unknown"})  # a page for the person, access_denied for the application
SILENT_REASON = {Login: "login_required", StepUp: "interaction_required", Consent: "consent_required"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes next, and everything it was decided from. `permit` is set when a service may be issued to."""

    step: Step
    session: Session | None = None
    person: Person | None = None
    service: Service | None = None
    application: Application | None = None
    standing: ConsentStanding | None = None
    permit: Permit | None = None


@dataclass(frozen=True)
class Dispatcher:
    store: ExpiringStore
    sessions: Sessions
    people: People
    registry: Registry
    consent: ConsentService
    pages: Pages
    errors: ErrorPages
    settings: IdpSettings
    clock: Clock
    doors: dict[str, Door]
    key: bytes

    def draft(self, request: Request, *, door: str, application: str | None = None, deferred: bool = False, **fields: Any) -> Interaction:
        """Return a new interaction of this browser. `deferred`: the browser's cookies did not come with this request."""
        now = self.clock.now()
        return Interaction(
            id=new_interaction_id(self.key, application),
            door=door,
            browser="" if deferred else digest(self.pages.browser(request)),
            application=application,
            service=fields.pop("service", None),
            claims=fields.pop("claims", frozenset()),
            created_at=now,
            expires_at=now + self.settings.interaction_seconds,
            **fields,
        )

    async def begin(self, request: Request, draft: Interaction) -> Response:
        """Answer at once when nothing need be asked; else keep the interaction and send the person to its first page."""
        if not draft.browser:
            await self.save(draft)
            return see_other(f"/lanjut/{draft.id}")
        decision = await self.decide(request, draft, await self.sessions.peek(request))
        answer = await self._answer(request, draft, decision)
        if isinstance(answer, Response):
            return answer
        if draft.silent:
            return await self._door(draft).refuse(request, draft, Refuse(SILENT_REASON[type(answer.step)]))
        await self.save(draft)
        return self._to_page(request, draft, answer.step)

    async def proceed(self, request: Request, interaction: Interaction) -> Response:
        """Decide about a stored interaction and go there."""
        decision = await self.decide(request, interaction, await self.sessions.current(request))
        if isinstance(decision.step, Login | StepUp | Consent):
            if interaction.silent:
                return await self.finish(request, interaction, Refuse(SILENT_REASON[type(decision.step)]))
            return self._to_page(request, interaction, decision.step)
        if await self.store.take(_key(interaction.id)) is None:
            return await self._gone(request, interaction.id)
        await self._finish(interaction)
        try:
            answer = await self._answer(request, interaction, decision)
        except StoreUnavailable:
            await self.save(interaction)  # nothing was issued: the person may try again
            raise
        if isinstance(answer, Response):
            return answer
        await self.save(interaction)
        return self._to_page(request, interaction, answer.step)

    async def load(self, request: Request, interaction_id: str) -> Interaction | Response:
        """Return the interaction if this browser began it; else the page that says why not and offers to start again."""
        raw = await self.store.get(_key(interaction_id))
        if raw is None:
            return await self._gone(request, interaction_id)
        interaction = decode(raw)
        browser = self.cookies.read(request, BROWSER_COOKIE)
        if not interaction.browser:
            interaction = replace(interaction, browser=digest(self.pages.browser(request)))
            await self.save(interaction)
        elif not browser or digest(browser) != interaction.browser:
            return self.errors.message(request, "lost_cookie", status=403, application=self._application(interaction.application))
        return await self._with_time_left(interaction)

    async def _with_time_left(self, interaction: Interaction) -> Interaction:
        """Return the interaction with at least twenty minutes left for the page that is shown now; for one day, not for ever."""
        now = self.clock.now()
        if interaction.expires_at - now >= LEAST_LIFE or now - interaction.created_at >= LONGEST_LIFE:
            return interaction
        longer = replace(interaction, expires_at=now + self.settings.interaction_seconds)
        await self.save(longer)
        return longer

    async def save(self, interaction: Interaction) -> None:
        ttl = max(1, interaction.expires_at - self.clock.now())
        await self.store.put(Put(_key(interaction.id), encode(interaction), ttl))

    async def finish(self, request: Request, interaction: Interaction, refusal: Refuse) -> Response:
        """End the interaction with a refusal that its door tells the application."""
        if await self.store.take(_key(interaction.id)) is None:
            return await self._gone(request, interaction.id)
        await self._finish(interaction)
        return await self._door(interaction).refuse(request, interaction, refusal)

    async def decide(self, request: Request, interaction: Interaction, session: Session | None, *, fresh: bool = False) -> Decision:
        """Return what comes next. Without `fresh`, what the session remembers is used; a stale memory is caught when it is acted on."""
        snapshot, now = self.registry.now, self.clock.now()
        application = snapshot.applications.get(interaction.application or "")
        service = snapshot.services.get(interaction.service or "")
        person = await self._person(session) if session is not None else None
        standing, permit = None, None
        if session is not None and person is not None and service is not None and application is not None:
            notice = snapshot.notice_for(service.slug)
            if notice is not None:
                standing, permit = await self._standing(interaction, session, person, application, service, notice, fresh)
        facts = Facts(
            interaction,
            session if person is not None else None,
            person,
            standing,
            now,
            service=service,
            application_usable=interaction.application is None or snapshot.usable(interaction.application),
            audience=application.audience if application is not None else "citizen",
        )
        return Decision(next_step(facts), session, person, service, application, standing, permit)

    async def _standing(
        self,
        interaction: Interaction,
        session: Session,
        person: Person,
        application: Application,
        service: Service,
        notice: Notice,
        fresh: bool,
    ) -> tuple[ConsentStanding, Permit | None]:
        ask_again = interaction.ask_consent and interaction.answered_at is None
        known = session.permits.get(service.slug)
        if not fresh and not ask_again and known is not None and self._still_answers(known, notice, interaction):
            released = known.released & interaction.claims
            return ConsentStanding(notice.id, (), frozenset(), released, known.shown, known.expires_at), known
        names = (guards.permit(person.id, application.id), guards.application(application.id))
        epochs = await self.store.guards(*names)  # before the SQL: what changes afterwards is caught by the guard
        standing = await self.consent.standing(person.id, notice, interaction.claims, ask_again=ask_again, done=interaction.answered)
        if not standing.complete:
            return standing, None
        everything = await self.consent.standing(person.id, notice, interaction.claims | standing.shown)
        permit = Permit(
            notice=notice.id,
            released=everything.released,
            shown=standing.shown | interaction.claims,
            expires_at=everything.expires_at,
            grant=new_id(),
            subject=await self.people.subject(person.id, application.agency),
            epoch=epochs[names[0]],
            application_epoch=epochs[names[1]],
            untold=standing.news and interaction.silent,
        )
        return standing, permit

    def _still_answers(self, permit: Permit, notice: Notice, interaction: Interaction) -> bool:
        """True when the permit was given on the present text, covers everything asked, and has not run out."""
        in_time = permit.expires_at is None or self.clock.now() < permit.expires_at
        if permit.untold and not interaction.silent:
            return False
        return in_time and permit.notice == notice.id and interaction.claims <= permit.shown

    async def _answer(self, request: Request, interaction: Interaction, decision: Decision) -> Response | Decision:
        """Act on a decision to issue or refuse; return the decision when a page must be shown first."""
        for _ in range(ATTEMPTS):
            step = decision.step
            if isinstance(step, Refuse):
                return await self._refuse(request, interaction, step, decision.application)
            if not isinstance(step, Issue):
                return decision
            assert decision.session is not None and decision.person is not None
            session = decision.session
            if (
                decision.permit is not None
                and decision.service is not None
                and session.permits.get(decision.service.slug) != decision.permit
            ):
                session = await self.sessions.add_permit(request, session, decision.service.slug, decision.permit)
            response = await self._door(interaction).issue(request, interaction, session, decision.person, step)
            if response is not None:
                return response
            self.sessions.forget(request)
            decision = await self.decide(request, interaction, await self.sessions.current(request), fresh=True)
        raise StoreUnavailable("the permission keeps changing")

    async def _refuse(self, request: Request, interaction: Interaction, refusal: Refuse, application: Application | None) -> Response:
        if interaction.silent or refusal.reason == "declined":
            return await self._door(interaction).refuse(request, interaction, refusal)
        if refusal.reason not in TOLD_TO_BOTH:
            return self.errors.message(request, refusal.reason, status=403, application=application)
        told = await self._door(interaction).refuse(request, interaction, refusal)
        back = told.headers.get("location")  # the person reads the page; its way back carries the answer to the application
        context = {"way_back": back} if back is not None else {}
        return self.errors.message(request, refusal.reason, status=403, application=application, **context)

    async def _person(self, session: Session) -> Person | None:
        return await self.people.get(session.person, session.guards[guards.person(session.person)])

    async def _finish(self, interaction: Interaction) -> None:
        await self.store.put(Put(f"done:{digest(interaction.id)}", b"1", self.settings.return_context_seconds))

    async def _gone(self, request: Request, interaction_id: str) -> Response:
        """Say that it is finished or expired, and the way on. A form sent again is answered by a redirect to that page (UX C-15)."""
        if request.method == "POST" and is_genuine(self.key, interaction_id):
            return see_other(f"/lanjut/{interaction_id}")
        application = self._application(application_of(self.key, interaction_id))
        finished = await self.store.get(f"done:{digest(interaction_id)}") is not None
        return self.errors.message(request, "finished" if finished else "expired", status=200 if finished else 410, application=application)

    def _application(self, application_id: str | None) -> Application | None:
        return self.registry.now.applications.get(application_id or "")

    def _door(self, interaction: Interaction) -> Door:
        return self.doors[interaction.door]

    @property
    def cookies(self) -> CookieJar:
        return self.pages.cookies

    def _to_page(self, request: Request, interaction: Interaction, step: Step) -> Response:
        """Send the person to the page of this step, and give a new browser its cookie on the way."""
        response = see_other(PAGE_OF[type(step)].format(id=interaction.id))
        browser = self.pages.browser(request)
        if self.cookies.read(request, BROWSER_COOKIE) != browser:
            self.cookies.set(response, BROWSER_COOKIE, browser)
        return response


PAGE_OF: Mapping[type, str] = {Login: "/masuk/{id}", StepUp: "/masuk/{id}/langkah-dua", Consent: "/persetujuan/{id}"}


def _key(interaction_id: str) -> str:
    return f"i:{digest(interaction_id)}"
