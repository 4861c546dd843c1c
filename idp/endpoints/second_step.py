"""`/masuk/{id}/langkah-dua`: one field for a six-digit code (UX LG-9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.interaction.dispatcher import Dispatcher
from idp.interaction.models import Interaction, StepUp
from idp.people.models import Person
from idp.sessions.models import ACR_TWO_STEPS
from idp.sessions.service import Sessions
from idp.signin.totp import Totp
from kit.audit import AuditEvent, AuditTrail, Entry
from kit.clock import Clock
from kit.web.address import Network, client_network
from kit.web.forms import BadForm, read_form, singles
from kit.web.pages import Pages, see_other


@dataclass(frozen=True)
class SecondStepPage:
    dispatcher: Dispatcher
    sessions: Sessions
    totp: Totp
    trail: AuditTrail
    pages: Pages
    clock: Clock
    trusted_proxies: Sequence[Network] = ()

    async def show(self, request: Request) -> Response:
        found = await self._at_step(request)
        if isinstance(found, Response):
            return found
        interaction, _ = found
        return self._form(request, interaction)

    async def post(self, request: Request) -> Response:
        found = await self._at_step(request)
        if isinstance(found, Response):
            return found
        interaction, person = found
        try:
            fields = singles(await read_form(request, 16384))
        except BadForm as error:
            return self.dispatcher.errors.message(request, "bad_form", status=error.status)
        if not self.pages.genuine(request, fields.get("csrf", "")):
            return self.dispatcher.errors.message(request, "not_genuine", status=403)
        outcome = await self.totp.check(person, fields.get("kode", ""))
        session = await self.sessions.current(request)
        now = self.clock.now()
        origin = client_network(request, self.trusted_proxies)
        if not outcome.right or session is None:
            await self.trail.append(Entry(AuditEvent.SECOND_STEP_FAILED, f"person:{person.id}", f"person:{person.id}", now, origin))
            return self._form(
                request, interaction, error="wait" if outcome.wait else "wrong", until=outcome.wait.until if outcome.wait else 0
            )
        response = see_other(f"/lanjut/{interaction.id}")
        stronger = await self.sessions.strengthen(request, response, session, amr=(*session.amr, "otp", "mfa"), acr=ACR_TWO_STEPS)
        if interaction.signed_in_at is not None:
            await self.dispatcher.save(replace(interaction, signed_in_at=min(interaction.signed_in_at, stronger.auth_time)))
        await self.trail.append(Entry(AuditEvent.STEPPED_UP, f"person:{person.id}", f"session:{session.id}", now, origin))
        return response

    async def _at_step(self, request: Request) -> Response | tuple[Interaction, Person]:
        """Return the interaction and person when the second step is what comes next; else the way there."""
        interaction = await self.dispatcher.load(request, request.path_params["id"])
        if isinstance(interaction, Response):
            return interaction
        decision = await self.dispatcher.decide(request, interaction, await self.sessions.current(request))
        if not isinstance(decision.step, StepUp) or decision.person is None:
            return see_other(f"/lanjut/{interaction.id}")
        if not await self.totp.available(decision.person):
            return self.dispatcher.errors.message(request, "no_second_step", status=403, application=decision.application)
        return interaction, decision.person

    def _form(self, request: Request, interaction: Interaction, *, error: str = "", until: int = 0) -> Response:
        application = self.dispatcher.registry.now.applications.get(interaction.application or "")
        context = {
            "interaction": interaction,
            "application": application,
            "way_back": self.dispatcher.doors[interaction.door].way_back(interaction),
            "error": error,
            "errors": [error] if error else [],
            "until": until,
            "sandbox": bool(self.dispatcher.settings.sandbox_code),
        }
        return self.pages.render(
            request,
            "idp/second-step.html",
            context,
            status=429 if error == "wait" else 200,
            preferred_language=interaction.ui_locales,
            form_targets=interaction.form_targets,
        )

    def routes(self) -> list[Route]:
        path = "/masuk/{id}/langkah-dua"
        return [Route(path, self.show, methods=["GET"]), Route(path, self.post, methods=["POST"])]
