"""Passwords: Argon2id in a bounded pool of threads, off the event loop, so that hashing never delays a token (L7)."""

from __future__ import annotations

import asyncio
import functools
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from idp.people.models import Person
from idp.settings import IdpSettings

T = TypeVar("T")
MAX_LENGTH = 1024
PLACE_WORDS = ("trenggalek", "gapura", "kabupaten", "pemkab", "jawatimur", "rahasia", "katasandi", "password")
LEFT_OVER = 8
COMMON = Path(__file__).with_name("common_passwords.txt")


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


@functools.cache
def common_passwords() -> frozenset[str]:
    return frozenset(line.strip() for line in COMMON.read_text().splitlines() if line.strip() and not line.startswith("#"))


def weakness(password: str, person: Person | None = None, *, least: int = 12) -> str:
    """Return why a new password is refused: short, long, common, personal; empty when it is good. No composition rules (UX RG-2)."""
    text = unicodedata.normalize("NFKC", password)
    plain = "".join(text.lower().split())
    if len(text) < least:
        return "short"
    if len(text) > MAX_LENGTH:
        return "long"
    if plain in common_passwords() or len(set(plain)) < 4 or _is_a_row(plain) or _says_only_the_place(plain):
        return "common"
    if person is not None and any(len(part) >= 4 and part in plain for part in _personal(person)):
        return "personal"
    return ""


def _is_a_row(plain: str) -> bool:
    """True for `abcdefghijkl` or `987654321098`: each character follows the one before."""
    steps = {(ord(after) - ord(before)) % 10 if plain.isdigit() else ord(after) - ord(before) for before, after in pairwise(plain)}
    return steps in ({1}, {-1}, {9})


def _says_only_the_place(plain: str) -> bool:
    """True when little is left without the words that everybody here would try first, and without digits: `KabupatenTrenggalek2026`."""
    rest = plain
    for word in PLACE_WORDS:
        rest = rest.replace(word, "")
    return rest != plain and len("".join(letter for letter in rest if letter.isalpha())) < LEFT_OVER


def _personal(person: Person) -> list[str]:
    claims = person.claims
    birth = str(claims.get("birthdate", "")).split("-")
    dates = ["".join(birth), "".join(reversed(birth)), f"{birth[2]}{birth[1]}{birth[0][2:]}"] if len(birth) == 3 else []
    name_parts = str(claims.get("name", "")).lower().split()
    return [*name_parts, *dates, *(str(claims.get(name, "")).lower() for name in ("nik", "nip", "email"))]
