"""Making access tokens: opaque by default, RFC 9068 JWT for clients that verify by themselves. Both are records under guards."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from idp import guards
from idp.applications.models import Client
from idp.errors import InvalidAuthorizationDetails
from idp.keys.schedule import KeySchedule
from idp.keys.signer import MAX_TOKEN
from idp.settings import IdpSettings
from idp.tokens.models import AccessToken
from idp.tokens.records import decode_token, encode_token
from kit.expiring import ExpiringStore, Guards, Put
from kit.sealing import KeyRing
from kit.secrets import digest, new_id, new_secret

SHORTEST_TOKEN = 20  # characters; what is shorter is no token of ours


@dataclass(frozen=True, slots=True)
class Minted:
    """The token as handed out, its record, and how long it lives (seconds)."""

    token: str
    record: Put
    seconds: int


def key_of(token: str) -> str:
    """Return the key of a token's record, whether it is opaque or a JWT."""
    return f"at:{digest(token)}"


def extra_claims(cnf: str, details: str, actor: str) -> dict[str, Any]:
    """Return what a JWT access token or an introspection says beyond the ordinary. RFC 7800 §3.1, RFC 9396 §9, RFC 8693 §4.1."""
    found: dict[str, Any] = {}
    kind, _, thumbprint = cnf.partition(":")
    if thumbprint:
        found["cnf"] = {"jkt" if kind == "jkt" else "x5t#S256": thumbprint}
    if details:
        found["authorization_details"] = orjson.loads(details)
    if actor:
        found["act"] = orjson.loads(actor)
    return found


def own_guards(person: str | None, application: str, grant: str) -> tuple[str, ...]:
    """Return the guards that follow from what a token is about."""
    about = guards.application(application)
    return (about,) if person is None else (about, guards.person(person), guards.permit(person, application), guards.grant(grant))


def guard_names(token: AccessToken) -> tuple[str, ...]:
    """Return the name of every guard that ends this token."""
    return (*own_guards(token.person, token.application, token.grant), *token.also_under)


def token_type(cnf: str) -> str:
    """RFC 9449 §5: a token bound to a key is of type DPoP; one bound to a certificate stays Bearer (RFC 8705 §3)."""
    return "DPoP" if cnf.startswith("jkt:") else "Bearer"


@dataclass(frozen=True)
class AccessTokens:
    keys: KeySchedule
    ring: KeyRing
    store: ExpiringStore
    settings: IdpSettings
    issuer: str = field(default="")

    def mint(
        self,
        client: Client,
        *,
        service: str,
        grant: str,
        person: str | None,
        subject: str,
        scopes: frozenset[str],
        values: Mapping[str, Any],
        guards: Guards,
        now: int,
        acr: str = "",
        auth_time: int = 0,
        cnf: str = "",
        audience: str = "",
        details: str = "",
        actor: str = "",
        not_after: int = 0,
    ) -> Minted:
        """Return a new token. `values` are the released claim values, sealed into the record so that userinfo asks no database.

        `audience` is the resource it is for (empty: the client's own); `not_after` ends it earlier (seconds UTC, 0: no earlier end);
        the other arguments are as in AccessToken. Raise InvalidAuthorizationDetails when a JWT would grow beyond what `find` takes.
        """
        is_jwt = client.access_token_format == "jwt"
        seconds = self.settings.jwt_access_token_seconds if is_jwt else self.settings.access_token_seconds
        seconds = max(1, min(seconds, not_after - now)) if not_after else seconds
        jti = new_id()
        audience = audience or client.audience or client.client_id
        if is_jwt:
            claims: dict[str, Any] = {
                "iss": self.issuer,
                "exp": now + seconds,
                "aud": audience,
                "sub": subject,
                "client_id": client.client_id,
                "iat": now,
                "jti": jti,
                "scope": " ".join(sorted(scopes)),
            }
            if person is not None:
                claims |= {"acr": acr, "auth_time": auth_time}
            claims |= extra_claims(cnf, details, actor)
            token = self.keys.signer.sign(claims, client.id_token_alg, "at+jwt")
            if len(token) > MAX_TOKEN:  # nobody could use it, and what was spent for it would be lost
                raise InvalidAuthorizationDetails("what the token has to carry is too large", param="authorization_details")
        else:
            token = new_secret()
        sealed = base64.b64encode(self.ring.seal(orjson.dumps(values), f"at:{jti}")).decode() if values else ""
        record = AccessToken(
            client_id=client.client_id,
            application=client.application,
            service=service,
            grant=grant,
            person=person,
            subject=subject,
            scopes=scopes,
            audience=audience,
            issued_at=now,
            expires_at=now + seconds,
            jti=jti,
            sealed_claims=sealed,
            cnf=cnf,
            details=details,
            actor=actor,
            auth_time=auth_time,
            acr=acr,
            also_under=tuple(sorted(set(guards) - set(own_guards(person, client.application, grant)))),
        )
        return Minted(token, Put(key_of(token), encode_token(record), seconds, guards), seconds)

    async def find(self, token: str) -> AccessToken | None:
        """Return what a token stands for; None when it is unknown, past its time, or a guard has moved. One round trip."""
        if not SHORTEST_TOKEN <= len(token) <= MAX_TOKEN:
            return None
        if "." in token and not await self.keys.knows_the_key_of(token):
            return None  # its key was removed, which ends whatever it signed
        raw = await self.store.get(key_of(token))
        return decode_token(raw) if raw is not None else None

    def values_of(self, token: AccessToken) -> dict[str, Any]:
        if not token.sealed_claims:
            return {}
        values: dict[str, Any] = orjson.loads(self.ring.open(base64.b64decode(token.sealed_claims), f"at:{token.jti}"))
        return values
