"""The mark that a browser keeps of the accounts that signed in on it, so that each has a guessing budget of its own there (LG-05).

The cookie holds up to four marks, newest first, because a phone is often shared in a family. A mark is 256 random bits and an HMAC over
them and the person: it names nobody, opens nothing, and says only to us that this account once signed in here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kit.secrets import digest, keyed, new_secret, same

COOKIE = "gapura-d"
SECONDS = 400 * 86400
MOST = 4
LONGEST = 400


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """What one request's cookie says. Unreadable marks are nothing."""

    key: bytes = field(repr=False)
    cookie: str = field(repr=False, default="")

    @property
    def _marks(self) -> list[str]:
        return self.cookie.split("~")[:MOST] if 0 < len(self.cookie) <= LONGEST else []

    def of(self, person: str) -> str:
        """Return the name of this device for the person; empty when the person never signed in here."""
        for mark in self._marks:
            secret, _, proof = mark.partition(".")
            if secret and same(proof, self._proof(secret, person)):
                return digest(secret)
        return ""

    def remembering(self, person: str) -> str:
        """Return the cookie with a fresh mark of the person in front and at most three others behind it."""
        secret = new_secret()
        mine = self.of(person)
        others = [mark for mark in self._marks if digest(mark.partition(".")[0]) != mine]
        return "~".join([f"{secret}.{self._proof(secret, person)}", *others][:MOST])

    def _proof(self, secret: str, person: str) -> str:
        return keyed(self.key, "device", f"{secret}\0{person}")
