"""Agencies, applications, services and OpenID clients: everything an operator registers. Changed only through the registry store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Text = Mapping[str, str]  # {"id": …, "en": …}
PROFILES = ("baseline", "fapi2_security", "fapi2_message_signing")  # each holds all rules of the one before


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
    events_uri: str | None = None  # where it hears of withdrawals, holds and requests. RFC 8935


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
    guardian_if_minor: bool = False  # a parent or guardian agrees for whoever is under 18


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
    frontchannel_logout_uri: str | None = None
    session_management: bool = False  # it watches the session by our iframe: it gets session_state, its origins may frame /check_session
    initiate_login_uri: str | None = None  # https; OIDC Core §4
    enabled: bool = True
    # Which rules it is held to, and the one exemption that certification needs (never under a FAPI profile)
    profile: str = "baseline"  # one of PROFILES
    pkce_optional: bool = False  # confidential baseline clients only; doctor and console show it
    require_par: bool = False  # RFC 9126 §6
    request_object_alg: str = ""  # set: requests must be objects signed so. RFC 9101 §10.5
    request_uris: tuple[str, ...] = ()  # of request objects that may be fetched. OIDC Core §6.2
    authorization_details_types: frozenset[str] = frozenset()  # RFC 9396 §10
    default_max_age: int | None = None
    require_auth_time: bool = False
    # Keys of its own, and how its tokens are bound and dressed
    jwks_uri: str | None = None
    token_auth_alg: str = ""  # the one algorithm of its assertions; empty: any offered
    dpop_bound: bool = False  # RFC 9449 §5.2
    tls_bound: bool = False  # RFC 8705 §3.4
    tls_subject: str = ""  # subject DN (RFC 4514) or SAN of its certificate, for tls_client_auth. RFC 8705 §2.1.2
    userinfo_alg: str = ""  # set: userinfo is a JWT signed so
    authorization_alg: str = "ES256"  # JARM
    introspection_alg: str = ""  # set: RFC 9701 with this algorithm
    id_token_encryption: tuple[str, str] | None = None  # (alg, enc) of JWE
    userinfo_encryption: tuple[str, str] | None = None
    # Which other audiences its tokens may be for, and who may exchange towards it
    resources: frozenset[str] = frozenset()  # RFC 8707 resource identifiers beside its own audience
    exchange_from: frozenset[str] = frozenset()  # client ids that may exchange a person's token for one of this audience. RFC 8693
    # Where it came from
    registered_by: str = "operator"  # or the id of the initial access token
    registration_digest: str = ""  # of its registration access token. RFC 7592
    sector_identifier_uri: str | None = None
    client_uri: str | None = None
    logo_uri: str | None = None  # as registered; shown only as the approved copy under our own origin
    logo: str = ""  # that copy, a data URL; empty: none is shown
    name: str = ""  # as it calls itself; people are shown the application's name
    to_approve: frozenset[str] = frozenset()  # what an operator has not looked at yet: name, logo
    registered_at: int = 0

    @property
    def public(self) -> bool:
        return self.auth_method == "none"

    @property
    def fapi(self) -> bool:
        return self.profile != "baseline"

    @property
    def may_omit_pkce(self) -> bool:
        """True for the exemption only: confidential, baseline, and granted by an operator."""
        return self.pkce_optional and not self.public and not self.fapi

    @property
    def audiences(self) -> frozenset[str]:
        """What its access tokens may be for: its own audience, and the resources it registered. RFC 8707."""
        return self.resources | {self.audience or self.client_id}


@dataclass(frozen=True, slots=True)
class ConnectorRow:
    """A connector as kept: kind by name, settings as plain JSON data. connectors.registry turns it into a Connector.

    `revision` is the published one (idp.applications.revisions); 0: it stands since before there were any. `managed` is who changes it.
    """

    id: str
    application: str
    kind: str
    settings: Mapping[str, object] = field(default_factory=dict)
    enabled: bool = True
    revision: int = 0
    managed: str = "console"  # or files
