"""`/par`: an application leaves its authorization request with us first, and the browser brings only a reference. RFC 9126.

What is pushed is judged by the very tables of the authorization endpoint, and once more when it is used (PR-10).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.applications.models import Client
from idp.applications.registry import Registry
from idp.authorization.asked import Asked
from idp.authorization.checks import BEFORE_INTERACTION, BEFORE_REDIRECT
from idp.authorization.request import AuthorizationRequest, one_each
from idp.authorization.resolve import Resolver
from idp.client_auth.authenticate import ClientAuthenticator
from idp.endpoints import answers
from idp.endpoints.credentials import authenticated
from idp.endpoints.token import ERROR_OF_STATUS
from idp.errors import InvalidRequest, OAuthError, TooManyRequests
from idp.proofs.binding import Bindings
from kit.expiring import ExpiringStore
from kit.secrets import digest
from kit.web.address import Network, client_address, limit_key
from kit.web.forms import BadForm, read_form

MAX_BODY = 32 * 1024
OF_THE_CLIENT = frozenset({"client_secret", "client_assertion", "client_assertion_type"})
PUBLIC_PER_MINUTE = 60  # of one public client from one address


@dataclass(frozen=True)
class ParEndpoint:
    authenticator: ClientAuthenticator
    resolver: Resolver
    registry: Registry
    bindings: Bindings
    store: ExpiringStore
    trusted_proxies: Sequence[Network] = ()
    before_redirect: Sequence[Callable[[Asked], None]] = BEFORE_REDIRECT
    before_interaction: Sequence[Callable[[Asked], None]] = BEFORE_INTERACTION

    async def __call__(self, request: Request) -> Response:
        try:
            form = await self._form(request)
            client = (await authenticated(request, form, self.authenticator, self.trusted_proxies)).client
            await self._stay_within_quota(client, limit_key(client_address(request, self.trusted_proxies)))
            pushed = await self._judged(request, client, form)
            body = {
                "request_uri": await self.resolver.keep(pushed, client),
                "expires_in": self.resolver.settings.pushed_request_seconds,
            }
        except OAuthError as error:
            return self.bindings.fresh(request, answers.error(error))
        return self.bindings.fresh(request, answers.json(body, 201))

    @staticmethod
    async def _form(request: Request) -> dict[str, str]:
        if request.scope["query_string"]:
            raise InvalidRequest("parameters belong in the body")
        try:
            found = one_each(await read_form(request, MAX_BODY))
        except BadForm as error:
            raise ERROR_OF_STATUS.get(error.status, InvalidRequest)(error.reason) from error
        return {name: value for name, value in found.items() if value or name == "request_uri"}  # not even an empty one (PR-01)

    async def _judged(self, request: Request, client: Client, form: Mapping[str, str]) -> AuthorizationRequest:
        """Return the request as it will be kept, once it has passed every rule. RFC 9126 §2.1, §3."""
        if "request_uri" in form:
            raise InvalidRequest("request_uri must not be pushed", param="request_uri")  # PR-01
        given = {name: value for name, value in form.items() if name not in OF_THE_CLIENT} | {"client_id": client.client_id}
        found = await self.resolver.resolve(given, client)
        thumbprint = await self.bindings.of_pushed_request(request, client, found.parameters)
        parameters = {**found.parameters, **({"dpop_jkt": thumbprint} if thumbprint else {})}
        pushed = replace(
            found, parameters=parameters, dpop_jkt=thumbprint, origin="pushed_object" if found.origin == "object" else "pushed"
        )
        asked = Asked(pushed, client, self.registry.now)
        for rule in (*self.before_redirect, *self.before_interaction):
            rule(asked)
        return pushed

    async def _stay_within_quota(self, client: Client, address: str) -> None:
        """PR-07, PR-11: what is never used is forgotten after a minute, and there is never more of it than this."""
        if client.public and await self.store.increment(f"pushed:{digest(client.client_id + address)}", 60) > PUBLIC_PER_MINUTE:
            raise TooManyRequests("too many requests were pushed", retry_after=60)
        if await self.store.increment(f"pushed:{client.client_id}", 60) > self.resolver.settings.pushed_per_minute:
            raise TooManyRequests("too many requests were pushed", retry_after=60)

    def routes(self) -> list[Route]:
        return [Route("/par", self.__call__, methods=["POST"])]
