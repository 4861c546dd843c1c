"""What must hold of a request object whose signature verifies, one function a rule, in the order in which they are applied.

RFC 9101 §4, §6; RFC 8725; FAPI 2.0 Message Signing §5.3. That a key of the client made the signature was checked before.
"""

from __future__ import annotations

from collections.abc import Callable

from idp.client_auth.signatures import FAPI_ALGORITHMS, Signed
from idp.keys.signer import BadToken

SKEW = 30
LONGEST = 3600  # FAPI 2.0 Message Signing §5.3.1
TYPES = ("", "jwt", "oauth-authz-req+jwt")


def signs_messages(signed: Signed) -> bool:
    return signed.client.profile == "fapi2_message_signing"


def type_is_a_request(signed: Signed) -> None:
    """A token made for another purpose asks for nothing here. RFC 9101 §10.8, RFC 8725 §3.11."""
    if str(signed.header.get("typ", "")).lower() not in TYPES:
        raise BadToken("typ is not that of a request object")


def is_no_client_assertion(signed: Signed) -> None:
    """RFC 9101 §10.8: a request object never speaks as its client, so neither can stand for the other."""
    if signed.claims.get("sub") == signed.client.client_id:
        raise BadToken("sub must not be the client id")


def algorithm_is_the_registered_one(signed: Signed) -> None:
    """RFC 9101 §10.5."""
    wanted = signed.client.request_object_alg
    if wanted and signed.header.get("alg") != wanted:
        raise BadToken(f"alg must be {wanted}")


def algorithm_is_allowed_by_the_profile(signed: Signed) -> None:
    """FAPI 2.0 Security Profile §5.4.1: never RS256."""
    if signed.client.fapi and signed.header.get("alg") not in FAPI_ALGORITHMS:
        raise BadToken("alg is not allowed by this client's profile")


def issuer_is_the_client(signed: Signed) -> None:
    """RFC 9101 §4: may be absent from a baseline client's object, never from a FAPI client's."""
    if signed.claims.get("iss", "" if signed.client.fapi else signed.client.client_id) != signed.client.client_id:
        raise BadToken("iss must be the client id")


def audience_is_us(signed: Signed) -> None:
    """RFC 9101 §4: the issuer, alone or in a list; may be absent from a baseline client's object."""
    audience = signed.claims.get("aud", [] if signed.client.fapi else signed.issuer)
    if signed.issuer not in (audience if isinstance(audience, list) else [audience]):
        raise BadToken("aud must be the issuer")


def client_id_is_the_same(signed: Signed) -> None:
    """RFC 9101 §5: inside as outside."""
    if signed.claims.get("client_id") != signed.client.client_id:
        raise BadToken("client_id inside must be the one outside")


def nothing_is_nested(signed: Signed) -> None:
    """RFC 9101 §4."""
    if "request" in signed.claims or "request_uri" in signed.claims:
        raise BadToken("a request object holds no request and no request_uri")


def times_are_whole_seconds(signed: Signed) -> None:
    """RFC 7519 §4.1.4 to §4.1.6; JW-09."""
    times = [signed.claims[name] for name in ("exp", "nbf", "iat") if name in signed.claims]
    if not all(type(moment) is int and 0 <= moment < 2**40 for moment in times):
        raise BadToken("exp, nbf and iat must be whole seconds")


def is_not_expired(signed: Signed) -> None:
    if signed.claims.get("exp", signed.now + 1) <= signed.now - SKEW:
        raise BadToken("exp is past")


def is_not_from_the_future(signed: Signed) -> None:
    """A clock that is 8 s ahead is no fault."""
    if max(signed.claims.get("nbf", 0), signed.claims.get("iat", 0)) > signed.now + SKEW:
        raise BadToken("nbf or iat is ahead")


def signed_message_says_when(signed: Signed) -> None:
    """FAPI 2.0 Message Signing §5.3.1: both exp and nbf."""
    if signs_messages(signed) and not {"exp", "nbf"} <= set(signed.claims):
        raise BadToken("exp and nbf are required")


def signed_message_is_young(signed: Signed) -> None:
    """FAPI 2.0 Message Signing §5.3.1: nbf no more than 60 minutes ago."""
    if signs_messages(signed) and signed.claims["nbf"] < signed.now - LONGEST:
        raise BadToken("nbf is more than 60 minutes ago")


def signed_message_lives_an_hour_at_most(signed: Signed) -> None:
    """FAPI 2.0 Message Signing §5.3.1: exp no more than 60 minutes after nbf."""
    if signs_messages(signed) and signed.claims["exp"] > signed.claims["nbf"] + LONGEST:
        raise BadToken("exp is more than 60 minutes after nbf")


RULES: tuple[Callable[[Signed], None], ...] = (
    type_is_a_request,
    is_no_client_assertion,
    algorithm_is_the_registered_one,
    algorithm_is_allowed_by_the_profile,
    issuer_is_the_client,
    audience_is_us,
    client_id_is_the_same,
    nothing_is_nested,
    times_are_whole_seconds,
    is_not_expired,
    is_not_from_the_future,
    signed_message_says_when,
    signed_message_is_young,
    signed_message_lives_an_hour_at_most,
)
