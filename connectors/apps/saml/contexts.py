"""How someone signed in, in SAML's words: which classes of authentication a sign-in meets, and which is stated. SAML Core §3.3.2.2.1."""

from __future__ import annotations

from collections.abc import Sequence

CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
PASSWORD, TWO_STEPS = f"{CLASSES}PasswordProtectedTransport", "https://refeds.org/profile/mfa"
STRENGTH = {
    f"{CLASSES}unspecified": 1,
    f"{CLASSES}Password": 1,
    PASSWORD: 1,
    "urn:gapura:aal1": 1,
    f"{CLASSES}TimeSyncToken": 2,
    TWO_STEPS: 2,
    "urn:gapura:aal2": 2,
}
STRENGTH_OF_ACR = {"urn:gapura:aal1": 1, "urn:gapura:aal2": 2}
STRONGEST = 2
COMPARISONS = ("exact", "minimum", "maximum", "better")


def stated(asked: Sequence[str], comparison: str, strength: int) -> str | None:
    """Return the class to state for a sign-in of this strength, None when it does not meet what was asked.

    Two steps contain a password: a request for exactly a password is met by them, and told what it asked for.
    """
    own = TWO_STEPS if strength >= STRENGTH[TWO_STEPS] else PASSWORD
    if not asked:
        return own
    known = [one for one in asked if one in STRENGTH]
    if comparison == "better":
        return own if len(known) == len(asked) and strength > max(STRENGTH[one] for one in known) else None
    return next((one for one in known if STRENGTH[one] <= strength), None)
