"""`grant_type=authorization_code`: a code becomes tokens, once. RFC 6749 §4.1.3, OIDC Core §3.1.3.

Find, check, then one atomic step: the code is marked spent and the access token written, or neither. Whoever comes second finds the mark:
that is a replay, and everything the first one got is revoked (ASVS 10.4.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from idp import guards
from idp.applications.models import Client
from idp.authorization import details
from idp.errors import InvalidGrant
from idp.grants.model import TokenAnswer, TokenRequest
from idp.people.disclosing import Disclosing, Receiver
from idp.people.release import release
from idp.people.service import People
from idp.settings import IdpSettings
from idp.signout.listeners import Listeners
from idp.store import GrantStore
from idp.tokens.access_token import AccessTokens, token_type
from idp.tokens.dressing import Dressing
from idp.tokens.models import AuthorizationCode, RefreshFamily
from idp.tokens.pkce import fits
from idp.tokens.records import decode_code
from idp.tokens.resources import audience_of
from idp.tokens.rotation import first, refresh_cnf
from kit.audit import AuditEvent, AuditTrail, Entry
from kit.expiring import ExpiringStore, Put
from kit.secrets import digest, new_id, same

REDEEMED = b"1"


@dataclass(frozen=True, slots=True)
class Redemption:
    """A code that was found, beside what the client sent."""

    code: AuthorizationCode
    request: TokenRequest

    @property
    def client(self) -> Client:
        return self.request.authenticated.client


def code_belongs_to_client(redemption: Redemption) -> None:
    """RFC 6749 §4.1.3; TK-04."""
    if redemption.code.client_id != redemption.client.client_id:
        raise InvalidGrant("the code was issued to another client")


def redirect_uri_is_the_same(redemption: Redemption) -> None:
    """RFC 6749 §4.1.3: the very same string as in the authorization request, which always had one here."""
    if not same(redemption.code.redirect_uri, redemption.request.form.get("redirect_uri", "")):
        raise InvalidGrant("redirect_uri is not the one of the authorization request")


def verifier_fits(redemption: Redemption) -> None:
    """RFC 7636 §4.6; TK-06, AZ-40. A verifier without a challenge means that somebody took the challenge away. RFC 9700 §2.1.1, §4.8."""
    if not redemption.code.code_challenge:
        if "code_verifier" in redemption.request.form or not redemption.client.may_omit_pkce:
            raise InvalidGrant("the authorization request had no code_challenge")
    elif not fits(redemption.request.form.get("code_verifier", ""), redemption.code.code_challenge):
        raise InvalidGrant("code_verifier does not fit the code_challenge")


def key_is_the_one_of_the_request(redemption: Redemption) -> None:
    """RFC 9449 §10: a code that was asked for with a key is redeemed with it (DP-10)."""
    wanted = redemption.code.dpop_jkt
    if wanted and not same(f"jkt:{wanted}", redemption.request.cnf):
        raise InvalidGrant("the code is bound to another key")


def client_still_has_the_scopes(redemption: Redemption) -> None:
    """A scope taken from the client's registration ends what was granted with it; the client asks the person anew."""
    if not redemption.code.scopes <= redemption.client.scopes:
        raise InvalidGrant("the client is not registered any more for what was granted")


def client_still_has_the_detail_types(redemption: Redemption) -> None:
    """RFC 9396 §5; TK-22: a type taken from the client's registration ends what was granted of it, as a scope does."""
    if not details.are_of(redemption.code.details, redemption.client.authorization_details_types):
        raise InvalidGrant("the client is not registered any more for what was granted", param="authorization_details")


def consent_still_stands(redemption: Redemption) -> None:
    """An agreement that ends by itself ends what was not redeemed by then; a withdrawal moves a guard instead."""
    if redemption.code.consent_until and redemption.request.now >= redemption.code.consent_until:
        raise InvalidGrant("the consent does not stand any more")


RULES: tuple[Callable[[Redemption], None], ...] = (
    code_belongs_to_client,
    redirect_uri_is_the_same,
    verifier_fits,
    key_is_the_one_of_the_request,
    client_still_has_the_scopes,
    client_still_has_the_detail_types,
    consent_still_stands,
)


@dataclass(frozen=True)
class AuthorizationCodeGrant:
    store: ExpiringStore
    grants: GrantStore
    people: People
    dressing: Dressing
    access_tokens: AccessTokens
    disclosing: Disclosing
    trail: AuditTrail
    settings: IdpSettings
    listeners: Listeners
    rules: Sequence[Callable[[Redemption], None]] = RULES
    name: str = "authorization_code"

    async def answer(self, request: TokenRequest) -> TokenAnswer:
        secret = request.form.get("code", "")
        if not 20 <= len(secret) <= 128:
            raise InvalidGrant("the code is not valid")
        key = f"code:{digest(secret)}"
        raw = await self.store.get(key)
        if raw is None:
            await self._perhaps_replayed(key, request)
            raise InvalidGrant("the code is unknown, expired, or already used")
        redemption = Redemption(decode_code(raw), request)
        for rule in self.rules:
            rule(redemption)
        return await self.redeem(key, redemption)

    async def redeem(self, key: str, redemption: Redemption) -> TokenAnswer:
        """Spend what lies under `key`, which passed its rules, and return its tokens."""
        code, client, now = redemption.code, redemption.client, redemption.request.now
        person = await self.people.get(code.person, code.guards[guards.person(code.person)])
        if person is None:
            raise InvalidGrant("the account is gone")
        form, values = redemption.request.form, release(person, code.released)
        granted = details.narrowed(code.details, form.get("authorization_details", ""), client.authorization_details_types)
        minted = self.access_tokens.mint(
            client,
            service=code.service,
            grant=code.grant,
            person=code.person,
            subject=code.subject,
            scopes=code.scopes,
            values=values,
            guards=code.guards,
            now=now,
            acr=code.acr,
            auth_time=code.auth_time,
            cnf=redemption.request.cnf,
            audience=audience_of(client, code.resources, form.get("resource", "")),
            details=granted,
            not_after=code.consent_until,
        )
        asked = {name: values[name] for name in code.id_token_claims if name in values}
        id_token = await self.dressing.id_token(  # before anything is spent: it may be impossible
            client, code, minted.token, now=now, seconds=self.settings.id_token_seconds, asked=asked
        )
        told = {name: values[name] for name in code.released if name in values}
        receiver = Receiver(code.grant, code.service, code.application, code.client_id, "oidc")
        await self.disclosing.record(person.id, receiver, told, now)  # durable before the first answer that lets the client read it
        await self.listeners.note(client, session=code.session, sid=code.sid, subject=code.subject, now=now)
        spent = await self.store.spend(key, f"{code.client_id} {code.grant}".encode(), minted.record)
        if spent is not None:
            if spent:
                await self._revoke(spent, redemption.request)
            raise InvalidGrant("the code is unknown, expired, or already used")
        body = {
            "access_token": minted.token,
            "token_type": token_type(redemption.request.cnf),
            "expires_in": minted.seconds,
            "scope": " ".join(sorted(code.scopes)),
            "id_token": id_token,
        }
        if granted:
            body["authorization_details"] = orjson.loads(granted)
        if "refresh_token" in client.grant_types:
            body["refresh_token"] = await self._family(code, redemption.request)
        return TokenAnswer(body)

    async def _family(self, code: AuthorizationCode, request: TokenRequest) -> str:
        family_id = new_id()
        token = first(family_id)
        offline = "offline_access" in code.scopes
        await self.grants.create(
            RefreshFamily(
                id=family_id,
                grant=code.grant,
                client_id=code.client_id,
                application=code.application,
                service=code.service,
                person=code.person,
                session=None if offline else code.session,
                sid=code.sid,
                subject=code.subject,
                scopes=code.scopes,
                released=code.released,
                current=digest(token),
                spent=None,
                spent_at=None,
                client_key=request.authenticated.key,
                auth_time=code.auth_time,
                acr=code.acr,
                amr=code.amr,
                nonce=code.nonce,
                created_at=request.now,
                expires_at=request.now + self.settings.refresh_seconds,
                cnf=refresh_cnf(request.authenticated.client, request.cnf),
                resources=code.resources,
                details=code.details,
            )
        )
        if (await self.store.guards(guards.grant(code.grant)))[guards.grant(code.grant)] != code.guards[guards.grant(code.grant)]:
            await self.grants.revoke(grant=code.grant, now=request.now)  # a replay came between: what it revoked includes this
        return token

    async def _perhaps_replayed(self, key: str, request: TokenRequest) -> None:
        """Ask whether the code was spent before; a replay revokes what it gave."""
        spent = await self.store.spend(key, REDEEMED)
        if spent:
            await self._revoke(spent, request)

    async def _revoke(self, spent: bytes, request: TokenRequest) -> None:
        """Revoke the grant of a replayed code: by its own client only, so that a stranger's guess revokes nothing."""
        client_id, _, grant = spent.decode().partition(" ")
        if client_id != request.authenticated.client.client_id:
            return
        if not await self.store.put_if_absent(Put(f"replayed:{grant}", b"1", 60)):
            return  # one of many replays at once does it for all
        await self.store.move(guards.grant(grant))
        entry = Entry(AuditEvent.CODE_REPLAYED, f"client:{client_id}", f"grant:{grant}", request.now)
        await self.grants.revoke(grant=grant, now=request.now, audit=[entry])
