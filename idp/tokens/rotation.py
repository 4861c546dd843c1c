"""Refresh tokens: `<family>.<secret>`, rotated at each use, with the successor derived so that a lost answer can be asked for again.

The successor is HMAC of a server key over the family and the token spent. It need not be stored to be repeated, so a client on a bad link
that asks twice within ten seconds gets the identical token twice, and no second family (reliability.md §4).
"""

from __future__ import annotations

from idp.applications.models import Client
from idp.tokens.models import RefreshFamily
from kit.secrets import digest, keyed, new_secret, same


def first(family_id: str) -> str:
    """Return the first token of a family."""
    return f"{family_id}.{new_secret()}"


def refresh_cnf(client: Client, cnf: str) -> str:
    """Return what a family is bound to: for a public client whatever it proved, under a FAPI profile its key. RFC 9449 §5, RFC 8705 §4.

    Other clients prove themselves at each refresh anyway, and may change their key meanwhile.
    """
    return cnf if client.public or (client.fapi and cnf.startswith("jkt:")) else ""


def family_of(token: str) -> str | None:
    """Return the family a token names, or None when it has not our form."""
    family, dot, secret = token.partition(".")
    return family if dot and 16 <= len(family) <= 32 and len(secret) == 43 else None


def successor(key: bytes, family_id: str, spent: str) -> str:
    """Return the token that follows `spent`: always the same one."""
    return f"{family_id}.{keyed(key, 'refresh', spent)}"


def is_current(family: RefreshFamily, token: str) -> bool:
    return same(family.current, digest(token))


def spender(client_key: str, cnf: str) -> str:
    """Return who spends a token: how the client proved itself, and the key that it proved beside, if any. RFC 9449 §5; TK-17."""
    return f"{client_key} {cnf}" if cnf else client_key


def is_repeat(family: RefreshFamily, token: str, spent_by: str, now: int, window: int) -> bool:
    """True when the token was spent within the window by the same client with the same proofs: a lost answer, not a theft."""
    return (
        family.spent is not None
        and family.spent_at is not None
        and same(family.spent, digest(token))
        and same(family.client_key, spent_by)
        and 0 <= now - family.spent_at <= window
    )
