"""Who calls, as the token says. Only from a token that passed every check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ACR_ORDER = ("urn:gapura:aal1", "urn:gapura:aal2")


@dataclass(frozen=True, slots=True)
class Caller:
    """`subject` is pairwise: the person as this agency knows them, or `client:<id>` for a program in its own name.

    `actor` is the innermost-first chain of services that act for the person (RFC 8693 §4.1), empty without one. Times are seconds UTC.
    """

    subject: str
    client_id: str
    scopes: frozenset[str]
    expires_at: int
    acr: str = ""
    auth_time: int = 0
    actor: Mapping[str, Any] = field(default_factory=dict)
    details: tuple[Mapping[str, Any], ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_person(self) -> bool:
        return not self.subject.startswith("client:")

    def reaches(self, acr: str) -> bool:
        """True when the sign-in was at least as strong; an unknown value must be met exactly."""
        if acr in ACR_ORDER and self.acr in ACR_ORDER:
            return ACR_ORDER.index(self.acr) >= ACR_ORDER.index(acr)
        return bool(acr) and acr == self.acr


def caller_of(claims: Mapping[str, Any]) -> Caller:
    """Return the caller that checked claims name, of a JWT or of an introspection."""
    return Caller(
        subject=str(claims["sub"]),
        client_id=str(claims["client_id"]),
        scopes=frozenset(str(claims.get("scope", "")).split()),
        expires_at=int(claims["exp"]),
        acr=str(claims.get("acr", "")),
        auth_time=int(claims.get("auth_time", 0)),
        actor=dict(claims.get("act") or {}),
        details=tuple(claims.get("authorization_details") or ()),
        claims=dict(claims),
    )
