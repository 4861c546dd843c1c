"""`/token`: the endpoint owns the phases; a grant fills in its own part. RFC 6749 §3.2."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.applications.models import Client
from idp.client_auth.authenticate import ClientAuthenticator
from idp.endpoints import answers
from idp.endpoints.credentials import authenticated as authenticated_client
from idp.errors import InvalidRequest, InvalidTarget, OAuthError, TooLarge, UnauthorizedClient, UnsupportedGrantType, UnsupportedMediaType
from idp.grants.model import Grant, TokenRequest
from idp.proofs.binding import Bindings
from kit.clock import Clock
from kit.web.address import Network
from kit.web.forms import BadForm, read_form, singles

ERROR_OF_STATUS = {413: TooLarge, 415: UnsupportedMediaType}


async def form_of(request: Request) -> dict[str, str]:
    """Return the form of an OAuth request; raise the OAuth error when it cannot be read (TK-25).

    A parameter without a value counts as omitted, and is still one of two when its name is given twice. RFC 6749 §3.2.
    """
    if request.scope["query_string"]:
        raise InvalidRequest("parameters belong in the body")
    try:
        return {name: value for name, value in singles(await read_form(request)).items() if value}
    except BadForm as error:
        raise ERROR_OF_STATUS.get(error.status, InvalidRequest)(error.reason) from error


@dataclass(frozen=True, slots=True)
class Asked:
    """A token request beside the client that proved itself and the grants there are."""

    form: Mapping[str, str] = field(repr=False)
    client: Client
    offered: frozenset[str]


def grant_type_is_given(asked: Asked) -> None:
    """RFC 6749 §4.1.3 and its siblings."""
    if not asked.form.get("grant_type"):
        raise InvalidRequest("grant_type is required")


def grant_is_offered(asked: Asked) -> None:
    """Never the password grant, whoever asks. RFC 9700 §2.4; TK-23."""
    if asked.form.get("grant_type", "") not in asked.offered:
        raise UnsupportedGrantType("that grant is not offered")


def client_may_use_the_grant(asked: Asked) -> None:
    """RFC 6749 §5.2; TK-24."""
    if asked.form.get("grant_type") not in asked.client.grant_types:
        raise UnauthorizedClient("this client may not use that grant")


def resource_is_the_clients_own(asked: Asked) -> None:
    """RFC 8707 §2: its own audience, and what it registered beside it (TK-20)."""
    resource = asked.form.get("resource")
    if resource is not None and resource not in asked.client.audiences:
        raise InvalidTarget("this client has no tokens for that resource", param="resource")


RULES: tuple[Callable[[Asked], None], ...] = (
    grant_type_is_given,
    grant_is_offered,
    client_may_use_the_grant,
    resource_is_the_clients_own,
)


@dataclass(frozen=True)
class TokenEndpoint:
    authenticator: ClientAuthenticator
    grants: Mapping[str, Grant]
    clock: Clock
    bindings: Bindings
    trusted_proxies: Sequence[Network] = ()
    rules: Sequence[Callable[[Asked], None]] = RULES

    async def __call__(self, request: Request) -> Response:
        try:
            form = await form_of(request)
            authenticated = await authenticated_client(request, form, self.authenticator, self.trusted_proxies)
            asked = Asked(form, authenticated.client, self._offered)
            for rule in self.rules:
                rule(asked)
            cnf = await self.bindings.of_token_request(request, authenticated.client, form)
            answer = await self.grants[form["grant_type"]].answer(TokenRequest(authenticated, form, self.clock.now(), cnf))
        except OAuthError as error:
            return self.bindings.fresh(request, answers.error(error))
        return self.bindings.fresh(request, answers.json(answer.body))

    @property
    def _offered(self) -> frozenset[str]:
        return frozenset(self.grants)

    def routes(self) -> list[Route]:
        return [Route("/token", self.__call__, methods=["POST"])]
