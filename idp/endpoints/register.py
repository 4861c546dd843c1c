"""`/register` and `/register/{client_id}`: clients that register and manage themselves. RFC 7591 §3, RFC 7592 §2.

Closed to everybody without an initial access token that an operator made (DC-01).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.applications.models import Client
from idp.endpoints import answers
from idp.endpoints.credentials import authorization_of
from idp.endpoints.token import ERROR_OF_STATUS
from idp.errors import InvalidClientMetadata, InvalidRedirectUri, InvalidRequest, InvalidToken, OAuthError, UnapprovedSoftwareStatement
from idp.registration.errors import Unfit
from idp.registration.metadata import told
from idp.registration.registrar import Registered, Registrar
from idp.tokens.guessing import TokenGuesses
from kit.json_depth import parse
from kit.web.address import Network, client_address, client_network
from kit.web.forms import BadForm, read_body

T = TypeVar("T")
ERRORS: Mapping[str, type[OAuthError]] = {
    "invalid_redirect_uri": InvalidRedirectUri,
    "invalid_client_metadata": InvalidClientMetadata,
    "unapproved_software_statement": UnapprovedSoftwareStatement,
}


@dataclass(frozen=True)
class RegisterEndpoint:
    registrar: Registrar
    guesses: TokenGuesses
    issuer: str
    trusted_proxies: Sequence[Network] = ()

    async def register(self, request: Request) -> Response:
        try:
            token = await self._guessed(request, self.registrar.admit(_bearer(request)))
            made = await self._guessed(request, self.registrar.register(token, await _body(request), self._origin(request)))
        except OAuthError as error:
            return answers.error(error)
        return answers.json(self._information(made, made.token), 201)

    async def read(self, request: Request) -> Response:
        try:
            token = _bearer(request)
            client = await self._client(request, token)
        except OAuthError as error:
            return answers.error(error)
        return answers.json(self._information(Registered(client, "", ""), token))

    async def change(self, request: Request) -> Response:
        try:
            token = _bearer(request)
            client = await self._client(request, token)
            changed = await self._guessed(request, self.registrar.change(client, await _body(request), self._origin(request)))
        except OAuthError as error:
            return answers.error(error)
        return answers.json(self._information(changed, token))

    async def remove(self, request: Request) -> Response:
        try:
            client = await self._client(request, _bearer(request))
            await self.registrar.remove(client, self._origin(request))
        except OAuthError as error:
            return answers.error(error)
        return Response(status_code=204, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    async def _client(self, request: Request, token: str) -> Client:
        return await self._guessed(request, self.registrar.find(request.path_params["client_id"], token))

    async def _guessed(self, request: Request, work: Awaitable[T]) -> T:
        """Return what the work returns; what is refused is counted against its sender: each try may ask names and hosts for us."""
        try:
            return await work
        except (InvalidToken, Unfit) as refused:
            await self.guesses.count(client_address(request, self.trusted_proxies))
            if isinstance(refused, Unfit):
                raise _told(refused) from refused
            raise

    def _origin(self, request: Request) -> str:
        return client_network(request, self.trusted_proxies)

    def _information(self, made: Registered, token: str) -> dict[str, Any]:
        """RFC 7591 §3.2.1; RFC 7592 §3. A secret is told when it is made, and never again: only its digest is kept."""
        client = made.client
        found = told(client) | {
            "registration_access_token": token,
            "registration_client_uri": f"{self.issuer}/register/{client.client_id}",
        }
        if made.secret:
            found["client_secret"] = made.secret
        if client.secrets:
            found["client_secret_expires_at"] = client.secrets[-1].expires_at or 0
        return found

    def routes(self) -> list[Route]:
        one = "/register/{client_id}"
        return [
            Route("/register", self.register, methods=["POST"]),
            Route(one, self.read, methods=["GET"]),
            Route(one, self.change, methods=["PUT"]),
            Route(one, self.remove, methods=["DELETE"]),
        ]


def _bearer(request: Request) -> str:
    kind, _, secret = authorization_of(request).partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise InvalidToken("a token is needed")
    return secret.strip()


async def _body(request: Request) -> dict[str, Any]:
    """Return the JSON object of the request; raise the OAuth error when it is none."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ERROR_OF_STATUS[415]("content type must be application/json")
    try:
        raw = await read_body(request)
        found = parse(raw)
        json.loads(raw, object_pairs_hook=_once)
    except BadForm as error:
        raise ERROR_OF_STATUS.get(error.status, InvalidRequest)(error.reason) from error
    except (ValueError, RecursionError) as error:
        raise InvalidClientMetadata("the body is not JSON that reads one way only") from error
    if not isinstance(found, dict):
        raise InvalidClientMetadata("the body must be a JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a member that is given twice: two programs could read two of them (RFC 8259 §4; WB-07)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is given twice")
    return found


def _told(unfit: Unfit) -> OAuthError:
    return ERRORS[unfit.code](f"{unfit.param}: {unfit.text['en']}", param=unfit.param)
