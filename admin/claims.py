"""The scopes an application may be registered for; what each claim is called stands in idp/people/claims.py."""

from __future__ import annotations

from collections.abc import Iterable

from idp.tokens.api_scopes import API_SCOPES
from idp.tokens.claims import DUTIES_SCOPE, OWN_SCOPES, PROTOCOL_SCOPES

STANDARD_SCOPES = frozenset({"profile", "email", "phone", "address"})
SCOPES = PROTOCOL_SCOPES | STANDARD_SCOPES | OWN_SCOPES | API_SCOPES | {DUTIES_SCOPE}


def scopes_for(claims: Iterable[str]) -> frozenset[str]:
    """Return the narrowest scopes that ask for exactly these claims: each claim's own, so that none brings another along."""
    return frozenset({"openid", *claims})
