"""Passwords: Argon2id in a bounded pool of threads, off the event loop, so that hashing never delays a token (L7)."""

from __future__ import annotations

import asyncio
import functools
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from idp.people.models import Person
from idp.settings import IdpSettings
from idp.signin.guessable import LEET, is_guessable
from kit.web.language import MONTHS

T = TypeVar("T")
MAX_LENGTH = 1024
PLACE_WORDS = ("trenggalek", "gapura", "kabupaten", "pemkab", "jawatimur", "rahasia", "katasandi", "password")
LEFT_OVER = 8


class Busy(Exception):
    """The queue of waiting password checks is full: answer 503 with Retry-After, never grow without bound."""


def normal(password: str) -> bytes:
    """Return the password in NFKC: what a phone keyboard and a computer type for the same words is the same. NIST SP 800-63B-4 §3.1.1.2."""
    return unicodedata.normalize("NFKC", password).encode()


class Hasher:
    """Hashes and verifies. `decoy` is a hash that nothing matches: an unknown account costs the same as a known one (LG-01)."""

    def __init__(self, settings: IdpSettings) -> None:
        self._argon2 = PasswordHasher(settings.argon2_time, settings.argon2_memory_kib, 1)
        self._pool = ThreadPoolExecutor(settings.hashing_threads, thread_name_prefix="argon2")
        self._room = settings.hashing_threads + settings.hashing_queue
        self._inside = 0
        self.verifications = 0
        self.decoy = self._argon2.hash("no account has this password")

    def require_room(self) -> None:
        """Raise Busy when the queue is full: asked before a try is counted, so that our own load is nobody's wrong guess."""
        if self._inside >= self._room:
            raise Busy

    async def hash(self, password: str) -> str:
        return await self._run(functools.partial(self._argon2.hash, normal(password)))

    async def verify(self, kept: str, password: str) -> bool:
        """Return whether the password fits; raise Busy when too many wait already."""
        self.verifications += 1
        return await self._run(functools.partial(self._fits, kept, normal(password[:MAX_LENGTH])))

    def _fits(self, kept: str, password: bytes) -> bool:
        try:
            return self._argon2.verify(kept, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False

    async def _run(self, work: functools.partial[T]) -> T:
        self.require_room()
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._inside -= 1

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def weakness(password: str, person: Person | None = None, *, least: int = 12) -> str:
    """Return why a new password is refused: short, long, common, personal; empty when it is good. No composition rules (UX RG-2)."""
    text = unicodedata.normalize("NFKC", password)
    plain = "".join(text.lower().split())
    if len(text) < least:
        return "short"
    if len(text) > MAX_LENGTH:
        return "long"
    if person is not None and _is_personal(plain, person):
        return "personal"
    if len(set(plain)) < 4 or is_guessable(plain) or _says_only_the_place(plain):
        return "common"
    return ""


def _says_only_the_place(plain: str) -> bool:
    """True when little is left without the words that everybody here would try first, and without digits: `KabupatenTrenggalek2026`."""
    rest = plain
    for word in PLACE_WORDS:
        rest = rest.replace(word, "")
    return rest != plain and len("".join(letter for letter in rest if letter.isalpha())) < LEFT_OVER


def _is_personal(plain: str, person: Person) -> bool:
    """True when something of the person stands in it, also with signs between or digits for letters (`s1t1`)."""
    bare = "".join(letter for letter in plain if letter.isalnum())
    readings = {plain, bare, *(text.translate(table) for text in (plain, bare) for table in LEET)}
    return any(len(part) >= 4 and part in reading for part in _parts_of(person) for reading in readings)


def _parts_of(person: Person) -> list[str]:
    claims = person.claims
    birth = str(claims.get("birthdate", "")).split("-")
    email = str(claims.get("email", "")).lower()
    phone = str(claims.get("phone_number", "")).removeprefix("+62")
    parts = [*str(claims.get("name", "")).lower().split(), *(str(claims.get(name, "")) for name in ("nik", "nip")), email, phone]
    parts.append(email.partition("@")[0])
    if len(birth) == 3 and all(part.isdecimal() for part in birth):
        year, month, day = birth
        parts += [year + month + day, day + month + year, day + month + year[2:]]
        parts += [f"{int(day)}{names[int(month) - 1].lower()}" for names in MONTHS.values() if 1 <= int(month) <= 12]
    return parts
