"""Who calls one of our own APIs: an access token made for this very API, with the scope of this call, and its holder's proof.

A token for a client's own audience, for userinfo or for another API opens nothing here (RFC 8707 §2; JW-08), nor does an exchanged one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from idp.api.told import NoToken
from idp.applications.models import Client
from idp.applications.registry import Registry
from idp.endpoints.credentials import token_of
from idp.errors import InsufficientScope, InvalidRequest, InvalidToken, TooManyRequests
from idp.proofs.binding import Bindings
from idp.tokens import use_checks
from idp.tokens.access_token import AccessTokens
from idp.tokens.guessing import TokenGuesses
from idp.tokens.models import AccessToken
from idp.tokens.use_checks import Shown
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.web.address import Network, client_address

CHALLENGE = {"bearer": "Bearer", "dpop": "DPoP"}
CALLS = 600  # of one client in a window
WINDOW = 60  # seconds


@dataclass(frozen=True, slots=True)
class ApiCaller:
    """A token that passed every rule, its client as registered now, and the scheme of its challenge."""

    token: AccessToken
    client: Client
    scheme: str
    language: str
    address: str


@dataclass(frozen=True, slots=True)
class Called:
    """What the rules look at. `audience` and `scope` are those of the API."""

    shown: Shown
    audience: str
    scope: str


def client_still_has_the_scopes(called: Called) -> None:
    use_checks.client_still_has_the_scopes(called.shown)


def token_is_for_this_api(called: Called) -> None:
    """RFC 8707 §2: by name, not by being nobody else's."""
    if called.shown.token.audience != called.audience:
        raise InvalidToken(f"the token is for another resource; ask for one with resource={called.audience}", scheme=called.shown.scheme)


def token_was_not_exchanged(called: Called) -> None:
    """RFC 8693: whoever was handed a person's token does not act on that person's record (TX-06)."""
    if called.shown.token.actor:
        raise InsufficientScope("a token from an exchange opens nothing here", scheme=called.shown.scheme)


def scope_is_there(called: Called) -> None:
    """RFC 6750 §3.1."""
    if called.scope not in called.shown.token.scopes:
        raise InsufficientScope(f"the token lacks the scope {called.scope}", scheme=called.shown.scheme)


RULES: tuple[Callable[[Called], None], ...] = (
    client_still_has_the_scopes,
    token_is_for_this_api,
    token_was_not_exchanged,
    scope_is_there,
)


@dataclass(frozen=True)
class TokenCallers:
    tokens: AccessTokens
    bindings: Bindings
    guesses: TokenGuesses
    registry: Registry
    store: ExpiringStore
    clock: Clock
    trusted_proxies: Sequence[Network] = ()

    def needs(self, audience: str, scope: str) -> Callable[[Request], Awaitable[ApiCaller]]:
        """Return the dependency of one route: who is calling, when the token passes every rule."""

        async def who(request: Request) -> ApiCaller:
            return await self.caller(request, audience, scope)

        return who

    async def caller(self, request: Request, audience: str, scope: str) -> ApiCaller:
        """Return who is calling; raise an OAuthError to be told as 401, 403 or 429."""
        scheme, text = token_of(request)
        if "access_token" in request.query_params:
            raise InvalidRequest("a token in the URL is not accepted")  # RFC 6750 §2.3, §5.3
        if not scheme:
            raise NoToken("send an access token in the Authorization header")
        address = client_address(request, self.trusted_proxies)
        found = await self.tokens.find(text)
        if found is None:
            await self.guesses.count(address)
            raise InvalidToken("the token is unknown, expired or revoked", scheme=CHALLENGE[scheme])
        await self.bindings.check(request, found, text, scheme)
        snapshot, now = self.registry.now, self.clock.now()
        client = snapshot.clients.get(found.client_id)
        has_scopes = client is not None and client.enabled and found.scopes <= client.scopes
        shown = Shown(found, has_scopes, snapshot.services.get(found.service), now, self.tokens.settings.aal2_seconds, CHALLENGE[scheme])
        for rule in RULES:
            rule(Called(shown, audience, scope))
        assert client is not None  # client_still_has_the_scopes
        if not snapshot.usable(client.application):
            raise InvalidToken("the application is switched off", scheme=CHALLENGE[scheme])
        if await self.store.increment(f"api:{client.client_id}:{now // WINDOW}", WINDOW) > CALLS:
            raise TooManyRequests("too many calls of this client", retry_after=WINDOW)
        language = "en" if request.headers.get("accept-language", "").lower().startswith("en") else "id"
        return ApiCaller(found, client, CHALLENGE[scheme], language, address)
