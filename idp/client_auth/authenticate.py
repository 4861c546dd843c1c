"""Which client is this? The registered method, and no other, decides. RFC 6749 §2.3, §3.2.1.

Adding a method: its file, one line in METHODS, its test, its page in docs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from idp.applications.models import Client
from idp.applications.registry import Registry
from idp.client_auth import private_key_jwt, tls
from idp.client_auth.client_keys import ClientKeys
from idp.client_auth.credentials import Presented, read
from idp.client_auth.secret import key_of_secret
from idp.errors import InvalidClient, TooManyRequests
from idp.keys.signer import BadToken
from idp.proofs.certificate import Certificate, ClientCertificates
from kit.audit import AuditEvent, AuditTrail, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.secrets import digest
from kit.web.address import limit_key, truncated

FAILURES = 20  # of one client from one address
FAILURES_ANYWHERE = 100  # of one client, wherever they come from
WINDOW = 60


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The client, and how it proved itself: method and key, which binds a refresh to the same proof (TK-17)."""

    client: Client
    key: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who a request says it is, and what its proof is worth: `key` names the secret or key that fits, None when none does."""

    client: Client | None
    method: str
    key: str | None
    application_usable: bool


def proof_fits(claimed: Claimed) -> bool:
    """An unknown client has no proof that fits. RFC 6749 §2.3."""
    return claimed.key is not None


def method_is_the_registered_one(claimed: Claimed) -> bool:
    """A secret in the body proves nothing for a client that registered another method (TK-09). OIDC Core §9."""
    return claimed.client is None or claimed.client.auth_method == claimed.method


def client_is_enabled(claimed: Claimed) -> bool:
    return claimed.client is None or claimed.client.enabled


def application_is_usable(claimed: Claimed) -> bool:
    """Neither the application nor its agency is switched off."""
    return claimed.client is None or claimed.application_usable


RULES: tuple[Callable[[Claimed], bool], ...] = (proof_fits, method_is_the_registered_one, client_is_enabled, application_is_usable)


@dataclass(frozen=True)
class ClientAuthenticator:
    registry: Registry
    store: ExpiringStore
    trail: AuditTrail
    clock: Clock
    issuer: str
    keys: ClientKeys
    certificates: ClientCertificates
    rules: Sequence[Callable[[Claimed], bool]] = RULES

    async def authenticate(
        self, authorization: str, form: Mapping[str, str], address: str, certificate: Certificate | None = None
    ) -> Authenticated:
        """Return who it is; raise InvalidClient, InvalidRequest, or TooManyRequests after too many failures in a minute.

        A right proof is never held back: only failures are counted, so the real client works while somebody guesses (TK-26).
        """
        presented = read(authorization, form)
        client_id = presented.client_id or private_key_jwt.client_id_of(presented.proof)
        client = self.registry.now.clients.get(client_id)
        if presented.method == "none" and certificate is not None and client is not None and client.auth_method in tls.METHODS:
            presented = replace(presented, method=client.auth_method, certificate=certificate)
        key = await METHODS[presented.method](self, client, presented)
        usable = client is not None and self.registry.now.usable(client.application)
        claimed = Claimed(client, presented.method, key, usable)
        if client is None or not all(rule(claimed) for rule in self.rules):
            raise await self._failed(client, client_id, address)
        return Authenticated(client, f"{presented.method}:{key}")

    async def _failed(self, client: Client | None, client_id: str, address: str) -> InvalidClient | TooManyRequests:
        """Count and return the refusal; it is the same for an unknown client and a wrong secret (TK-27)."""
        count = await self.store.increment(f"client:{digest(f'{client_id} {limit_key(address)}')}", WINDOW)
        anywhere = await self.store.increment(f"client:{digest(client_id)}", WINDOW)
        if count == 1 and client is not None:
            entry = Entry(AuditEvent.CLIENT_AUTH_FAILED, "unknown", f"client:{client.client_id}", self.clock.now(), truncated(address))
            await self.trail.append(entry)
        if count > FAILURES or anywhere > FAILURES_ANYWHERE:
            return TooManyRequests("too many failed authentications", retry_after=WINDOW)
        return InvalidClient("client authentication failed")


Method = Callable[[ClientAuthenticator, Client | None, Presented], Awaitable[str | None]]


async def by_secret(self: ClientAuthenticator, client: Client | None, presented: Presented) -> str | None:
    return key_of_secret(client, presented, self.clock.now())


async def by_assertion(self: ClientAuthenticator, client: Client | None, presented: Presented) -> str | None:
    """Verify, then spend the jti: of parallel uses of one assertion one succeeds (TK-12)."""
    if client is None or client.auth_method != "private_key_jwt":
        return None
    try:
        signed = await private_key_jwt.verify(client, presented.proof, self.keys, issuer=self.issuer, now=self.clock.now())
    except BadToken:
        return None
    return str(signed.header.get("kid", "")) if await private_key_jwt.spend(self.store, signed) else None


async def by_issued_certificate(self: ClientAuthenticator, client: Client | None, presented: Presented) -> str | None:
    """The key is the registered name: a certificate that was renewed is the same proof."""
    certificate = presented.certificate
    if client is None or certificate is None or not tls.issued_to(client, certificate, self.certificates.authorities, self.clock.now()):
        return None
    return client.tls_subject


async def by_registered_certificate(self: ClientAuthenticator, client: Client | None, presented: Presented) -> str | None:
    certificate = presented.certificate
    if client is None or certificate is None:
        return None
    if tls.registered_by(await self.keys.of(client), certificate) or (
        client.jwks_uri and tls.registered_by(await self.keys.of(client, refresh=True), certificate)
    ):
        return certificate.thumbprint
    return None


async def by_nothing(self: ClientAuthenticator, client: Client | None, presented: Presented) -> str | None:
    return "" if client is not None and client.public else None


METHODS: Mapping[str, Method] = {
    "client_secret_basic": by_secret,
    "client_secret_post": by_secret,
    "private_key_jwt": by_assertion,
    "tls_client_auth": by_issued_certificate,
    "self_signed_tls_client_auth": by_registered_certificate,
    "none": by_nothing,
}


def methods_of(certificates: ClientCertificates) -> frozenset[str]:
    """Return the methods that can be used here: those with a certificate only where one can reach us, and be judged."""
    able = {"tls_client_auth": certificates.issued_ones, "self_signed_tls_client_auth": certificates.self_signed_ones}
    return frozenset(method for method in METHODS if able.get(method, True))
