"""`/introspect`: is this token good, and for what? RFC 7662. Only its own client and the resource server it is meant for are told.

Who asks for it, or registered so, gets the answer signed, as proof for whoever asks later what we said. RFC 9701.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.applications.models import Client
from idp.applications.registry import Registry
from idp.authorization.details import are_of
from idp.client_auth.authenticate import ClientAuthenticator
from idp.endpoints import answers
from idp.endpoints.credentials import authenticated
from idp.endpoints.token import form_of
from idp.errors import InvalidClient, InvalidRequest, OAuthError
from idp.tokens.access_token import AccessTokens, extra_claims, token_type
from idp.tokens.guessing import TokenGuesses
from idp.tokens.models import AccessToken
from kit.clock import Clock
from kit.web.address import Network, client_address

INACTIVE: Mapping[str, Any] = {"active": False}
SIGNED = "token-introspection+jwt"  # typ of the answer, and its media type. RFC 9701 §4, §5


@dataclass(frozen=True)
class IntrospectEndpoint:
    authenticator: ClientAuthenticator
    tokens: AccessTokens
    guesses: TokenGuesses
    registry: Registry
    issuer: str
    clock: Clock
    trusted_proxies: Sequence[Network] = ()

    async def __call__(self, request: Request) -> Response:
        try:
            form = await form_of(request)
            client = (await authenticated(request, form, self.authenticator, self.trusted_proxies)).client
            if client.public:
                raise InvalidClient("a public client cannot introspect")
            if "token" not in form:
                raise InvalidRequest("token is required")
            found = await self.tokens.find(form["token"])
            if found is None:
                await self.guesses.count(client_address(request, self.trusted_proxies), client.client_id)
        except OAuthError as error:
            return answers.error(error)
        told = self._told(found, client)
        if client.introspection_alg or SIGNED in request.headers.get("accept", "").lower():
            return self._signed(told, client)
        return answers.json(told)

    def _told(self, found: AccessToken | None, client: Client) -> Mapping[str, Any]:
        """Return what this client may know. A token made for its audience by exchange brings along what the person lets it know."""
        if found is None:
            return INACTIVE
        is_audience = found.audience in (client.client_id, client.audience)
        if not is_audience and client.client_id != found.client_id:
            return INACTIVE
        snapshot = self.registry.now
        if not snapshot.still_has(found.client_id, found.scopes):
            return INACTIVE
        if found.details and not are_of(found.details, snapshot.clients[found.client_id].authorization_details_types):
            return INACTIVE
        person = {} if found.person is None else {"acr": found.acr, "auth_time": found.auth_time}  # RFC 9470 §6.2
        return {
            **(self.tokens.values_of(found) if found.actor and is_audience else {}),
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
            **person,
            **extra_claims(found.cnf, found.details, found.actor),
        }

    def _signed(self, told: Mapping[str, Any], client: Client) -> Response:
        """Return the answer as a JWT for this client alone. RFC 9701 §5, §6: RS256 when nothing was registered, which FAPI forbids."""
        claims = {"iss": self.issuer, "aud": client.client_id, "iat": self.clock.now(), "token_introspection": told}
        alg = client.introspection_alg or ("PS256" if client.fapi else "RS256")
        return answers.jwt(self.tokens.keys.signer.sign(claims, alg, SIGNED), SIGNED)

    def routes(self) -> list[Route]:
        return [Route("/introspect", self.__call__, methods=["POST"])]
