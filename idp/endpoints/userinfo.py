"""`/userinfo`: what the person lets this client know, no more. OIDC Core §5.3, RFC 6750."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.applications.registry import Registry
from idp.endpoints import answers
from idp.endpoints.credentials import token_of
from idp.endpoints.protected_resource import metadata_url
from idp.errors import InvalidRequest, InvalidToken, OAuthError, TooLarge
from idp.proofs.binding import Bindings
from idp.tokens.access_token import AccessTokens
from idp.tokens.dressing import Dressing
from idp.tokens.guessing import TokenGuesses
from idp.tokens.models import AccessToken
from idp.tokens.use_checks import RULES, Shown
from kit.clock import Clock
from kit.web.address import Network, client_address
from kit.web.forms import BadForm, pairs_of, read_body

MAX_BODY = 8192
CHALLENGE = {"bearer": "Bearer", "dpop": "DPoP"}


@dataclass(frozen=True)
class UserinfoEndpoint:
    tokens: AccessTokens
    guesses: TokenGuesses
    registry: Registry
    bindings: Bindings
    dressing: Dressing
    clock: Clock
    trusted_proxies: Sequence[Network] = ()
    rules: Sequence[Callable[[Shown], None]] = RULES

    async def __call__(self, request: Request) -> Response:
        try:
            scheme, token = token_of(request)
            if _holds_token(request.scope["query_string"]):
                raise InvalidRequest("a token in the URL is not accepted")
            if request.method == "POST" and _holds_token(await self._body(request)):
                raise InvalidRequest("send the token in the Authorization header")
            if not scheme:
                return self._described(answers.no_token())
            found = await self.tokens.find(token)
            if found is None:
                await self.guesses.count(client_address(request, self.trusted_proxies))
                raise InvalidToken("the token is unknown, expired or revoked", scheme=CHALLENGE[scheme])
            await self.bindings.check(request, found, token, scheme)
            shown = self._shown(found, CHALLENGE[scheme])
            for rule in self.rules:
                rule(shown)
            claims = {"sub": found.subject, **self.tokens.values_of(found)}
            client = self.registry.now.clients[found.client_id]
            plain = not client.userinfo_alg and client.userinfo_encryption is None
            response = answers.json(claims) if plain else answers.jwt(await self.dressing.userinfo(client, claims))
        except OAuthError as error:
            return self._described(self.bindings.fresh(request, answers.refused(error)))
        return self.bindings.fresh(request, response)

    def _shown(self, found: AccessToken, scheme: str) -> Shown:
        snapshot, issuer = self.registry.now, self.tokens.issuer
        client = snapshot.clients.get(found.client_id)
        has_scopes = client is not None and client.enabled and found.scopes <= client.scopes
        own = (client.audience or client.client_id) if client is not None else ""
        is_for_us = found.audience in (own, issuer, f"{issuer}/userinfo")
        service = snapshot.services.get(found.service)
        return Shown(found, has_scopes, service, self.clock.now(), self.tokens.settings.aal2_seconds, scheme, is_for_us)

    def _described(self, response: Response) -> Response:
        """Let every challenge say where this resource is described. RFC 9728 §5.1."""
        about = f', resource_metadata="{metadata_url(self.tokens.issuer)}"'.encode()
        response.raw_headers = [(name, value + about if name == b"www-authenticate" else value) for name, value in response.raw_headers]
        return response

    @staticmethod
    async def _body(request: Request) -> bytes:
        try:
            return await read_body(request, MAX_BODY)
        except BadForm as error:
            raise TooLarge(error.reason) from error

    def routes(self) -> list[Route]:
        return [Route("/userinfo", self.__call__, methods=["GET", "POST"])]


def _holds_token(sent: bytes) -> bool:
    """True when query or body, read as a form, carries a token under whatever spelling of its name. RFC 6750 §2.2, §2.3."""
    if not sent:
        return False
    try:
        pairs = pairs_of(sent.decode("latin-1"))
    except BadForm as error:
        raise InvalidRequest(error.reason) from error
    return any(name == "access_token" for name, _ in pairs)
