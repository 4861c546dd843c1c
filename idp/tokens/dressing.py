"""How facts leave: signed with the algorithm the client is registered with, and sealed for it when it asked for that.

OIDC Core §3.1.3.7, §5.3.2, §16.14: signed first, then encrypted. A client that wants encryption and has no key for it gets nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from idp.applications.models import Client
from idp.errors import NoEncryptionKey
from idp.keys.schedule import KeySchedule
from idp.keys.sealer import NoRecipientKey, seal
from idp.tokens.id_token import id_token_claims
from idp.tokens.models import AuthorizationCode, RefreshFamily

NOTHING: Mapping[str, Any] = {}
SignIn = AuthorizationCode | RefreshFamily  # what both say of the sign-in that they came from
KeysOf = Callable[[Client], Awaitable[Mapping[str, Any]]]


async def registered_keys(client: Client) -> Mapping[str, Any]:
    """Return the keys that stand in the registration itself."""
    return client.jwks or {"keys": []}


@dataclass(frozen=True)
class Dressing:
    """`keys_of` returns the client's public keys, wherever it publishes them."""

    keys: KeySchedule
    issuer: str
    keys_of: KeysOf = registered_keys

    async def id_token(
        self, client: Client, sign_in: SignIn, access_token: str, *, now: int, seconds: int, asked: Mapping[str, Any] = NOTHING
    ) -> str:
        """Return the ID token of a code or a refresh family, with the claims `asked` for in it; raise NoEncryptionKey. OIDC Core §2."""
        claims = id_token_claims(
            issuer=self.issuer,
            client_id=client.client_id,
            subject=sign_in.subject,
            sid=sign_in.sid,
            auth_time=sign_in.auth_time,
            acr=sign_in.acr,
            amr=sign_in.amr,
            nonce=sign_in.nonce,
            access_token=access_token,
            alg=client.id_token_alg,
            now=now,
            seconds=seconds,
            asked=asked,
        )
        signed = self.keys.signer.sign(claims, client.id_token_alg)
        if client.id_token_encryption is None:
            return signed
        return await self._sealed(client, signed, client.id_token_encryption)

    async def userinfo(self, client: Client, claims: Mapping[str, Any]) -> str:
        """Return the claims as a JWT with `iss` and `aud`; plain JSON inside the envelope when only encryption is registered. §5.3.2."""
        if not client.userinfo_alg:
            assert client.userinfo_encryption is not None
            return await self._sealed(client, orjson.dumps(claims), client.userinfo_encryption, cty="")
        signed = self.keys.signer.sign({**claims, "iss": self.issuer, "aud": client.client_id}, client.userinfo_alg)
        if client.userinfo_encryption is None:
            return signed
        return await self._sealed(client, signed, client.userinfo_encryption)

    async def _sealed(self, client: Client, payload: bytes | str, how: tuple[str, str], *, cty: str = "JWT") -> str:
        try:
            return seal(payload, await self.keys_of(client), *how, cty=cty)
        except NoRecipientKey as problem:
            raise NoEncryptionKey(str(problem)) from problem
