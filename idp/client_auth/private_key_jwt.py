"""Client authentication by a signed assertion. RFC 7523 §2.2, §3; OIDC Core §9; RFC 8725.

The key comes from the client's registered set, never from the header; the algorithm must fit the key; the audience must be one string.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
TYPES = ("jwt", "client-authentication+jwt")


@dataclass(frozen=True, slots=True)
class Assertion:
    """A verified assertion, not yet used: `jti` must be spent for `seconds` before anything is issued."""

    jti: str
    seconds: int
    kid: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Claims that a key of the client signed, and what they are judged by."""

    client: Client
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    audiences: frozenset[str]
    now: int


def type_is_an_assertion(signed: Signed) -> None:
    """A token made for another purpose proves nothing here. RFC 8725 §3.11; JW-07."""
    if str(signed.header.get("typ", "JWT")).lower() not in TYPES:
        raise BadToken("typ is not that of a client assertion")


def client_speaks_for_itself(signed: Signed) -> None:
    """RFC 7523 §3: iss and sub are the client id."""
    if signed.claims.get("iss") != signed.client.client_id or signed.claims.get("sub") != signed.client.client_id:
        raise BadToken("iss and sub must be the client id")


def audience_is_us_alone(signed: Signed) -> None:
    """One string, never a list: another server cannot hand on what was made for it too (TK-11)."""
    audience = signed.claims.get("aud")
    if not isinstance(audience, str) or audience not in signed.audiences:
        raise BadToken("aud must be the issuer, as one string")


def times_are_whole_seconds(signed: Signed) -> None:
    """RFC 7519 §4.1.4 to §4.1.6; JW-09. `exp` must be there."""
    times = (signed.claims.get("exp"), signed.claims.get("iat", signed.now), signed.claims.get("nbf", signed.now))
    if not all(type(moment) is int and 0 <= moment < 2**40 for moment in times):
        raise BadToken("exp, iat and nbf must be whole seconds")


def is_not_expired(signed: Signed) -> None:
    if signed.claims["exp"] <= signed.now - SKEW:
        raise BadToken("exp is past")


def lives_five_minutes_at_most(signed: Signed) -> None:
    """So that the memory of used ids stays small (TK-13)."""
    if signed.claims["exp"] > signed.now + LIFE + SKEW:
        raise BadToken("exp is more than five minutes ahead")


def is_not_from_the_future(signed: Signed) -> None:
    if max(signed.claims.get("iat", 0), signed.claims.get("nbf", 0)) > signed.now + SKEW:
        raise BadToken("iat or nbf is ahead")


def was_made_just_now(signed: Signed) -> None:
    if signed.claims.get("iat", signed.now) < signed.now - LIFE - SKEW:
        raise BadToken("iat is long past")


def has_an_id(signed: Signed) -> None:
    """RFC 7523 §3: what makes it good for one use (TK-12)."""
    jti = signed.claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= 256:
        raise BadToken("jti is missing")


RULES: tuple[Callable[[Signed], None], ...] = (
    type_is_an_assertion,
    client_speaks_for_itself,
    audience_is_us_alone,
    times_are_whole_seconds,
    is_not_expired,
    lives_five_minutes_at_most,
    is_not_from_the_future,
    was_made_just_now,
    has_an_id,
)


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
    claims = _claims(client.jwks or {"keys": []}, header, assertion)
    signed = Signed(client, header, claims, audiences, now)
    for rule in RULES:
        rule(signed)
    return Assertion(claims["jti"], claims["exp"] + SKEW + 1 - now, str(header.get("kid", "")))


def _claims(jwks: Mapping[str, object], header: Mapping[str, Any], assertion: str) -> dict[str, Any]:
    try:
        found = KeySet.import_key_set(jwks)  # type: ignore[arg-type] # registered JSON, checked when it was saved
    except (JoseError, ValueError, KeyError) as error:
        raise BadToken("the client's keys cannot be read") from error
    wanted, alg = header.get("kid"), str(header.get("alg"))
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
