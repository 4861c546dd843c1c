"""Client registration by programs: tokens that open it, and the clients that came in that way."""

from __future__ import annotations

from dataclasses import dataclass, replace

from admin.actions import check
from admin.actions.desk import Desk
from admin.actions.drafts import RegistrationDraft
from admin.errors import Changed, FieldProblem, Invalid, NotFound
from admin.operator import Operator
from admin.permissions import Permission
from idp.applications.models import PROFILES, Client
from idp.registration.checks import STRONG
from idp.registration.errors import Unfit
from idp.registration.logos import Logos
from idp.registration.policy import InitialAccessToken, Policy
from idp.registration.registrar import INITIAL_PREFIX
from idp.registration.state import Offered
from kit.audit import AuditEvent
from kit.secrets import digest, new_id, new_secret

SHOWN = len(INITIAL_PREFIX) + 4


@dataclass(frozen=True, slots=True)
class Registrations:
    """`scopes` are all that a client may be registered for, beside those of its own services."""

    desk: Desk
    scopes: frozenset[str]
    offered: Offered
    logos: Logos

    async def tokens(self, operator: Operator) -> list[InitialAccessToken]:
        self.desk.may(operator, Permission.REGISTRATION_READ)
        return await self.desk.stores.registrations.all()

    async def clients(self, operator: Operator) -> list[Client]:
        """Return the clients that registered themselves and did not remove themselves: those to look at first, then the newest."""
        self.desk.may(operator, Permission.REGISTRATION_READ)
        found = [c for c in (await self.desk.snapshot()).clients.values() if c.registered_by != "operator" and c.registration_digest]
        return sorted(found, key=lambda client: (not client.to_approve, -client.registered_at, client.client_id))

    async def create(self, operator: Operator, draft: RegistrationDraft) -> tuple[InitialAccessToken, str]:
        """Keep a token and return it with its secret, this once."""
        self.desk.may(operator, Permission.REGISTRATION_OPEN)
        await self.desk.snapshot()
        check.settle(self._problems(draft))
        now = self.desk.clock.now()
        secret = INITIAL_PREFIX + new_secret()
        policy = Policy(
            application=draft.application,
            agency=draft.agency,
            scopes=frozenset(draft.scopes),
            grant_types=frozenset(draft.grant_types),
            auth_methods=frozenset(draft.auth_methods),
            profile=draft.profile,
            pkce_optional=draft.pkce_optional,
            redirect_hosts=frozenset(host.lower() for host in draft.redirect_hosts),
            approve_logos=draft.approve_logos,
        )
        token = InitialAccessToken(
            id=new_id(),
            title=draft.title.strip()[:80],
            digest=digest(secret),
            prefix=secret[:SHOWN],
            policy=policy,
            quota=draft.quota,
            used=0,
            created_by=operator.actor,
            created_at=now,
            expires_at=now + draft.days * 86400,
        )
        entry = self.desk.entry(
            operator, AuditEvent.REGISTRATION_OPENED, f"registration:{token.id}", after=shown(token), names=self._names(policy)
        )
        async with self.desk.changing():
            await self.desk.stores.registrations.add(token, [entry])
        return token, secret

    async def revoke(self, operator: Operator, token_id: str, *, reason: str) -> None:
        """Close what the token opened. The clients made with it stay: each can be switched off by itself."""
        self.desk.may(operator, Permission.REGISTRATION_OPEN)
        token = await self.desk.stores.registrations.get(token_id)
        if token is None or token.revoked_at is not None:
            raise NotFound(token_id)
        check.settle(check.reason("reason", reason))
        entry = self.desk.entry(
            operator, AuditEvent.REGISTRATION_CLOSED, f"registration:{token_id}", names=self._names(token.policy), reason=reason.strip()
        )
        async with self.desk.changing():
            await self.desk.stores.registrations.revoke(token_id, self.desk.clock.now(), [entry])

    async def approve(self, operator: Operator, client_id: str) -> Client:
        """Let the client's name and logo stand. The logo is copied now, so that what is shown is what was looked at."""
        self.desk.may(operator, Permission.APPLICATION_CHANGE)
        former = await self.found(client_id)
        logo = former.logo
        if "logo" in former.to_approve and former.logo_uri is not None:
            try:
                logo = await self.logos.copy(former.logo_uri)
            except Unfit as unfit:
                raise Invalid(FieldProblem("logo_uri", "bad_logo", unfit.text)) from unfit
        if not former.to_approve:
            return former
        client = replace(former, to_approve=frozenset(), logo=logo)
        return await self._keep(operator, former, client, AuditEvent.CLIENT_APPROVED, after={"approved": sorted(former.to_approve)})

    async def switch(self, operator: Operator, client_id: str, enabled: bool, *, reason: str) -> Client:
        """Switch one client off or on; off, its refresh tokens are revoked and all else it holds is refused within a second."""
        self.desk.may(operator, Permission.APPLICATION_SWITCH)
        former = await self.found(client_id)
        check.settle(check.reason("reason", reason))
        if former.enabled == enabled:
            return former
        event = AuditEvent.CLIENT_ENABLED if enabled else AuditEvent.CLIENT_DISABLED
        return await self._keep(operator, former, replace(former, enabled=enabled), event, reason=reason.strip(), ends=not enabled)

    async def found(self, client_id: str) -> Client:
        client = (await self.desk.snapshot()).clients.get(client_id)
        if client is None or client.registered_by == "operator" or not client.registration_digest:
            raise NotFound(client_id)
        return client

    async def _keep(
        self,
        operator: Operator,
        former: Client,
        client: Client,
        event: AuditEvent,
        *,
        after: dict[str, object] | None = None,
        reason: str = "",
        ends: bool = False,
    ) -> Client:
        application = self.desk.registry.now.applications[client.application]
        names = {f"application:{application.id}": application.name["id"]}
        entry = self.desk.entry(operator, event, f"client:{client.client_id}", after=after, names=names, reason=reason)
        at = self.desk.clock.now() if ends else None
        async with self.desk.changing():
            if not await self.desk.stores.registrations.change(client, expected=former, audit=[entry], revoke_grants_at=at):
                raise Changed(client.client_id)
        return client

    def _names(self, policy: Policy) -> dict[str, str]:
        snapshot = self.desk.registry.now
        application, agency = snapshot.applications.get(policy.application), snapshot.agencies.get(policy.agency)
        if application is not None:
            return {f"application:{application.id}": application.name["id"]}
        return {f"agency:{agency.code}": agency.name["id"]} if agency is not None else {}

    def _problems(self, draft: RegistrationDraft) -> check.Found:
        snapshot = self.desk.registry.now
        found = check.words("title", {"id": draft.title})
        if bool(draft.application) == bool(draft.agency):
            found.append(
                check.problem(
                    "application", "one_owner", "Pilih satu aplikasi, atau satu instansi.", "Choose one application or one agency."
                )
            )
        elif draft.application and draft.application not in snapshot.applications:
            found += check.one_of("application", draft.application, snapshot.applications)
        elif draft.agency:
            found += check.one_of("agency", draft.agency, snapshot.agencies)
        if not draft.redirect_hosts or not all(check.HOST.fullmatch(host.lower()) for host in draft.redirect_hosts):
            found.append(
                check.problem(
                    "redirect_hosts",
                    "bad_host",
                    "Tulis host saja, satu per baris, tanpa https:// dan tanpa tanda bintang.",
                    "Give hosts only, one a line.",
                )
            )
        own = {
            s.slug for s in snapshot.services.values() if s.application == draft.application or (draft.agency and s.agency == draft.agency)
        }
        found += check.scopes("scopes", draft.scopes, self.scopes | {f"layanan:{slug}" for slug in own})
        for grant in draft.grant_types or ("",):
            found += check.one_of("grant_types", grant, self.offered.grants)
        for method in draft.auth_methods or ("",):
            found += check.one_of("auth_methods", method, self.offered.auth_methods)
        found += check.one_of("profile", draft.profile, PROFILES)
        if draft.profile != "baseline" and (draft.pkce_optional or not set(draft.auth_methods) <= set(STRONG)):
            found.append(
                check.problem(
                    "profile",
                    "too_weak",
                    "Profil FAPI meminta bukti dengan kunci dan PKCE.",
                    "A FAPI profile needs proof by key, and PKCE.",
                )
            )
        return found


def shown(token: InitialAccessToken) -> dict[str, object]:
    """Return what audit and API may show: never the digest."""
    policy = token.policy
    return {
        "title": token.title,
        "prefix": token.prefix,
        "application": policy.application,
        "agency": policy.agency,
        "redirect_hosts": sorted(policy.redirect_hosts),
        "scopes": sorted(policy.scopes),
        "grant_types": sorted(policy.grant_types),
        "auth_methods": sorted(policy.auth_methods),
        "profile": policy.profile,
        "pkce_optional": policy.pkce_optional,
        "approve_logos": policy.approve_logos,
        "quota": token.quota,
        "expires_at": token.expires_at,
    }
