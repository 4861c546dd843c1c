"""The logout token: tells one client that one session is over. OpenID Connect Back-Channel Logout 1.0 §2.4."""

from __future__ import annotations

from typing import Any

from kit.secrets import new_id

TYPE = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
SECONDS = 120


def logout_token_claims(*, issuer: str, client_id: str, subject: str, sid: str, now: int) -> dict[str, Any]:
    """Return the claims to sign: `sub` and `sid` as in the client's ID token, and no nonce, so that nobody takes it for one (LO-07)."""
    return {
        "iss": issuer,
        "sub": subject,
        "aud": client_id,
        "iat": now,
        "exp": now + SECONDS,
        "jti": new_id(),
        "events": {EVENT: {}},
        "sid": sid,
    }
