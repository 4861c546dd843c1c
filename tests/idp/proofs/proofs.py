"""DPoP proofs for tests, right as they stand. A test changes one thing."""

from __future__ import annotations

import hashlib
from typing import Any

from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from kit.secrets import b64url, new_id
from tests.idp.client_auth.assertions import signed
from tests.idp.samples import ISSUER, NOW

Key = ECKey | RSAKey | OKPKey
HERS = ECKey.generate_key("P-256", auto_kid=False)
OTHER = ECKey.generate_key("P-256", auto_kid=False)
TOKEN = f"{ISSUER}/token"


def ath(token: str) -> str:
    return b64url(hashlib.sha256(token.encode()).digest())


def claims(now: int = NOW, **changes: Any) -> dict[str, Any]:
    """Return correct claims; a value None takes a claim away."""
    made = {"jti": new_id(), "htm": "POST", "htu": TOKEN, "iat": now, **changes}
    return {name: value for name, value in made.items() if value is not None}


def proof(key: Key | OctKey = HERS, alg: str = "ES256", *, now: int = NOW, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """Return a signed proof; `header` adds to its header, other arguments change claims."""
    shown = {"typ": "dpop+jwt", "jwk": key.as_dict(private=False), "kid": None, **(header or {})}
    return signed(claims(now, **changes), key, alg, **shown)


def thumbprint(key: Key = HERS) -> str:
    return key.thumbprint()
