"""`/token`: the endpoint owns the phases; a grant fills in its own part. RFC 6749 §3.2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.client_auth.authenticate import ClientAuthenticator
from idp.endpoints import answers
from idp.errors import InvalidRequest, OAuthError, TooLarge, UnauthorizedClient, UnsupportedGrantType, UnsupportedMediaType
from idp.grants.model import Grant, TokenRequest
from kit.clock import Clock
from kit.web.address import Network, client_address
from kit.web.forms import BadForm, read_form, singles

ERROR_OF_STATUS = {413: TooLarge, 415: UnsupportedMediaType}


async def form_of(request: Request) -> dict[str, str]:
    """Return the form of an OAuth request; raise the OAuth error when it cannot be read (TK-25)."""
    if request.scope["query_string"]:
        raise InvalidRequest("parameters belong in the body")
    try:
        return singles(await read_form(request))
    except BadForm as error:
        raise ERROR_OF_STATUS.get(error.status, InvalidRequest)(error.reason) from error


@dataclass(frozen=True)
class TokenEndpoint:
    authenticator: ClientAuthenticator
    grants: Mapping[str, Grant]
    clock: Clock
    trusted_proxies: Sequence[Network] = ()

    async def __call__(self, request: Request) -> Response:
        try:
            form = await form_of(request)
            address = client_address(request, self.trusted_proxies)
            authenticated = await self.authenticator.authenticate(request.headers.get("authorization", ""), form, address)
            name = form.get("grant_type", "")
            if not name:
                raise InvalidRequest("grant_type is required")
            grant = self.grants.get(name)
            if grant is None:
                raise UnsupportedGrantType("that grant is not offered")
            if name not in authenticated.client.grant_types:
                raise UnauthorizedClient("this client may not use that grant")
            answer = await grant.answer(TokenRequest(authenticated, form, self.clock.now()))
        except OAuthError as error:
            return answers.error(error)
        return answers.json(answer.body)

    def routes(self) -> list[Route]:
        return [Route("/token", self.__call__, methods=["POST"])]
