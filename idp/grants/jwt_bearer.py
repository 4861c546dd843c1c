"""`grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer`: a client's own signed word instead of a code. RFC 7523 §2.1, §3.

Small on purpose: a registered client speaks for itself alone, as `client:<id>`, and gets what `client_credentials` would give it. Nobody
can assert a person here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from idp.client_auth.client_keys import ClientKeys
from idp.client_auth.private_key_jwt import (
    algorithm_is_the_clients,
    audience_is_us_alone,
    has_an_id,
    is_not_expired,
    is_not_from_the_future,
    lives_five_minutes_at_most,
    spend,
    times_are_whole_seconds,
    was_made_just_now,
)
from idp.client_auth.signatures import Signed
from idp.errors import InvalidGrant, InvalidRequest
from idp.grants.client_credentials import ClientCredentialsGrant
from idp.grants.model import TokenAnswer, TokenRequest
from idp.keys.signer import BadToken
from kit.expiring import ExpiringStore

NAME = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def type_is_plain(signed: Signed) -> None:
    """No client assertion, no token of ours: those were made for another purpose. RFC 8725 §3.11."""
    if str(signed.header.get("typ", "JWT")).lower() != "jwt":
        raise BadToken("typ must be JWT")


def issuer_is_the_client(signed: Signed) -> None:
    """RFC 7523 §3 (1): and it is the client that proved itself in this request."""
    if signed.claims.get("iss") != signed.client.client_id:
        raise BadToken("iss must be the client id")


def subject_is_the_client_itself(signed: Signed) -> None:
    """RFC 7523 §3 (2): never a person; nor the bare id, so that a client assertion is no grant."""
    if signed.claims.get("sub") != f"client:{signed.client.client_id}":
        raise BadToken("sub must be client:<client id>")


RULES: tuple[Callable[[Signed], None], ...] = (
    type_is_plain,
    algorithm_is_the_clients,
    issuer_is_the_client,
    subject_is_the_client_itself,
    audience_is_us_alone,
    times_are_whole_seconds,
    is_not_expired,
    lives_five_minutes_at_most,
    is_not_from_the_future,
    was_made_just_now,
    has_an_id,
)


@dataclass(frozen=True)
class JwtBearerGrant:
    store: ExpiringStore
    keys: ClientKeys
    credentials: ClientCredentialsGrant
    issuer: str
    rules: Sequence[Callable[[Signed], None]] = RULES
    name: str = NAME

    async def answer(self, request: TokenRequest) -> TokenAnswer:
        assertion = request.form.get("assertion", "")
        if not assertion:
            raise InvalidRequest("assertion is required")
        try:
            signed = await self.keys.signed(request.authenticated.client, assertion, issuer=self.issuer, now=request.now)
            for rule in self.rules:
                rule(signed)
        except BadToken as error:
            raise InvalidGrant("the assertion is not acceptable", detail=str(error)) from error
        if not await spend(self.store, signed):
            raise InvalidGrant("the assertion was used before")
        return await self.credentials.answer(request)
