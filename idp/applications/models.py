"""Agencies, applications, services and OpenID clients: everything an operator registers. Changed only through the registry store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Text = Mapping[str, str]  # {"id": …, "en": …}


@dataclass(frozen=True, slots=True)
class Agency:
    """An OPD. Names and codes are effective-dated: valid while `valid_from <= day <= valid_to` (ISO dates, None: still valid)."""

    code: str
    name: Text
    short_name: str
    kind: str
    parent: str | None
    valid_from: str
    valid_to: str | None
    phone: str
    phone_display: str
    hours: Text
    line: Text
    search: tuple[str, ...] = ()
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Application:
    """A system that people open: modern (it has an OpenID client) or older (it has a connector). It may carry several services."""

    id: str
    name: Text
    agency: str
    channel: str  # online_oidc, forward_auth, … as in services.json
    home_url: str | None
    initiate_login_uri: str | None  # where a portal tile or "Mulai lagi" leads
    audience: str = "citizen"  # citizen or staff
    enabled: bool = True
    revision: int = 1  # raised by every change; the optimistic lock of the console and If-Match of the API
    updated_at: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of the catalogue. What it asks of a person stands in its notice (consent room), found by `slug`."""

    slug: str
    name: Text
    line: Text
    agency: str
    group: str
    order: int
    audience: str
    channel: str
    application: str | None
    start_url: str | None
    phone: str | None
    synonyms: tuple[str, ...]
    requirements: tuple[Text, ...]
    duration: Text
    fee: Text
    hours: Text
    offline: Text
    identity_level: str  # none, basic, verified
    authentication_level: str  # none, aal1, aal2
    status: str = "normal"  # normal, outage, closed


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A client secret as kept: its digest, and the prefix by which a person recognises it. Two may be valid at a time (UX SK-1)."""

    digest: str
    prefix: str
    created_at: int
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """An OpenID Connect relying party. Everything is compared as registered; nothing is a pattern."""

    client_id: str
    application: str
    auth_method: str  # client_secret_basic, client_secret_post, private_key_jwt, none
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str]
    secrets: tuple[ClientSecret, ...] = ()
    jwks: Mapping[str, object] | None = None
    post_logout_redirect_uris: tuple[str, ...] = ()
    grant_types: frozenset[str] = frozenset({"authorization_code"})
    response_modes: frozenset[str] = frozenset({"query", "form_post"})
    native: bool = False  # loopback redirect URIs get port freedom. RFC 8252 §7.3
    id_token_alg: str = "ES256"
    access_token_format: str = "opaque"  # or "jwt" (RFC 9068, at most 5 minutes)
    audience: str = ""  # of its JWT access tokens; the client id when empty
    sector: str = ""  # of pairwise subjects; the agency code when empty
    subject_type: str = "pairwise"
    policy_uri: str | None = None
    tos_uri: str | None = None
    backchannel_logout_uri: str | None = None
    enabled: bool = True

    @property
    def public(self) -> bool:
        return self.auth_method == "none"


@dataclass(frozen=True, slots=True)
class ConnectorRow:
    """A connector as kept: kind by name, settings as plain JSON data. connectors.registry turns it into a Connector."""

    id: str
    application: str
    kind: str
    settings: Mapping[str, object] = field(default_factory=dict)
    enabled: bool = True
