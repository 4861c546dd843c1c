"""What must hold of an access token, one function a rule, in order.

The claims of a JWT (RFC 9068 §4) and the answer of an introspection (RFC 7662 §2.2) are judged alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rs.errors import Refused

SKEW = 5  # seconds that two clocks may differ


@dataclass(frozen=True, slots=True)
class Claimed:
    """Claims that the provider signed or told us, and what they are judged by. Times are seconds UTC."""

    claims: Mapping[str, Any]
    issuer: str
    audience: str
    now: int


def issuer_is_ours(claimed: Claimed) -> None:
    if claimed.claims.get("iss") != claimed.issuer:
        raise Refused("invalid_token", "the token is another issuer's")


def audience_is_this_service(claimed: Claimed) -> None:
    """A token for another service opens nothing here. RFC 9068 §4, RFC 9700 §2.3."""
    audience = claimed.claims.get("aud")
    if claimed.audience not in (audience if isinstance(audience, list) else [audience]):
        raise Refused("invalid_token", "the token is for another service")


def times_are_numbers(claimed: Claimed) -> None:
    """`exp` must be there; a truth value is no number."""
    found = (claimed.claims.get("exp"), claimed.claims.get("iat", 0), claimed.claims.get("nbf", 0))
    if not all(type(moment) is int for moment in found):
        raise Refused("invalid_token", "exp, iat and nbf must be whole seconds")


def is_not_expired(claimed: Claimed) -> None:
    if claimed.now >= claimed.claims["exp"] + SKEW:
        raise Refused("invalid_token", "the token has expired")


def is_not_from_the_future(claimed: Claimed) -> None:
    if max(claimed.claims.get("iat", 0), claimed.claims.get("nbf", 0)) > claimed.now + SKEW:
        raise Refused("invalid_token", "the token is not valid yet")


def names_subject_and_client(claimed: Claimed) -> None:
    """RFC 9068 §2.2."""
    if not all(isinstance(claimed.claims.get(name), str) and claimed.claims[name] for name in ("sub", "client_id")):
        raise Refused("invalid_token", "the token names no subject or no client")


RULES: tuple[Callable[[Claimed], None], ...] = (
    issuer_is_ours,
    audience_is_this_service,
    times_are_numbers,
    is_not_expired,
    is_not_from_the_future,
    names_subject_and_client,
)


def check(claimed: Claimed) -> Mapping[str, Any]:
    """Return the claims when every rule is satisfied; raise Refused."""
    for rule in RULES:
        rule(claimed)
    return claimed.claims
