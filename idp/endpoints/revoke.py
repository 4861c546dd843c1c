"""`/revoke`: a client gives a token back. RFC 7009. A refresh token takes its whole grant with it; another client's is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp import guards
from idp.client_auth.authenticate import ClientAuthenticator
from idp.endpoints import answers
from idp.endpoints.credentials import authenticated
from idp.endpoints.token import form_of
from idp.errors import InvalidGrant, InvalidRequest, OAuthError
from idp.store import GrantStore
from idp.tokens.access_token import AccessTokens, key_of
from idp.tokens.models import RefreshFamily
from idp.tokens.rotation import family_of
from kit.audit import AuditEvent, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.secrets import digest, same
from kit.web.address import Network


@dataclass(frozen=True)
class RevokeEndpoint:
    authenticator: ClientAuthenticator
    tokens: AccessTokens
    grants: GrantStore
    store: ExpiringStore
    clock: Clock
    trusted_proxies: Sequence[Network] = ()

    async def __call__(self, request: Request) -> Response:
        try:
            form = await form_of(request)
            client_id = (await authenticated(request, form, self.authenticator, self.trusted_proxies)).client.client_id
            if "token" not in form:
                raise InvalidRequest("token is required")
            await self._revoke(form["token"], client_id)
        except OAuthError as error:
            return answers.error(error)
        return answers.json({})

    async def _revoke(self, token: str, client_id: str) -> None:
        """Revoke whatever the token is, the hint being only a hint; an unknown one is as good as revoked (RFC 7009 §2.2)."""
        family_id = family_of(token)
        family = await self.grants.find(family_id) if family_id is not None else None
        if family is not None:
            if _holds(family, token):
                await self._revoke_family(family, client_id)
            return
        found = await self.tokens.find(token)
        if found is None:
            return
        if found.client_id != client_id:
            raise InvalidGrant("the token was issued to another client")
        await self.store.delete(key_of(token))

    async def _revoke_family(self, family: RefreshFamily, client_id: str) -> None:
        if family.client_id != client_id:
            raise InvalidGrant("the token was issued to another client")
        now = self.clock.now()
        entry = Entry(AuditEvent.TOKEN_REVOKED, f"client:{client_id}", f"grant:{family.grant}", now)
        await self.grants.revoke(grant=family.grant, now=now, audit=[entry])
        await self.store.move(guards.grant(family.grant))

    def routes(self) -> list[Route]:
        return [Route("/revoke", self.__call__, methods=["POST"])]


def _holds(family: RefreshFamily, token: str) -> bool:
    """True when the token is the newest of the family, or the one before."""
    given = digest(token)
    return same(family.current, given) or (family.spent is not None and same(family.spent, given))
