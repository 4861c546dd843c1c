"""`/masuk/{id}`: one page, two fields, and the way on (UX LG-1 to LG-12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.interaction.dispatcher import Dispatcher
from idp.interaction.models import Interaction, Login
from idp.people.models import Person
from idp.registration.links import links_of
from idp.sessions.models import ACR_PASSWORD, Session
from idp.sessions.service import Sessions
from idp.signin.authenticate import Authenticator, No
from idp.signin.known_device import COOKIE as DEVICE_COOKIE
from idp.signin.known_device import SECONDS as DEVICE_SECONDS
from idp.signin.known_device import KnownDevice
from idp.signin.password import Busy
from kit.clock import Clock
from kit.web.address import Network, client_address, client_network
from kit.web.forms import BadForm, read_form, singles
from kit.web.pages import Pages, see_other


@dataclass(frozen=True)
class SignIn:
    dispatcher: Dispatcher
    sessions: Sessions
    authenticator: Authenticator
    pages: Pages
    clock: Clock
    device_key: bytes = field(repr=False)
    trusted_proxies: Sequence[Network] = ()

    async def show(self, request: Request) -> Response:
        interaction = await self.dispatcher.load(request, request.path_params["id"])
        if isinstance(interaction, Response):
            return interaction
        session = await self.sessions.current(request)
        decision = await self.dispatcher.decide(request, interaction, session)
        if not isinstance(decision.step, Login):
            return see_other(f"/lanjut/{interaction.id}")
        if interaction.choose_account and decision.person is not None and request.query_params.get("ganti") != "ya":
            return self._continue_as(request, interaction, decision.person)
        return self._form(request, interaction, decision.step.why, person=decision.person if decision.step.why else None)

    async def post(self, request: Request) -> Response:
        interaction = await self.dispatcher.load(request, request.path_params["id"])
        if isinstance(interaction, Response):
            return interaction
        try:
            fields = singles(await read_form(request, 16384))
        except BadForm as error:
            return self.dispatcher.errors.message(request, "bad_form", status=error.status)
        if not self.pages.genuine(request, fields.get("csrf", "")):
            return self.dispatcher.errors.message(request, "not_genuine", status=403)
        if fields.get("lanjut") == "ya":
            return await self._keep_account(request, interaction)
        account, password = fields.get("akun", ""), fields.get("sandi", "")
        own_device = fields.get("hp-sendiri") == "1"
        if not account.strip() or not password:
            return await self._again(request, interaction, "empty", account, own_device)
        try:
            outcome = await self.authenticator.by_password(
                account, password, address=client_address(request, self.trusted_proxies), device=self._device(request)
            )
        except Busy:
            response = self.dispatcher.errors.message(request, "unavailable", status=503)
            response.headers["Retry-After"] = "5"
            return response
        if isinstance(outcome, No):
            until = outcome.wait.until if outcome.wait is not None else 0
            return await self._again(request, interaction, "wait" if outcome.wait else "wrong", account, own_device, until)
        return await self._signed_in(request, interaction, outcome.person, own_device=own_device)

    async def _signed_in(self, request: Request, interaction: Interaction, person: Person, *, own_device: bool) -> Response:
        response = see_other(f"/lanjut/{interaction.id}")
        origin = client_network(request, self.trusted_proxies)
        session = await self.sessions.begin(request, response, person, amr=("pwd",), acr=ACR_PASSWORD, own_device=own_device, origin=origin)
        await self.dispatcher.save(replace(interaction, signed_in_at=session.auth_time, choose_account=False))
        self.pages.cookies.set(response, DEVICE_COOKIE, self._device(request).remembering(person.id), DEVICE_SECONDS)
        return response

    async def _keep_account(self, request: Request, interaction: Interaction) -> Response:
        """Go on with the account that is signed in; only the question of the account is answered by this, not a fresh sign-in."""
        session: Session | None = await self.sessions.current(request)
        if session is not None and interaction.choose_account:
            await self.dispatcher.save(replace(interaction, choose_account=False))
        return see_other(f"/lanjut/{interaction.id}")

    async def _again(
        self, request: Request, interaction: Interaction, error: str, typed: str, own_device: bool, until: int = 0
    ) -> Response:
        """Show the form with what was wrong and everything that was typed but the password; why it is asked again stays said."""
        decision = await self.dispatcher.decide(request, interaction, await self.sessions.current(request))
        why = decision.step.why if isinstance(decision.step, Login) else ""
        return self._form(
            request,
            interaction,
            why,
            error=error,
            typed=typed,
            until=until,
            person=decision.person if why else None,
            own_device=own_device,
        )

    def _form(
        self,
        request: Request,
        interaction: Interaction,
        why: str,
        *,
        error: str = "",
        typed: str = "",
        until: int = 0,
        person: Person | None = None,
        own_device: bool = False,
    ) -> Response:
        snapshot = self.dispatcher.registry.now
        application = snapshot.applications.get(interaction.application or "")
        service = snapshot.services.get(interaction.service or "")
        context = {
            "interaction": interaction,
            "application": application,
            "service": service,
            "agency": snapshot.agencies.get(application.agency) if application is not None else None,
            "links": links_of(snapshot, interaction.client, interaction.application),
            "way_back": self.dispatcher.doors[interaction.door].way_back(interaction),
            "why": why,
            "person": person,
            "typed": typed or interaction.login_hint[:320],
            "own_device": own_device,
            "error": error,
            "errors": [error] if error else [],
            "until": until,
        }
        status = 429 if error == "wait" else 200
        response = self.pages.render(
            request,
            "idp/sign-in.html",
            context,
            status=status,
            preferred_language=interaction.ui_locales,
            form_targets=interaction.form_targets,
        )
        if error == "wait":
            response.headers["Retry-After"] = str(max(1, until - self.clock.now()))
        return response

    def _continue_as(self, request: Request, interaction: Interaction, person: Person) -> Response:
        application = self.dispatcher.registry.now.applications.get(interaction.application or "")
        context = {"interaction": interaction, "person": person, "application": application}
        return self.pages.render(request, "idp/continue-as.html", context, preferred_language=interaction.ui_locales)

    def _device(self, request: Request) -> KnownDevice:
        """Return what this browser remembers: a mark by which an account has a guessing budget of its own here (LG-05)."""
        return KnownDevice(self.device_key, self.pages.cookies.read(request, DEVICE_COOKIE))

    def routes(self) -> list[Route]:
        return [Route("/masuk/{id}", self.show, methods=["GET"]), Route("/masuk/{id}", self.post, methods=["POST"])]
