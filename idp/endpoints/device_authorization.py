"""`/device_authorization`: a device without a keyboard of its own asks for a code that a person can type elsewhere. RFC 8628 §3.1, §3.2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.applications.registry import Registry
from idp.authorization.asked import Asked
from idp.authorization.checks import (
    scope_has_openid,
    scope_is_registered,
    scope_names_nothing_twice,
    service_is_one_of_the_application,
)
from idp.authorization.request import read
from idp.client_auth.authenticate import ClientAuthenticator
from idp.device.requests import DeviceRequests
from idp.device.user_code import shown
from idp.endpoints import answers
from idp.endpoints.credentials import authenticated
from idp.endpoints.token import form_of
from idp.errors import InvalidRequest, OAuthError, TooManyRequests, UnauthorizedClient
from idp.grants.device_code import NAME
from idp.tokens.claims import service_of_scopes
from kit.expiring import ExpiringStore
from kit.secrets import digest
from kit.web.address import Network, client_address, limit_key

PAGE = "/perangkat"
NOT_HEEDED = (
    "redirect_uri", "response_type", "response_mode", "code_challenge", "code_challenge_method", "dpop_jkt", "nonce", "request",
    "request_uri", "authorization_details", "resource", "acr_values", "max_age", "claims", "prompt", "id_token_hint", "registration",
)  # fmt: skip
PER_MINUTE = 60  # of one client from one address: a hall full of kiosks


def client_may_use_the_device_grant(asked: Asked) -> None:
    if asked.client is None or NAME not in asked.client.grant_types:
        raise UnauthorizedClient("this client may not use the device grant")


def profile_allows_the_device_grant(asked: Asked) -> None:
    """FAPI 2.0 Security Profile §5.3.2.2: requests are pushed and, under Message Signing, signed; one of a device is neither."""
    if asked.client is not None and asked.client.fapi:
        raise UnauthorizedClient("this client's profile does not allow the device grant")


def nothing_is_asked_that_would_be_ignored(asked: Asked) -> None:
    """RFC 8628 §3.1 knows the client and the scope. What narrows or secures an authorization request would be ignored here in silence, and
    its sender believe it was heeded; hints (`login_hint`, `ui_locales`) and what nobody knows do no harm."""
    for name in NOT_HEEDED:
        if asked.request.has(name):
            raise InvalidRequest(f"{name} has no meaning in a device request", param=name)


RULES: tuple[Callable[[Asked], None], ...] = (
    client_may_use_the_device_grant,
    profile_allows_the_device_grant,
    nothing_is_asked_that_would_be_ignored,
    scope_names_nothing_twice,
    scope_is_registered,
    scope_has_openid,
    service_is_one_of_the_application,
)


@dataclass(frozen=True)
class DeviceAuthorizationEndpoint:
    authenticator: ClientAuthenticator
    registry: Registry
    requests: DeviceRequests
    store: ExpiringStore
    issuer: str
    trusted_proxies: Sequence[Network] = ()
    rules: Sequence[Callable[[Asked], None]] = RULES

    async def __call__(self, request: Request) -> Response:
        try:
            form = await form_of(request)
            client = (await authenticated(request, form, self.authenticator, self.trusted_proxies)).client
            snapshot = self.registry.now
            asked_for = read({**form, "client_id": client.client_id})
            asked = Asked(asked_for, client, snapshot)
            for rule in self.rules:
                rule(asked)
            address = limit_key(client_address(request, self.trusted_proxies))
            if await self.store.increment(f"dev-asked:{digest(client.client_id + address)}", 60) > PER_MINUTE:
                raise TooManyRequests("too many device requests", retry_after=60)
            named = service_of_scopes(asked_for.scopes)
            service = snapshot.service_for(client.application, named[0] if named else None)
            device_code, kept = await self.requests.begin(client, service.slug if service is not None else "", asked_for.scopes)
        except OAuthError as error:
            return answers.error(error)
        code = shown(kept.user_code)
        body = {
            "device_code": device_code,
            "user_code": code,
            "verification_uri": f"{self.issuer}{PAGE}",
            "verification_uri_complete": f"{self.issuer}{PAGE}?kode={code}",
            "expires_in": self.requests.settings.device_code_seconds,
            "interval": self.requests.settings.device_interval_seconds,
        }
        return answers.json(body)

    def routes(self) -> list[Route]:
        return [Route("/device_authorization", self.__call__, methods=["POST"])]
