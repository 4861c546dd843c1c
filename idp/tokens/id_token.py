"""The ID token's claims. OIDC Core §2, §3.1.3.6."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from idp.keys.signer import BadToken, Signer
from kit.secrets import b64url

HASHES = {"ES256": hashlib.sha256, "RS256": hashlib.sha256, "PS256": hashlib.sha256, "ES512": hashlib.sha512, "EdDSA": hashlib.sha512}


def half_hash(token: str, alg: str) -> str:
    """Return `at_hash`: the left half of the hash that the algorithm of the ID token uses. OIDC Core §3.1.3.6; Ed25519: RFC 8032 §5.1."""
    whole = HASHES[alg](token.encode()).digest()
    return b64url(whole[: len(whole) // 2])


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
    alg: str,
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
        "at_hash": half_hash(access_token, alg),
        "sid": sid,
    }
    if nonce is not None:
        claims["nonce"] = nonce
    return {**asked, **claims}


def claims_of_hint(signer: Signer, hint: str) -> dict[str, Any]:
    """Return the claims of an ID token of ours that came back as a hint, expired or not; raise BadToken.

    Signed userinfo and signed authorization responses are no ID tokens, although their `typ` is the same. RFC 8725 §3.11; JW-07.
    """
    claims = signer.verify(hint)
    if not all(isinstance(claims.get(name), str) for name in ("sub", "sid", "aud")) or "auth_time" not in claims:
        raise BadToken("signed by us, but no ID token")
    return claims
