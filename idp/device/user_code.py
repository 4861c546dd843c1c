"""The code that a person reads from one screen and types on another. RFC 8628 §6.1.

Twenty consonants: no vowel, so that no word comes about; no digit, so that nothing is taken for a letter. Eight of them are 34.5 bits,
which with five tries and ten minutes leave a guesser less than one chance in a thousand million.
"""

from __future__ import annotations

import secrets

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8


def new_user_code() -> str:
    """Return eight random letters of the alphabet, without the dash that is shown."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(user_code: str) -> str:
    """Return the code as people read it: `WDJB-MJHT`."""
    return f"{user_code[:4]}-{user_code[4:]}"


def normalised(typed: str) -> str:
    """Return what was typed as it is kept: case, spaces and dashes do not matter. Empty when it cannot be a code."""
    letters = "".join(typed[:40].upper().replace("-", " ").split())
    return letters if len(letters) == LENGTH and set(letters) <= set(ALPHABET) else ""
