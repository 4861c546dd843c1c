"""What the API answers with. A secret is in none of these but `Created`, once (AD-06)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from admin.actions import client_fields
from admin.actions.drafts import Draft
from admin.actions.keys import KeyView
from admin.actions.people import Profile
from admin.actions.registrations import shown as registration_policy
from admin.store import OperatorToken
from connectors.contract import Connector
from idp.applications.models import Agency, Application, Client
from idp.registration.policy import InitialAccessToken
from kit.audit import ChainedEntry, ChainReport


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class AgencyOut(Out):
    code: str
    name: dict[str, str]
    short_name: str
    kind: str
    parent: str | None
    valid_from: str
    valid_to: str | None
    phone: str
    phone_display: str
    hours: dict[str, str]
    line: dict[str, str]
    suspended: bool


class ApplicationOut(Out):
    id: str
    name: dict[str, str]
    agency: str
    channel: str
    home_url: str | None
    initiate_login_uri: str | None
    events_uri: str | None
    audience: str
    enabled: bool
    usable: bool
    revision: int
    updated_at: int


class SecretOut(Out):
    prefix: str
    created_at: int
    expires_at: int | None


class ClientOut(Out):
    client_id: str
    application: str
    auth_method: str
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    scopes: list[str]
    refresh: bool
    native: bool
    access_token_format: str
    id_token_alg: str
    backchannel_logout_uri: str | None
    frontchannel_logout_uri: str | None
    session_management: bool
    advanced: dict[str, Any]
    jwks: dict[str, Any] | None
    secrets: list[SecretOut]


class ConnectorOut(Out):
    id: str
    application: str
    kind: str
    settings: dict[str, Any]
    enabled: bool


class Page(Out):
    next: str | None


class AgencyPage(Page):
    items: list[AgencyOut]


class ApplicationPage(Page):
    items: list[ApplicationOut]
    total: int


class Registered(Out):
    application: ApplicationOut
    client_id: str | None
    secret: str | None
    connector: str | None


class SecretCreated(Out):
    client_id: str
    secret: str


class Reason(Draft):
    reason: str


class Switch(Reason):
    name: str


class RoleIn(Reason):
    role: str
    agency: str | None = None
    valid_until: int | None = None


class StatusIn(Reason):
    status: str


class Search(Draft):
    value: str
    reason: str
    case: str = ""


class Found(Out):
    people: list[str]


class SessionOut(Out):
    id: str
    device: str
    amr: list[str]
    created_at: int
    expires_at: int


class RoleOut(Out):
    role: str
    agency: str | None
    valid_until: int | None


class ProfileOut(Out):
    id: str
    status: str
    level: str
    masked: dict[str, str]
    roles: list[RoleOut]
    sessions: list[SessionOut]
    created_at: int


class AuditRow(Out):
    seq: int
    at: int
    event: str
    actor: str
    subject: str
    origin: str
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]
    names: dict[str, str]
    hash: str


class AuditPage(Page):
    items: list[AuditRow]


class ChainOut(Out):
    chain: str
    rows: int
    head: str
    intact: bool
    broken_at: int | None
    reason: str


class KeyOut(Out):
    kid: str
    alg: str
    state: str
    created_at: int
    changed_at: int


class SignoutOut(Out):
    id: str
    client_id: str
    application: str
    created_at: int
    attempts: int
    next_at: int | None
    given_up: bool
    last_error: str


class SignoutRetry(Draft):
    ids: list[str] | None = Field(None, min_length=1, max_length=500)


class SignoutsDue(Out):
    due: int


class Rotation(Reason):
    alg: str | None = None
    at_once: bool = False


class TokenIn(Draft):
    title: str
    days: int = 30


class TokenOut(Out):
    id: str
    title: str
    prefix: str
    created_at: int
    expires_at: int


class TokenCreated(Out):
    token: TokenOut
    secret: str


class RegistrationTokenOut(Out):
    id: str
    title: str
    prefix: str
    application: str
    agency: str
    redirect_hosts: list[str]
    scopes: list[str]
    grant_types: list[str]
    auth_methods: list[str]
    profile: str
    pkce_optional: bool
    approve_logos: bool
    quota: int
    used: int
    created_by: str
    created_at: int
    expires_at: int
    revoked_at: int | None


class RegistrationTokenCreated(Out):
    token: RegistrationTokenOut
    secret: str


class SelfRegistered(Out):
    client_id: str
    name: str
    application: str
    registered_by: str
    registered_at: int
    profile: str
    pkce_optional: bool
    auth_method: str
    redirect_uris: list[str]
    scopes: list[str]
    enabled: bool
    to_approve: list[str]


class Proof(Draft):
    password: str
    code: str


class ProofGiven(Out):
    confirmation: str
    expires_in: int


def agency(one: Agency) -> AgencyOut:
    return AgencyOut.model_validate(one, from_attributes=True)


def application(one: Application, usable: bool) -> ApplicationOut:
    return ApplicationOut(usable=usable, **{name: getattr(one, name) for name in ApplicationOut.model_fields if name != "usable"})


def client(one: Client) -> ClientOut:
    plain = {n: getattr(one, n) for n in ("client_id", "application", "auth_method", "native", "access_token_format", "id_token_alg")}
    return ClientOut(
        **plain,
        redirect_uris=list(one.redirect_uris),
        post_logout_redirect_uris=list(one.post_logout_redirect_uris),
        scopes=sorted(one.scopes),
        refresh="refresh_token" in one.grant_types,
        backchannel_logout_uri=one.backchannel_logout_uri,
        frontchannel_logout_uri=one.frontchannel_logout_uri,
        session_management=one.session_management,
        advanced=client_fields.shown(one),
        jwks=dict(one.jwks) if one.jwks is not None else None,
        secrets=[SecretOut(prefix=s.prefix, created_at=s.created_at, expires_at=s.expires_at) for s in one.secrets],
    )


def registration_token(one: InitialAccessToken) -> RegistrationTokenOut:
    kept = {name: getattr(one, name) for name in ("id", "used", "created_by", "created_at", "revoked_at")}
    return RegistrationTokenOut.model_validate({**registration_policy(one), **kept})


def self_registered(one: Client) -> SelfRegistered:
    plain = {name: getattr(one, name) for name in SelfRegistered.model_fields}
    lists = {"redirect_uris": list(one.redirect_uris), "scopes": sorted(one.scopes), "to_approve": sorted(one.to_approve)}
    return SelfRegistered(**{**plain, **lists})


def connector(one: Connector) -> ConnectorOut:
    settings = one.settings.model_dump(mode="json")
    return ConnectorOut(id=one.id, application=one.application, kind=one.kind, settings=settings, enabled=one.enabled)


def profile(one: Profile) -> ProfileOut:
    return ProfileOut(
        id=one.id,
        status=one.status.value,
        level=one.level,
        masked=dict(one.masked),
        roles=[RoleOut(role=r.role.value, agency=r.agency, valid_until=r.valid_until) for r in one.roles],
        sessions=[
            SessionOut(id=s.id, device=s.device, amr=list(s.amr), created_at=s.created_at, expires_at=s.expires_at) for s in one.sessions
        ],
        created_at=one.created_at,
    )


def audit_row(row: ChainedEntry) -> AuditRow:
    entry = row.entry
    return AuditRow(
        seq=row.seq,
        at=entry.at,
        event=entry.event.value,
        actor=entry.actor,
        subject=entry.subject,
        origin=entry.origin,
        reason=entry.reason,
        before=dict(entry.before),
        after=dict(entry.after),
        names=dict(entry.names),
        hash=row.hash,
    )


def chain(report: ChainReport) -> ChainOut:
    return ChainOut(
        chain=report.chain,
        rows=report.rows,
        head=report.head,
        intact=report.intact,
        broken_at=report.broken_at,
        reason=report.reason,
    )


def key(one: KeyView) -> KeyOut:
    return KeyOut.model_validate(one, from_attributes=True)


def token(one: OperatorToken) -> TokenOut:
    return TokenOut(id=one.id, title=one.title, prefix=one.prefix, created_at=one.created_at, expires_at=one.expires_at)
