"""What the token endpoint hands out, as records of the expiring store or SQL rows. Times are seconds UTC.

Keys in the expiring store: `code:<digest>`, `at:<digest>`, `jti:<client>:<digest>`. Records are JSON (orjson), with short keys because
each one is kept 300,000 times on an announcement day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """One authorization response. Lives 60 s, redeemed once; a second redemption revokes `grant` (ASVS 10.4.2)."""

    client_id: str
    application: str
    service: str
    grant: str
    person: str
    session: str
    sid: str
    subject: str
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    scopes: frozenset[str]
    released: frozenset[str]
    id_token_claims: frozenset[str]  # claims the `claims` parameter asked for in the ID token (released ones only)
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    issued_at: int
    guards: Mapping[str, str] = field(default_factory=dict)  # also the guards of everything made from it
    dpop_jkt: str = ""  # thumbprint of the key that must redeem it. RFC 9449 §10
    resources: frozenset[str] = frozenset()  # what its tokens may be for; empty: the client's own audience. RFC 8707
    details: str = ""  # granted authorization_details, canonical JSON; empty: none. RFC 9396 §7
    consent_until: int = 0  # when the person's agreement ends by itself, seconds UTC; 0: it does not. Nothing made from it lives longer


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an opaque access token stands for. `person` is None for client_credentials; `sub` is then `client:<client_id>` (TK-30)."""

    client_id: str
    application: str
    service: str
    grant: str
    person: str | None
    subject: str
    scopes: frozenset[str]
    audience: str
    issued_at: int
    expires_at: int
    jti: str
    sealed_claims: str = ""  # base64 of the sealed claim values this token releases (kit.sealing, context `at:<jti>`)
    cnf: str = ""  # what its bearer must prove: `jkt:<thumbprint>` (RFC 9449 §6), `x5t:<thumbprint>` (RFC 8705 §3), or nothing
    details: str = ""  # granted authorization_details, canonical JSON
    actor: str = ""  # `act` of an exchanged token, canonical JSON. RFC 8693 §4.1
    auth_time: int = 0
    acr: str = ""
    also_under: tuple[str, ...] = ()  # guards beside those of person, permission, application and grant: the session, another application
    guards: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefreshFamily:
    """A grant with its refresh-token family: one SQL row. A refresh token is `<family id>.<secret>`; only digests are kept.

    `current` is the digest of the newest token, `spent` of the one before, spent at `spent_at`. Within 10 s of `spent_at` the same
    client with the same proofs (`client_key`), gets the identical successor again, derived by HMAC from a server key, the family
    and the token spent. Any other use of a token that is not current revokes the family (TK-17).
    """

    id: str
    grant: str
    client_id: str
    application: str
    service: str
    person: str
    session: str | None  # None: offline_access, outlives the session
    sid: str
    subject: str
    scopes: frozenset[str]
    released: frozenset[str]
    current: str
    spent: str | None
    spent_at: int | None
    client_key: (
        str  # who spent `spent` (rotation.spender): method and key or secret prefix, then the key shown beside; before that, who began it
    )
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    nonce: str | None
    created_at: int
    expires_at: int  # absolute
    revoked_at: int | None = None
    cnf: str = ""  # as in AccessToken: the key that must use it
    resources: frozenset[str] = frozenset()
    details: str = ""
