"""Clients that register and manage themselves: made with an initial access token, then changed with a token of the one client.

Order as everywhere: judge → commit with the audit entry in one transaction → move the registry's guard, so that all workers follow.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from idp.applications.models import Client, ClientSecret
from idp.applications.registry import GUARD, Registry
from idp.errors import InvalidToken, TemporarilyUnavailable
from idp.registration.errors import Unfit
from idp.registration.judging import Judging
from idp.registration.logos import Logos
from idp.registration.metadata import described, told
from idp.registration.names import needs_a_look
from idp.registration.policy import InitialAccessToken, Policy, RegistrationStore
from kit.audit import AuditEvent, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.secrets import digest, new_id, new_secret, same

INITIAL_PREFIX = "gapura_ia_"
REGISTRATION_PREFIX = "gapura_rg_"
SECRET_PREFIX = "gapura_sk_"
ATTEMPTS = 3
SECRET_SECONDS = 365 * 86400
RENEWED_BEFORE = 30 * 86400
WITH_SECRET = ("client_secret_basic", "client_secret_post")
NOT_ANSWERED = ("registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at")


@dataclass(frozen=True, slots=True)
class Registered:
    """A client with what is told this once: its secret (empty: none was made) and the token that manages it."""

    client: Client
    secret: str
    token: str


@dataclass(frozen=True)
class Registrar:
    store: RegistrationStore
    expiring: ExpiringStore
    registry: Registry
    follow: Callable[[], Awaitable[None]]
    judging: Judging
    logos: Logos
    clock: Clock

    async def admit(self, initial: str) -> InitialAccessToken:
        """Return the initial access token; raise InvalidToken when it does not work (DC-01)."""
        token = await self.store.find(digest(initial))
        if token is None or not token.works(self.clock.now()):
            raise InvalidToken("the initial access token is unknown, expired, revoked or used up")
        return token

    async def register(self, token: InitialAccessToken, body: Mapping[str, Any], origin: str) -> Registered:
        """Keep a new client; raise Unfit when it may not be so, InvalidToken when the token was used up meanwhile."""
        now = self.clock.now()
        await self.follow()
        management = REGISTRATION_PREFIX + new_secret()
        base = Client(
            client_id=new_id(),
            application=self._application(token, body),
            auth_method="none",
            redirect_uris=(),
            scopes=frozenset(),
            registered_by=token.id,
            registration_digest=digest(management),
            registered_at=now,
        )
        client, secret = await self._judged(base, body, token.policy)
        entry = self._entry(AuditEvent.CLIENT_REGISTERED, f"registration:{token.id}", client, origin, after=shown(client))
        if not await self.store.register(token.id, client, now, [entry]):
            raise InvalidToken("the initial access token is used up or revoked")
        await self._moved()
        return Registered(client, secret, management)

    async def find(self, client_id: str, management: str) -> Client:
        """Return the client that this token manages; raise InvalidToken for another's, and for one that is off (DC-08)."""
        await self.follow()
        client = self.registry.now.clients.get(client_id)
        kept = client.registration_digest if client is not None else ""
        if not same(kept, digest(management)) or client is None or not client.enabled or not self.registry.now.usable(client.application):
            raise InvalidToken("the registration access token is not one of this client")
        return client

    async def change(self, client: Client, body: Mapping[str, Any], origin: str) -> Registered:
        """Replace all of the client's metadata (RFC 7592 §2.2); who it is, and what its policy allows, stays."""
        token = await self.store.get(client.registered_by)
        if token is None:
            raise InvalidToken("the policy of this client is not known any more")
        _only_what_may_be_sent(client, body)
        base = replace(client, application=self._application(token, body) if not token.policy.application else client.application)
        if base.application != client.application:
            raise Unfit("software_id", "Aplikasi tidak dapat diganti.", "a client stays with its application")
        changed, secret = await self._judged(base, body, token.policy)
        before, after = _difference(shown(client), shown(changed))
        if after or changed != client:
            entry = self._entry(AuditEvent.CLIENT_CHANGED, f"client:{client.client_id}", client, origin, before=before, after=after)
            if not await self.store.change(changed, expected=client, audit=[entry]):
                raise Unfit("client_id", "Klien baru saja berubah. Ulangi.", "the client was changed meanwhile; read it and try again")
            await self._moved()
        return Registered(changed, secret, "")

    async def remove(self, client: Client, origin: str) -> None:
        """Switch the client off for good: its grants are revoked with it, and every worker refuses what it holds within a second."""
        entry = self._entry(AuditEvent.CLIENT_REMOVED, f"client:{client.client_id}", client, origin)
        for _ in range(ATTEMPTS):
            gone = replace(client, enabled=False, registration_digest="", secrets=())
            removed = await self.store.change(gone, expected=client, audit=[entry], revoke_grants_at=self.clock.now())
            await self._moved()
            present = self.registry.now.clients.get(client.client_id)
            if removed or present is None or not present.registration_digest:  # by us, or by another request for the same
                return
            client = present  # changed by somebody else meanwhile: it is to go all the same
        raise TemporarilyUnavailable("the client keeps changing; try again", retry_after=1)

    async def _judged(self, base: Client, body: Mapping[str, Any], policy: Policy) -> tuple[Client, str]:
        """Return the client as described and found fit, with a new secret where it needs one."""
        found = described(body, base, policy)
        await self.judging.judge(found.client, policy=policy, response_types=found.response_types)
        client = await self._pictured(self._flagged(base, found.client), policy)
        if client.auth_method not in WITH_SECRET:
            return replace(client, secrets=()), ""
        now = self.clock.now()
        if any(secret.expires_at is None or secret.expires_at > now + RENEWED_BEFORE for secret in client.secrets):
            return client, ""
        secret = SECRET_PREFIX + new_secret()
        kept = ClientSecret(digest(secret), secret[: len(SECRET_PREFIX) + 4], now, now + SECRET_SECONDS)
        return replace(client, secrets=(*client.secrets[-1:], kept)), secret

    def _flagged(self, former: Client, client: Client) -> Client:
        """Note what an operator has to look at: a new name that is no plain one, and every new logo (DC-06)."""
        flags = set(former.to_approve) & ({"name"} if client.name == former.name else set())
        if client.name != former.name and needs_a_look(client.name, self.registry.now):
            flags.add("name")
        same_logo = client.logo_uri == former.logo_uri
        if client.logo_uri is not None and (not same_logo or "logo" in former.to_approve):
            flags.add("logo")
        return replace(client, to_approve=frozenset(flags), logo=former.logo if same_logo else "")

    async def _pictured(self, client: Client, policy: Policy) -> Client:
        """Copy a new logo at once when the policy says so; one that cannot be copied waits for an operator, and the client is kept."""
        if not policy.approve_logos or "logo" not in client.to_approve or client.logo_uri is None:
            return client
        try:
            return replace(client, logo=await self.logos.copy(client.logo_uri), to_approve=client.to_approve - {"logo"})
        except Unfit:
            return client

    def _application(self, token: InitialAccessToken, body: Mapping[str, Any]) -> str:
        named = body.get("software_id")
        return token.policy.application or (named if isinstance(named, str) else "")

    def _entry(self, event: AuditEvent, actor: str, client: Client, origin: str, **more: Any) -> Entry:
        application = self.registry.now.applications.get(client.application)
        names = {f"application:{application.id}": application.name["id"]} if application is not None else {}
        return Entry(event, actor, f"client:{client.client_id}", self.clock.now(), origin=origin, names=names, **more)

    async def _moved(self) -> None:
        await self.expiring.move(GUARD)
        await self.follow()


def shown(client: Client) -> dict[str, object]:
    """Return what the audit keeps of a client: its metadata, no key and no digest."""
    return {name: value for name, value in told(client).items() if name not in ("jwks", "client_id", "client_id_issued_at")}


def _difference(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {n: before[n] for n in names if n in before}, {n: after[n] for n in names if n in after}


def _only_what_may_be_sent(client: Client, body: Mapping[str, Any]) -> None:
    """RFC 7592 §2.2: its own id, its present secret or none, and nothing that only we say."""
    if body.get("client_id") != client.client_id:
        raise Unfit("client_id", "client_id tidak cocok.", "client_id must be there and be this client's")
    for name in NOT_ANSWERED:
        if name in body:
            raise Unfit(name, "Bagian ini hanya diisi Gapura.", "must not be sent")
    secret = body.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and any(same(kept.digest, digest(secret)) for kept in client.secrets)):
        raise Unfit("client_secret", "Rahasia tidak cocok.", "must be the present secret, or be left out")
