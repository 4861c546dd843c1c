"""What a password for the directory looks like: 140 random bits, in groups that can be read out and typed.

Letters and digits that are taken for one another are left out or read as the same (Crockford's base 32). It is random and long, so its
keyed digest needs no slow hash, and guessing it is hopeless: what slows guesses is there for the noise, never to lock an owner out.
"""

from __future__ import annotations

import secrets

from kit.secrets import keyed

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH, GROUP = 28, 4
AS_READ = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})


def new_password() -> str:
    """Return a new one, in groups: `k7mq-2xvd-…`."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def normal(typed: str) -> str:
    """Return the password without groups and look-alikes; empty for what can be none."""
    plain = typed.lower().translate(AS_READ) if len(typed) <= 2 * LENGTH else ""
    return plain if len(plain) == LENGTH and all(letter in ALPHABET for letter in plain) else ""


def mac(key: bytes, connector: str, plain: str) -> str:
    """Return what is kept of it and finds it: a digest that only this house can make, good for one connector."""
    return keyed(key, "directory-password", f"{connector}\0{plain}")
