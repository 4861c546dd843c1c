"""The OpenID Connect door: how an authorization request is answered once the dispatcher has decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from idp import guards
from idp.applications.models import Client
from idp.applications.registry import Registry
from idp.authorization.answered import is_first_answer
from idp.authorization.asked import Asked
from idp.authorization.checks import client_is_known, redirect_uri_is_registered
from idp.authorization.request import read
from idp.authorization.response import AuthorizationResponse
from idp.error_pages import ErrorPages
from idp.errors import (
    AccessDenied,
    ConsentRequired,
    GuardianNeeded,
    InteractionRequired,
    InvalidRequestUri,
    LoginRequired,
    OAuthError,
    UnknownRedirectUri,
)
from idp.interaction.models import Interaction, Issue, Refuse
from idp.people.models import Person
from idp.people.service import People
from idp.sessions import browser_state
from idp.sessions.models import Permit, Session
from idp.settings import IdpSettings
from idp.tokens.models import AuthorizationCode
from idp.tokens.records import encode_code
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.secrets import digest, new_secret

ERROR_OF: Mapping[str, type[OAuthError]] = {
    "declined": AccessDenied,
    "login_required": LoginRequired,
    "consent_required": ConsentRequired,
    "no_notice": ConsentRequired,
    "account_unusable": LoginRequired,
    "not_verified": InteractionRequired,
    "no_second_step": InteractionRequired,
    "minor": GuardianNeeded,
    "age_unknown": GuardianNeeded,
    "interaction_required": InteractionRequired,
}


def guards_of(session: Session, permit: Permit, person: str, application: str) -> dict[str, str]:
    """Return the guards under which everything of this sign-in lives: person, session, permission, application and grant."""
    return {
        **session.guards,
        guards.permit(person, application): permit.epoch,
        guards.application(application): permit.application_epoch,
        guards.grant(permit.grant): "0",
    }


@dataclass(frozen=True)
class OidcDoor:
    store: ExpiringStore
    registry: Registry
    people: People
    response: AuthorizationResponse
    errors: ErrorPages
    settings: IdpSettings
    clock: Clock

    async def issue(self, request: Request, interaction: Interaction, session: Session, person: Person, issue: Issue) -> Response | None:
        """Put a code under its guards, in one round trip, and send it. None when a guard has moved."""
        reply: Mapping[str, Any] = interaction.reply
        client = self._client(reply)
        if client is None:
            return self._gone(request)
        service = interaction.service or ""
        permit = session.permits[service]
        pushed = reply.get("pushed", "")
        if pushed and not await is_first_answer(self.store, pushed, interaction.id):
            return self._answered_before(request, client)
        subject = await self.people.subject(person.id, client.sector) if client.sector else permit.subject
        if reply["hint"] and reply["hint"] != subject:
            return self._error(request, client, reply, LoginRequired("another person is signed in than the one asked for"))
        lived_under = guards_of(session, permit, person.id, client.application)
        now = self.clock.now()
        code = AuthorizationCode(
            client_id=client.client_id,
            application=client.application,
            service=service,
            grant=permit.grant,
            person=person.id,
            session=session.id,
            sid=session.sid_for(self.registry.now.sector_of(client)),
            subject=subject,
            redirect_uri=reply["redirect_uri"],
            code_challenge=reply["code_challenge"],
            nonce=reply["nonce"] or None,
            scopes=frozenset(reply["scopes"]),
            released=issue.released,
            id_token_claims=frozenset(reply["id_token_claims"]) & issue.released,
            auth_time=session.auth_time,
            acr=session.acr,
            amr=session.amr,
            issued_at=now,
            guards=lived_under,
            dpop_jkt=reply.get("dpop_jkt", ""),  # absent from an interaction that an older version began
            resources=frozenset(reply.get("resources", ())),
            details=interaction.details,
            consent_until=permit.expires_at or 0,
        )
        secret = new_secret()
        if not await self.store.put(Put(f"code:{digest(secret)}", encode_code(code), self.settings.code_seconds, lived_under)):
            return None
        if pushed:
            await self.store.delete(pushed)
        answer = {"code": secret, "state": reply["state"]}
        if not client.session_management:
            return self.response.answer(request, client, reply["redirect_uri"], reply["response_mode"], answer)
        answer["session_state"] = browser_state.session_state(client.client_id, reply["redirect_uri"], session)
        response = self.response.answer(request, client, reply["redirect_uri"], reply["response_mode"], answer)
        browser_state.show(self.response.pages.cookies, request, response, session)
        return response

    async def refuse(self, request: Request, interaction: Interaction, refusal: Refuse) -> Response:
        """Tell the client by redirect."""
        reply: Mapping[str, Any] = interaction.reply
        client = self._client(reply)
        if client is None:
            return self._gone(request)
        if reply.get("pushed"):
            if not await is_first_answer(self.store, reply["pushed"], interaction.id):
                return self._answered_before(request, client)
            await self.store.delete(reply["pushed"])
        return self._error(request, client, reply, ERROR_OF.get(refusal.reason, AccessDenied)())

    def _answered_before(self, request: Request, client: Client) -> Response:
        return self.errors.oauth(request, InvalidRequestUri("this request was answered already"), client=client)

    def _client(self, reply: Mapping[str, Any]) -> Client | None:
        """Return the client, unless it was switched off or lost this redirect URI while the person was on our pages."""
        snapshot = self.registry.now
        client = snapshot.clients.get(reply["client_id"])
        asked = Asked(read({"client_id": reply["client_id"], "redirect_uri": reply["redirect_uri"]}), client, snapshot)
        try:
            client_is_known(asked)
            redirect_uri_is_registered(asked)
        except OAuthError:
            return None
        return client

    def _error(self, request: Request, client: Client, reply: Mapping[str, Any], error: OAuthError) -> Response:
        return self.response.error(request, client, reply["redirect_uri"], reply["response_mode"], reply["state"], error)

    def _gone(self, request: Request) -> Response:
        return self.errors.oauth(request, UnknownRedirectUri("the client was changed meanwhile"))

    def way_back(self, interaction: Interaction) -> str | None:
        application = self.registry.now.applications.get(interaction.application or "")
        return (application.initiate_login_uri or application.home_url) if application is not None else None
