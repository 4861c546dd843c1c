"""The ID token's claims. OIDC Core §2, §3.1.3.6."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from kit.secrets import b64url


def half_hash(token: str) -> str:
    """Return `at_hash`: the left half of SHA-256 over the access token. OIDC Core §3.1.3.6."""
    return b64url(hashlib.sha256(token.encode()).digest()[:16])


def id_token_claims(
    *,
    issuer: str,
    client_id: str,
    subject: str,
    sid: str,
    auth_time: int,
    acr: str,
    amr: tuple[str, ...],
    nonce: str | None,
    access_token: str,
    now: int,
    seconds: int,
    asked: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the claims to sign. `asked` holds the released values that the `claims` parameter wanted here, and nothing else."""
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": subject,
        "aud": client_id,
        "exp": now + seconds,
        "iat": now,
        "auth_time": auth_time,
        "acr": acr,
        "amr": list(amr),
        "at_hash": half_hash(access_token),
        "sid": sid,
    }
    if nonce is not None:
        claims["nonce"] = nonce
    return {**asked, **claims}
