"""`/userinfo`: what the person lets this client know, no more. OIDC Core §5.3, RFC 6750."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.applications.registry import Registry
from idp.endpoints import answers
from idp.endpoints.credentials import token_of
from idp.errors import InsufficientScope, InvalidRequest, InvalidToken, OAuthError, TooLarge
from idp.proofs.binding import Bindings
from idp.tokens.access_token import AccessTokens
from idp.tokens.dressing import Dressing
from idp.tokens.guessing import TokenGuesses
from kit.web.address import Network, client_address
from kit.web.forms import BadForm, read_body

MAX_BODY = 8192
CHALLENGE = {"bearer": "Bearer", "dpop": "DPoP"}


@dataclass(frozen=True)
class UserinfoEndpoint:
    tokens: AccessTokens
    guesses: TokenGuesses
    registry: Registry
    bindings: Bindings
    dressing: Dressing
    trusted_proxies: Sequence[Network] = ()

    async def __call__(self, request: Request) -> Response:
        try:
            scheme, token = token_of(request)
            if b"access_token=" in request.scope["query_string"]:
                raise InvalidRequest("a token in the URL is not accepted")
            if request.method == "POST" and b"access_token=" in await self._body(request):
                raise InvalidRequest("send the token in the Authorization header")
            if not scheme:
                return answers.no_token()
            found = await self.tokens.find(token)
            if found is None:
                await self.guesses.count(client_address(request, self.trusted_proxies))
                raise InvalidToken("the token is unknown, expired or revoked", scheme=CHALLENGE[scheme])
            await self.bindings.check(request, found, token, scheme)
            if not self.registry.now.still_has(found.client_id, found.scopes):
                raise InvalidToken("the client is not registered any more for what was granted")
            if "openid" not in found.scopes:
                raise InsufficientScope("the token lacks the scope openid")
            claims = {"sub": found.subject, **self.tokens.values_of(found)}
            client = self.registry.now.clients[found.client_id]
            plain = not client.userinfo_alg and client.userinfo_encryption is None
            response = answers.json(claims) if plain else answers.jwt(await self.dressing.userinfo(client, claims))
        except OAuthError as error:
            return self.bindings.fresh(request, answers.refused(error))
        return self.bindings.fresh(request, response)

    @staticmethod
    async def _body(request: Request) -> bytes:
        try:
            return await read_body(request, MAX_BODY)
        except BadForm as error:
            raise TooLarge(error.reason) from error

    def routes(self) -> list[Route]:
        return [Route("/userinfo", self.__call__, methods=["GET", "POST"])]
