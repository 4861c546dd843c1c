"""Client authentication by a signed assertion. RFC 7523 §2.2, §3; OIDC Core §9; RFC 8725.

The key comes from the client's registered set, never from the header; the algorithm must fit the key; the audience must be one string.
"""

from __future__ import annotations

from collections.abc import Callable

from idp.applications.models import Client
from idp.client_auth.client_keys import ClientKeys
from idp.client_auth.signatures import FAPI_ALGORITHMS, Signed
from idp.keys.signer import BadToken, header_of
from kit.expiring import ExpiringStore, Put
from kit.json_depth import parse
from kit.secrets import b64url_decode, digest

LIFE = 300
SKEW = 30
TYPES = ("jwt", "client-authentication+jwt")


def type_is_an_assertion(signed: Signed) -> None:
    """A token made for another purpose proves nothing here. RFC 8725 §3.11; JW-07."""
    if str(signed.header.get("typ", "JWT")).lower() not in TYPES:
        raise BadToken("typ is not that of a client assertion")


def client_speaks_for_itself(signed: Signed) -> None:
    """RFC 7523 §3: iss and sub are the client id."""
    if signed.claims.get("iss") != signed.client.client_id or signed.claims.get("sub") != signed.client.client_id:
        raise BadToken("iss and sub must be the client id")


def algorithm_is_the_clients(signed: Signed) -> None:
    """The one it registered, where it did; never RS256 under a FAPI profile. OIDC Registration §2, FAPI 2.0 §5.4.1."""
    alg, wanted = signed.header.get("alg"), signed.client.token_auth_alg
    if (wanted and alg != wanted) or (signed.client.fapi and alg not in FAPI_ALGORITHMS):
        raise BadToken("alg is not the one of this client")


def audience_is_us_alone(signed: Signed) -> None:
    """One string, never a list: another server cannot hand on what was made for it too (TK-11).

    The issuer; a client without a FAPI profile may also name where it sends the assertion. OIDC Core §9, RFC 9126 §2, FAPI 2.0 §5.3.2.1.
    """
    issuer, audience = signed.issuer, signed.claims.get("aud")
    audiences = {issuer} if signed.client.fapi else {issuer, f"{issuer}/token", f"{issuer}/par"}
    if not isinstance(audience, str) or audience not in audiences:
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
    algorithm_is_the_clients,
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
        claims = parse(b64url_decode(assertion.split(".")[1]))
    except (BadToken, ValueError, IndexError):
        return ""
    subject = claims.get("sub", "") if isinstance(claims, dict) else ""
    return subject if isinstance(subject, str) else ""


async def verify(client: Client, assertion: str, keys: ClientKeys, *, issuer: str, now: int) -> Signed:
    """Return the assertion if this client made it for us just now; raise BadToken. It is not yet used."""
    signed = await keys.signed(client, assertion, issuer=issuer, now=now)
    for rule in RULES:
        rule(signed)
    return signed


async def spend(store: ExpiringStore, signed: Signed) -> bool:
    """Use an assertion that passed its rules; True for the first of any number of uses (TK-12). Remembered while it would be accepted."""
    seconds = signed.claims["exp"] + SKEW + 1 - signed.now
    key = f"jti:{signed.client.client_id}:{digest(signed.claims['jti'])}"
    return await store.put_if_absent(Put(key, b"1", seconds))
