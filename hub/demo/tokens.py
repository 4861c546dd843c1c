"""What a relying party owes itself: the ID token is ours to believe only after each of these checks. OpenID Connect Core §3.1.3.7."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ["ES256", "RS256"]
LEEWAY = 60


class Unbelievable(Exception):
    """The ID token is not what it must be. The message names the claim, never its value."""


def believe(token: str, keys: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """Return the claims of a genuine ID token that was made for this client and this attempt."""
    try:
        claims = jwt.decode(token, KeySet.import_key_set(dict(keys)), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
    except (JoseError, ValueError) as error:
        raise Unbelievable("signature") from error
    audience, now = claims.get("aud"), time.time()
    wanted = {
        "iss": claims.get("iss") == issuer,
        "aud": audience in (client_id, [client_id]),
        "nonce": claims.get("nonce") == nonce,
        "exp": isinstance(claims.get("exp"), int) and claims["exp"] > now - LEEWAY,
        "iat": isinstance(claims.get("iat"), int) and claims["iat"] <= now + LEEWAY,
        "sub": bool(claims.get("sub")),
    }
    for name, holds in wanted.items():
        if not holds:
            raise Unbelievable(name)
    return dict(claims)
