"""`/introspect`: is this token good, and for what? RFC 7662. Only its own client and the resource server it is meant for are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.applications.registry import Registry
from idp.client_auth.authenticate import ClientAuthenticator
from idp.endpoints import answers
from idp.endpoints.credentials import authenticated
from idp.endpoints.token import form_of
from idp.errors import InvalidClient, InvalidRequest, OAuthError
from idp.tokens.access_token import AccessTokens, extra_claims, token_type
from idp.tokens.guessing import TokenGuesses
from kit.web.address import Network, client_address

INACTIVE = {"active": False}


@dataclass(frozen=True)
class IntrospectEndpoint:
    authenticator: ClientAuthenticator
    tokens: AccessTokens
    guesses: TokenGuesses
    registry: Registry
    issuer: str
    trusted_proxies: Sequence[Network] = ()

    async def __call__(self, request: Request) -> Response:
        try:
            form = await form_of(request)
            address = client_address(request, self.trusted_proxies)
            client = (await authenticated(request, form, self.authenticator, self.trusted_proxies)).client
            if client.public:
                raise InvalidClient("a public client cannot introspect")
            if "token" not in form:
                raise InvalidRequest("token is required")
            found = await self.tokens.find(form["token"])
            if found is None:
                await self.guesses.count(address, client.client_id)
        except OAuthError as error:
            return answers.error(error)
        if found is None or client.client_id not in (found.client_id, found.audience):
            return answers.json(INACTIVE)
        if not self.registry.now.still_has(found.client_id, found.scopes):
            return answers.json(INACTIVE)
        body = {
            "active": True,
            "iss": self.issuer,
            "client_id": found.client_id,
            "sub": found.subject,
            "aud": found.audience,
            "scope": " ".join(sorted(found.scopes)),
            "iat": found.issued_at,
            "exp": found.expires_at,
            "jti": found.jti,
            "token_type": token_type(found.cnf),
            **extra_claims(found.cnf, found.details, found.actor),
        }
        return answers.json(body)

    def routes(self) -> list[Route]:
        return [Route("/introspect", self.__call__, methods=["POST"])]
