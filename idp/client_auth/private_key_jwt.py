"""Client authentication by a signed assertion. RFC 7523 §2.2, §3; OIDC Core §9; RFC 8725.

The key comes from the client's registered set, never from the header; the algorithm must fit the key; the audience must be one string.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from idp.applications.models import Client
from idp.keys.signer import BadToken, header_of
from kit.secrets import b64url_decode

LIFE = 300
SKEW = 30
MIN_RSA_BITS = 2048
ALGORITHMS = ("ES256", "ES512", "RS256", "PS256", "EdDSA", "Ed25519")


@dataclass(frozen=True, slots=True)
class Assertion:
    """A verified assertion, not yet used: `jti` must be spent for `seconds` before anything is issued."""

    jti: str
    seconds: int
    kid: str


def client_id_of(assertion: str) -> str:
    """Return the unverified `sub`, only to find the client whose keys then must verify it; empty when unreadable."""
    try:
        header_of(assertion)
        claims = orjson.loads(b64url_decode(assertion.split(".")[1]))
    except (BadToken, ValueError, IndexError):
        return ""
    subject = claims.get("sub", "") if isinstance(claims, dict) else ""
    return subject if isinstance(subject, str) else ""


def verify(client: Client, assertion: str, *, audiences: frozenset[str], now: int) -> Assertion:
    """Return the assertion if this client made it for us just now; raise BadToken."""
    header = header_of(assertion)
    alg = header.get("alg")
    if alg not in ALGORITHMS or str(header.get("typ", "JWT")).lower() not in ("jwt", "client-authentication+jwt"):
        raise BadToken("algorithm or type is not accepted")
    if client.jwks is None:
        raise BadToken("the client has no keys")
    claims = _claims(client.jwks, header, assertion, str(alg))
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise BadToken("iss and sub must be the client id")
    if not isinstance(claims.get("aud"), str) or claims["aud"] not in audiences:
        raise BadToken("aud must be the issuer, as one string")
    expires, issued, not_before = claims.get("exp", -1), claims.get("iat", now), claims.get("nbf", now)
    if not all(type(moment) is int and 0 <= moment < 2**40 for moment in (expires, issued, not_before)):
        raise BadToken("exp, iat and nbf must be whole seconds")
    if not (now - SKEW < expires <= now + LIFE + SKEW):
        raise BadToken("exp is past, or more than five minutes ahead")
    if issued > now + SKEW or not_before > now + SKEW or issued < now - LIFE - SKEW:
        raise BadToken("iat or nbf is not now")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= 256:
        raise BadToken("jti is missing")
    return Assertion(jti, expires + SKEW + 1 - now, str(header.get("kid", "")))


def _claims(jwks: Mapping[str, object], header: Mapping[str, Any], assertion: str, alg: str) -> dict[str, Any]:
    try:
        found = KeySet.import_key_set(jwks)  # type: ignore[arg-type] # registered JSON, checked when it was saved
    except (JoseError, ValueError, KeyError) as error:
        raise BadToken("the client's keys cannot be read") from error
    wanted = header.get("kid")
    for key in found.keys:
        if (wanted is not None and key.kid is not None and key.kid != wanted) or not _fits(key, alg):
            continue
        try:
            claims = orjson.loads(jws.deserialize_compact(assertion, key, algorithms=[alg]).payload)
        except (JoseError, ValueError):
            continue
        if isinstance(claims, dict):
            return claims
    raise BadToken("no key of the client verifies the signature")


def _fits(key: object, alg: str) -> bool:
    """True when the algorithm belongs to this kind of key: never an HMAC, never a short RSA key (TK-14)."""
    if isinstance(key, ECKey):
        return alg == {"P-256": "ES256", "P-521": "ES512"}.get(key.curve_name)
    if isinstance(key, RSAKey):
        return alg in ("RS256", "PS256") and key.public_key.key_size >= MIN_RSA_BITS
    return isinstance(key, OKPKey) and alg in ("EdDSA", "Ed25519")
