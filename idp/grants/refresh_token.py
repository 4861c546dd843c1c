"""`grant_type=refresh_token`: rotation in a family, reuse detection, a short window for a lost answer. RFC 6749 §6, RFC 9700 §4.14."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import orjson

from consent.service import ConsentService
from idp import guards
from idp.applications.registry import Registry
from idp.authorization import details
from idp.errors import InvalidGrant
from idp.grants.model import TokenAnswer, TokenRequest
from idp.grants.refresh_checks import RULES, Use
from idp.people.disclosing import Disclosing, Receiver
from idp.people.release import release
from idp.people.service import People
from idp.sessions.idle import is_in_use
from idp.settings import IdpSettings
from idp.store import GrantStore, SessionLogStore
from idp.tokens.access_token import AccessTokens, Minted, token_type
from idp.tokens.dressing import Dressing
from idp.tokens.models import RefreshFamily
from idp.tokens.resources import audience_of
from idp.tokens.rotation import family_of, is_current, is_repeat, spender, successor
from kit.audit import AuditEvent, Entry
from kit.expiring import ExpiringStore
from kit.secrets import digest


@dataclass(frozen=True)
class RefreshTokenGrant:
    store: ExpiringStore
    grants: GrantStore
    sessions: SessionLogStore
    people: People
    registry: Registry
    consent: ConsentService
    dressing: Dressing
    access_tokens: AccessTokens
    disclosing: Disclosing
    settings: IdpSettings
    successor_key: bytes = field(repr=False)
    rules: Sequence[Callable[[Use], None]] = RULES
    name: str = "refresh_token"

    async def answer(self, request: TokenRequest) -> TokenAnswer:
        token = request.form.get("refresh_token", "")
        family_id = family_of(token)
        family = await self.grants.find(family_id) if family_id is not None else None
        if family is None:
            raise InvalidGrant("the refresh token is not valid")
        lived_under = await self._guards(family)  # before the SQL facts, so that a change after them is caught by the put
        use = await self._facts(family, request)
        for rule in self.rules:
            rule(use)
        granted = details.narrowed(family.details, request.form.get("authorization_details", ""), use.client.authorization_details_types)
        audience = audience_of(use.client, family.resources, request.form.get("resource", ""))
        assert use.person is not None
        values = release(use.person, use.claims)
        minted = self._mint(use, values, lived_under, audience, granted)
        id_token = ""
        if "openid" in use.scopes:
            seconds = self.settings.id_token_seconds
            id_token = await self.dressing.id_token(use.client, family, minted.token, now=request.now, seconds=seconds)
        following = await self._rotate(family, token, request)
        told = {name: values[name] for name in use.claims if name in values}
        receiver = Receiver(family.grant, family.service, family.application, family.client_id, "oidc")
        await self.disclosing.record(family.person, receiver, told, request.now)
        if not await self.store.put(minted.record):
            raise InvalidGrant("the permission changed meanwhile")
        body = {
            "access_token": minted.token,
            "token_type": token_type(request.cnf),
            "expires_in": minted.seconds,
            "scope": " ".join(sorted(use.scopes)),
            "refresh_token": following,
        }
        if granted:
            body["authorization_details"] = orjson.loads(granted)
        if id_token:
            body["id_token"] = id_token
        return TokenAnswer(body)

    async def _guards(self, family: RefreshFamily) -> dict[str, str]:
        names = [
            guards.person(family.person),
            guards.permit(family.person, family.application),
            guards.application(family.application),
            guards.grant(family.grant),
        ]
        if family.session is not None:
            names.append(guards.session(family.session))
        return await self.store.guards(*names)

    async def _facts(self, family: RefreshFamily, request: TokenRequest) -> Use:
        snapshot = self.registry.now
        person = await self.people.get(family.person)
        notice = snapshot.notice_for(family.service)
        released, until = None, 0
        if notice is not None and person is not None:
            standing = await self.consent.standing(person.id, notice, family.released)
            released, until = standing.released if standing.complete else None, standing.expires_at or 0
        alive = True
        if family.session is not None:
            row = await self.sessions.find(family.session)
            alive = row is not None and row.ended_at is None and request.now < row.expires_at
            alive = alive and await is_in_use(self.store, family.session)
        service = snapshot.services.get(family.service)
        return Use(family, request, person, alive, snapshot.usable(family.application), released, service, until)

    async def _rotate(self, family: RefreshFamily, token: str, request: TokenRequest) -> str:
        """Return the successor; a token that is neither current nor a repeat revokes its family (TK-17)."""
        key, window = spender(request.authenticated.key, request.cnf), self.settings.refresh_retry_seconds
        following = successor(self.successor_key, family.id, token)
        if is_current(family, token):
            if await self.grants.rotate(family.id, digest(token), digest(following), request.now, key):
                return following
            family = await self.grants.find(family.id) or family  # somebody was faster with the same token
        if is_repeat(family, token, key, request.now, window):
            return following
        entry = Entry(AuditEvent.REFRESH_REUSED, f"client:{family.client_id}", f"grant:{family.grant}", request.now)
        await self.grants.revoke(family=family.id, now=request.now, audit=[entry])
        await self.store.move(guards.grant(family.grant))
        raise InvalidGrant("the refresh token was used before")

    def _mint(self, use: Use, values: dict[str, object], lived_under: dict[str, str], audience: str, granted: str) -> Minted:
        family = use.family
        return self.access_tokens.mint(
            use.client,
            service=family.service,
            grant=family.grant,
            person=family.person,
            subject=family.subject,
            scopes=use.scopes,
            values=values,
            guards=lived_under,
            now=use.request.now,
            acr=family.acr,
            auth_time=family.auth_time,
            cnf=use.request.cnf,
            audience=audience,
            details=granted,
            not_after=use.consent_until,
        )
