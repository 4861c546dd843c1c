"""`grant_type=client_credentials`: an application in its own name. RFC 6749 §4.4. Its subject is in a namespace of its own (TK-30)."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from idp import guards
from idp.authorization import details
from idp.errors import InvalidGrant, InvalidScope, UnauthorizedClient
from idp.grants.model import TokenAnswer, TokenRequest
from idp.tokens.access_token import AccessTokens, token_type
from idp.tokens.api_scopes import RECORD_SCOPES
from idp.tokens.claims import CLAIMS, SCOPE_CLAIMS
from idp.tokens.resources import audience_of
from kit.expiring import ExpiringStore

ABOUT_PEOPLE = frozenset({"openid", "offline_access", *SCOPE_CLAIMS, *CLAIMS, *RECORD_SCOPES})


@dataclass(frozen=True)
class ClientCredentialsGrant:
    store: ExpiringStore
    access_tokens: AccessTokens
    epochs: dict[str, str]  # last seen value of each application's guard, in this worker
    name: str = "client_credentials"

    async def answer(self, request: TokenRequest) -> TokenAnswer:
        client = request.authenticated.client
        if client.public:
            raise UnauthorizedClient("a public client has no name of its own")
        asked = frozenset(request.form.get("scope", "").split(" ")) - {""}
        if len(request.form.get("scope", "")) > 2048 or not asked <= client.scopes or asked & ABOUT_PEOPLE:
            raise InvalidScope("scope holds values this client may not have in its own name")
        granted = details.canonical(details.parse(request.form.get("authorization_details", ""), client.authorization_details_types))
        name = guards.application(client.application)
        for _ in range(2):
            minted = self.access_tokens.mint(
                client,
                service="",
                grant="",
                person=None,
                subject=f"client:{client.client_id}",
                scopes=asked,
                values={},
                guards={name: self.epochs.get(name, "0")},
                now=request.now,
                cnf=request.cnf,
                audience=audience_of(client, frozenset(), request.form.get("resource", "")),
                details=granted,
            )
            if await self.store.put(minted.record):
                body = {"access_token": minted.token, "token_type": token_type(request.cnf), "expires_in": minted.seconds}
                if granted:
                    body["authorization_details"] = orjson.loads(granted)
                return TokenAnswer({**body, "scope": " ".join(sorted(asked))} if asked else body)
            self.epochs.update(await self.store.guards(name))
        raise InvalidGrant("the application is being changed")
