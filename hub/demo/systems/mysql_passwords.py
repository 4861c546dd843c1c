"""How MySQL 4.1 and 3.23 kept passwords. Both are broken, and older systems have them: that is why Gapura keeps what it signs in with."""

from __future__ import annotations

import hashlib
import hmac


def fits(password: str, kept: str) -> bool:
    """True when this is the password whose hash is kept, of either release."""
    made = mysql41(password) if kept.startswith("*") else mysql323(password)
    return hmac.compare_digest(made.encode(), kept.encode())


def mysql41(password: str) -> str:
    inner = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    return "*" + hashlib.sha1(inner, usedforsecurity=False).hexdigest().upper()


def mysql323(password: str) -> str:
    """OLD_PASSWORD(): blanks do not count."""
    one, two, add = 1345345333, 0x12345671, 7
    for octet in password.encode():
        if octet in b" \t":
            continue
        one ^= ((one & 63) + add) * octet + (one << 8)
        two += (two << 8) ^ one
        add += octet
    return f"{one & 0x7FFFFFFF:08x}{two & 0x7FFFFFFF:08x}"
