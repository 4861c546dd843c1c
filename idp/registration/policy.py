"""What an initial access token lets a client become. An operator writes it; a client never sees it and cannot widen it. RFC 7591 §3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from idp.applications.models import Client
from kit.audit import Entry

GRANTS = frozenset({"authorization_code", "refresh_token"})
METHODS = frozenset({"client_secret_basic", "client_secret_post", "private_key_jwt"})


@dataclass(frozen=True, slots=True)
class Policy:
    """Clients belong to `application`; without one, to the application of `agency` that they name as `software_id`.

    `redirect_hosts` are exact, with the port where there is one; empty allows any public host. `approve_logos` copies a logo at once.
    """

    application: str = ""
    agency: str = ""
    scopes: frozenset[str] = frozenset({"openid"})
    grant_types: frozenset[str] = GRANTS
    auth_methods: frozenset[str] = METHODS
    profile: str = "baseline"
    pkce_optional: bool = False
    redirect_hosts: frozenset[str] = frozenset()
    approve_logos: bool = False


@dataclass(frozen=True, slots=True)
class InitialAccessToken:
    """Only its digest is kept; `prefix` is how an operator recognises it."""

    id: str
    title: str
    digest: str
    prefix: str
    policy: Policy
    quota: int
    used: int
    created_by: str
    created_at: int
    expires_at: int
    revoked_at: int | None = None

    def works(self, now: int) -> bool:
        return self.revoked_at is None and now < self.expires_at and self.used < self.quota


class RegistrationStore(Protocol):
    """Initial access tokens, and the clients made with them."""

    async def add(self, token: InitialAccessToken, audit: Sequence[Entry] = ()) -> None: ...

    async def find(self, digest: str) -> InitialAccessToken | None: ...

    async def get(self, token_id: str) -> InitialAccessToken | None: ...

    async def all(self) -> list[InitialAccessToken]:
        """Return every token, the newest first."""

    async def revoke(self, token_id: str, now: int, audit: Sequence[Entry] = ()) -> bool:
        """Revoke the token; False when it was revoked before or does not exist. The clients made with it stay."""

    async def register(self, token_id: str, client: Client, now: int, audit: Sequence[Entry] = ()) -> bool:
        """Spend one of the quota and keep the client, in one transaction; False, and nothing kept, when the token does not work (any more).

        Of any number of concurrent callers never more than the quota succeed (DC-13).
        """

    async def change(self, client: Client, *, expected: Client, audit: Sequence[Entry] = (), revoke_grants_at: int | None = None) -> bool:
        """Keep the client in place of `expected`, its refresh families revoked when a time is given; False when another is kept by now."""

    async def open_until(self, now: int) -> int:
        """Return the latest end of a token that works; 0 when there is none, so nothing can be registered."""
