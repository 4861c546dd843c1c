"""`/perangkat`: where a person types the code that a device shows, sees who asks, and says yes or no. RFC 8628 §3.3.

Three steps without script: the code; the application's name beside the code, to be confirmed (§5.4: whoever was sent a link by a stranger
reads here what it is); then the ordinary dispatcher, as for any other way in. A code in the link only fills in the field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.device.door import outcome_key
from idp.device.guesses import WINDOW, UserCodeGuesses
from idp.device.models import DeviceRequest
from idp.device.requests import DeviceRequests
from idp.device.user_code import normalised, shown
from idp.interaction.dispatcher import Dispatcher
from idp.interaction.models import Interaction, Refuse
from idp.interaction.records import application_of
from idp.tokens.claims import claims_of_scopes
from kit.secrets import keyed, same
from kit.web.address import Network, client_address
from kit.web.forms import BadForm, read_form, singles
from kit.web.pages import Pages, see_other

PATH = "/perangkat"


@dataclass(frozen=True)
class DevicePage:
    dispatcher: Dispatcher
    requests: DeviceRequests
    guesses: UserCodeGuesses
    pages: Pages
    key: bytes = field(repr=False)
    trusted_proxies: Sequence[Network] = ()

    async def show(self, request: Request) -> Response:
        """The form; or, for a code this browser has proven to know, the question whether it is the right device."""
        typed, proof = request.query_params.get("kode", "")[:40], request.query_params.get("bukti", "")
        code = normalised(typed)
        if not proof:
            return self._form(request, typed=shown(code) if code else "")
        found = await self.requests.by_user_code(code) if same(proof, self._proof(request, code)) else None
        if found is None:
            return self._form(request, typed=typed, error="unknown")
        return self._question(request, found[1], proof)

    async def post(self, request: Request) -> Response:
        try:
            fields = singles(await read_form(request, 4096))
        except BadForm as error:
            return self.dispatcher.errors.message(request, "bad_form", status=error.status)
        if not self.pages.genuine(request, fields.get("csrf", "")):
            return self.dispatcher.errors.message(request, "not_genuine", status=403)
        if "jawab" in fields:
            return await self._answered(request, fields)
        return await self._typed(request, fields.get("kode", "")[:40])

    async def _typed(self, request: Request, typed: str) -> Response:
        """Judge a code, if this browser and its address have a try left (DV-01)."""
        if not typed.strip():
            return self._form(request, error="empty")
        address = client_address(request, self.trusted_proxies)
        if not await self.guesses.admit(self.pages.browser(request), address):
            response = self._form(request, typed=typed, error="wait", status=429)
            response.headers["Retry-After"] = str(WINDOW)
            return response
        code = normalised(typed)
        if await self.requests.by_user_code(code) is None:
            await self.guesses.missed(address)
            return self._form(request, typed=typed, error="unknown")
        return see_other(f"{PATH}?kode={shown(code)}&bukti={self._proof(request, code)}")

    async def _answered(self, request: Request, fields: Mapping[str, str]) -> Response:
        """Go on to the dispatcher, or tell the device no. Only for a code that this browser typed before, so guessing gains nothing."""
        code = normalised(fields.get("kode", ""))
        found = await self.requests.by_user_code(code) if same(fields.get("bukti", ""), self._proof(request, code)) else None
        if found is None:
            return self._form(request, typed=fields.get("kode", "")[:40], error="unknown")
        interaction = self._draft(request, *found)
        if fields["jawab"] != "ya":
            return await self.dispatcher.doors["device"].refuse(request, interaction, Refuse("declined"))
        return await self.dispatcher.begin(request, interaction)

    def _draft(self, request: Request, handle: str, asked: DeviceRequest) -> Interaction:
        """Return the interaction; what the client registered about sign-ins holds here as on any other way in. OIDC Registration §2."""
        client = self.dispatcher.registry.now.clients.get(asked.client_id)
        max_age = client.default_max_age if client is not None else None
        return self.dispatcher.draft(
            request,
            door="device",
            application=asked.application,
            client=asked.client_id,
            service=asked.service or None,
            claims=claims_of_scopes(asked.scopes),
            max_age=max_age,
            fresh_login=max_age == 0,
            reply={"handle": handle, "client_id": asked.client_id},
        )

    async def done(self, request: Request) -> Response:
        """The last page: what became of it, and that the device goes on by itself."""
        interaction_id = request.path_params["id"]
        outcome = await self.dispatcher.store.get(outcome_key(interaction_id))
        application = self.dispatcher.registry.now.applications.get(application_of(self.dispatcher.key, interaction_id) or "")
        if outcome is None or application is None:
            return self.dispatcher.errors.message(request, "expired", status=410)
        return self.pages.render(request, "idp/device-done.html", {"outcome": outcome.decode(), "application": application})

    def _form(self, request: Request, *, typed: str = "", error: str = "", status: int = 200) -> Response:
        until = self.requests.clock.now() + WINDOW
        context = {"typed": typed, "error": error, "errors": [error] if error else [], "until": until}
        return self.pages.render(request, "idp/device.html", context, status=status)

    def _question(self, request: Request, asked: DeviceRequest, proof: str) -> Response:
        snapshot = self.dispatcher.registry.now
        application = snapshot.applications.get(asked.application)
        if application is None or not snapshot.usable(asked.application):
            return self.dispatcher.errors.message(request, "application_disabled", status=403, application=application)
        context = {
            "code": shown(asked.user_code),
            "proof": proof,
            "application": application,
            "service": snapshot.services.get(asked.service),
            "agency": snapshot.agencies.get(application.agency),
            "ends": asked.expires_at,
        }
        return self.pages.render(request, "idp/device-confirm.html", context)

    def _proof(self, request: Request, code: str) -> str:
        """Return the mark that this browser has typed this code."""
        return keyed(self.key, "device", f"{self.pages.browser(request)}\0{code}")[:22]

    def routes(self) -> list[Route]:
        return [
            Route(PATH, self.show, methods=["GET"]),
            Route(PATH, self.post, methods=["POST"]),
            Route(f"{PATH}/selesai/{{id}}", self.done, methods=["GET"]),
        ]
