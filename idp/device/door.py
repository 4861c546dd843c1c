"""The device door: what a person agreed to on their own screen waits for the device that asked. RFC 8628 §3.3, §3.5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from idp.applications.registry import Registry
from idp.authorization.door import guards_of
from idp.device.models import DeviceRequest
from idp.device.requests import Answered, DeviceRequests
from idp.error_pages import ErrorPages
from idp.interaction.models import Interaction, Issue, Refuse
from idp.people.models import Person
from idp.people.service import People
from idp.sessions.models import Permit, Session
from idp.settings import IdpSettings
from idp.tokens.models import AuthorizationCode
from kit.clock import Clock
from kit.expiring import Put
from kit.secrets import digest
from kit.web.pages import see_other


def outcome_key(interaction_id: str) -> str:
    """Return the key under which the last page finds what became of the interaction: `ok`, `no` or `late`."""
    return f"dev-done:{digest(interaction_id)}"


@dataclass(frozen=True)
class DeviceDoor:
    requests: DeviceRequests
    registry: Registry
    people: People
    errors: ErrorPages
    settings: IdpSettings
    clock: Clock

    async def issue(self, request: Request, interaction: Interaction, session: Session, person: Person, issue: Issue) -> Response | None:
        """Keep the approval under the guards of this sign-in. None when a guard has moved."""
        reply: Mapping[str, Any] = interaction.reply
        asked = await self.requests.find(reply["handle"])
        if asked is None:
            return await self._done(interaction, "late")
        client = self.registry.now.clients.get(asked.client_id)
        if client is None or not client.enabled:
            return self.errors.message(request, "application_disabled", status=403)
        permit = session.permits[interaction.service or ""]
        subject = await self.people.subject(person.id, client.sector) if client.sector else permit.subject
        lived_under = guards_of(session, permit, person.id, client.application)
        sector = self.registry.now.sector_of(client)
        code = self._code(asked, session, person, permit, subject, sector, issue, lived_under)
        answered = await self.requests.approve(reply["handle"], asked, code, lived_under)
        if answered is Answered.MOVED:
            return None
        return await self._done(interaction, "ok" if answered is Answered.DONE else "late")

    def _code(
        self,
        asked: DeviceRequest,
        session: Session,
        person: Person,
        permit: Permit,
        subject: str,
        sector: str,
        issue: Issue,
        lived_under: Mapping[str, str],
    ) -> AuthorizationCode:
        """Return the approval as a code that nobody is sent: redeemed by the device code, with no redirect URI and no challenge."""
        return AuthorizationCode(
            client_id=asked.client_id,
            application=asked.application,
            service=asked.service,
            grant=permit.grant,
            person=person.id,
            session=session.id,
            sid=session.sid_for(sector),
            subject=subject,
            redirect_uri="",
            code_challenge="",
            nonce=None,
            scopes=asked.scopes,
            released=issue.released,
            id_token_claims=frozenset(),
            auth_time=session.auth_time,
            acr=session.acr,
            amr=session.amr,
            issued_at=self.clock.now(),
            guards=lived_under,
            consent_until=permit.expires_at or 0,
        )

    async def refuse(self, request: Request, interaction: Interaction, refusal: Refuse) -> Response:
        """Tell the device that the person said no; any other refusal is the person's to read."""
        if refusal.reason != "declined":
            application = self.registry.now.applications.get(interaction.application or "")
            return self.errors.message(request, refusal.reason, status=403, application=application)
        handle = str(interaction.reply["handle"])
        asked = await self.requests.find(handle)
        if asked is not None:
            await self.requests.deny(handle, asked)
        return await self._done(interaction, "no")

    async def _done(self, interaction: Interaction, outcome: str) -> Response:
        await self.requests.store.put(Put(outcome_key(interaction.id), outcome.encode(), self.settings.return_context_seconds))
        return see_other(f"/perangkat/selesai/{interaction.id}")

    def way_back(self, interaction: Interaction) -> str | None:
        """There is no way back to a device: the person looks at it again."""
        return None
