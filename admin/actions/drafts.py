"""What an operator hands in, the same for page, API and command line. Unknown fields are errors (AD-05); checks are in `check.py`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Url = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class Draft(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Draft):
    """A text in both languages."""

    id: Long = ""
    en: Long = ""

    def text(self) -> dict[str, str]:
        return {"id": self.id, "en": self.en or self.id}


class AgencyDraft(Draft):
    code: Short
    name: Words
    short_name: Short
    kind: Short = "dinas"
    parent: Short | None = None
    valid_from: Short = ""
    valid_to: Short | None = None
    phone: Short = ""
    phone_display: Short = ""
    hours: Words = Words()
    line: Words = Words()


class PurposeDraft(Draft):
    """Why which data are asked. `basis` is one of consent.models.Basis; `valid_for_days` empty: as long as the text stands."""

    title: Words
    text: Words = Words()
    basis: Short = "consent"
    rule: Short = ""
    required: bool = True
    claims: tuple[Short, ...] = ()
    retention: Words = Words()
    valid_for_days: int | None = Field(None, ge=1, le=3650)


class NoticeDraft(Draft):
    purposes: tuple[PurposeDraft, ...] = Field((), max_length=12)
    changes: Words = Words()
    if_refused: Words = Words()


class ServiceDraft(Draft):
    """The catalogue entry that citizens see."""

    group: Short = "lainnya"
    line: Words = Words()
    identity_level: Short = "basic"
    authentication_level: Short = "aal1"
    guardian_if_minor: bool = False
    offline: Words = Words()


class AdvancedDraft(Draft):
    """What most clients never touch; the fields are those of idp.applications.models.Client. An encryption is `alg enc`."""

    profile: Short = "baseline"
    pkce_optional: bool = False
    require_par: bool = False
    dpop_bound: bool = False
    tls_bound: bool = False
    tls_subject: Long = ""
    jwks: dict[str, Any] | None = None
    jwks_uri: Url | None = None
    token_auth_alg: Short = ""
    request_object_alg: Short = ""
    request_uris: tuple[Url, ...] = Field((), max_length=20)
    userinfo_alg: Short = ""
    authorization_alg: Short = "ES256"
    introspection_alg: Short = ""
    id_token_encryption: Short = ""
    userinfo_encryption: Short = ""
    more_grants: tuple[Short, ...] = Field((), max_length=10)
    resources: tuple[Url, ...] = Field((), max_length=20)
    exchange_from: tuple[Short, ...] = Field((), max_length=60)
    authorization_details_types: tuple[Short, ...] = Field((), max_length=20)
    default_max_age: int | None = None
    require_auth_time: bool = False
    third_party_login_uri: Url | None = None
    policy_uri: Url | None = None
    tos_uri: Url | None = None


class ClientDraft(AdvancedDraft):
    auth_method: Short = "client_secret_basic"
    redirect_uris: tuple[Url, ...] = Field((), max_length=20)
    post_logout_redirect_uris: tuple[Url, ...] = Field((), max_length=20)
    scopes: tuple[Short, ...] = Field(("openid",), max_length=60)
    refresh: bool = False
    native: bool = False
    access_token_format: Short = "opaque"
    id_token_alg: Short = "ES256"
    backchannel_logout_uri: Url | None = None
    frontchannel_logout_uri: Url | None = None
    session_management: bool = False


class RegistrationDraft(Draft):
    """A token that opens client registration, with its policy (idp.registration.policy) and how many clients it is for."""

    title: Short
    application: Short = ""
    agency: Short = ""
    redirect_hosts: tuple[Short, ...] = Field((), max_length=20)
    scopes: tuple[Short, ...] = Field(("openid",), max_length=60)
    grant_types: tuple[Short, ...] = Field(("authorization_code", "refresh_token"), max_length=10)
    auth_methods: tuple[Short, ...] = Field(("client_secret_basic", "private_key_jwt"), max_length=10)
    profile: Short = "baseline"
    pkce_optional: bool = False
    approve_logos: bool = False
    quota: int = Field(1, ge=1, le=10_000)
    days: int = Field(7, ge=1, le=90)


class ConnectorDraft(Draft):
    kind: Short
    settings: dict[str, Any] = Field(default_factory=dict)


class ConnectorEdit(ConnectorDraft):
    """Settings said anew, whole. `reason`: needed for what is dangerous, kept with the revision."""

    reason: str = Field("", max_length=500)


class ApplicationDraft(Draft):
    """A new application with everything it needs to be entered: its service, its notice, and a client or a connector."""

    id: Short
    name: Words
    agency: Short
    home_url: Url = ""
    initiate_login_uri: Url | None = None
    audience: Short = "citizen"
    service: ServiceDraft = ServiceDraft()
    notice: NoticeDraft = NoticeDraft()
    client: ClientDraft | None = None
    connector: ConnectorDraft | None = None


class ApplicationEdit(Draft):
    """What may change of an application itself. Its id and its agency never do (AD-03, AD-04)."""

    name: Words
    home_url: Url = ""
    initiate_login_uri: Url | None = None
    events_uri: Url | None = None
    audience: Short = "citizen"
