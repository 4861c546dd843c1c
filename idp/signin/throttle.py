"""How guessing is slowed without letting an attacker lock a citizen out.

Three counters. Per account, in SQL, so that it survives a restart and a lost store: counted before the guess is judged, for accounts that
do not exist too. Per network, in the expiring store: slows one source over many accounts. And a budget of its own for a device on which
this account signed in before, so that whoever burns the public budget does not shut the owner out (LG-03 to LG-06, UX LG-5).
"""

from __future__ import annotations

from dataclasses import dataclass

from idp.settings import IdpSettings
from idp.store import CredentialStore
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.sealing import KeyRing
from kit.secrets import digest
from kit.web.address import truncated

GLOBAL_PER_MINUTE = 3000
PREFIX_TIMES = 5


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: `until` is when the next try is judged (seconds UTC). `locked` means the account's budget is spent."""

    until: int
    locked: bool


@dataclass(frozen=True, slots=True)
class Throttle:
    credentials: CredentialStore
    store: ExpiringStore
    ring: KeyRing
    settings: IdpSettings
    clock: Clock

    def account(self, kind: str, value: str, device: str = "") -> str:
        """Return the counter's name: a blind index, so that it says nothing to a reader of the file."""
        return self.ring.blind("guess", f"{kind}\0{value}\0{device}")

    async def address_is_slow(self, address: str) -> Wait | None:
        """Count a try of this address and of its network; say when to come back if either, or everybody together, tried too often."""
        minute = 60
        counts = (
            (await self.store.increment(f"try:{digest(address)}", minute), self.settings.address_tries),
            (await self.store.increment(f"try:{digest(truncated(address))}", minute), self.settings.address_tries * PREFIX_TIMES),
            (await self.store.increment("try:all", minute), GLOBAL_PER_MINUTE),
        )
        if any(count > most for count, most in counts):
            return Wait(self.clock.now() + minute, False)
        return None

    async def admit(self, account: str) -> Wait | None:
        """Count one guess before it is judged, or return when the next one may be.

        Of any number of parallel guesses no more are admitted than the account still has before it slows down, then one at a time (R8).
        """
        guesses, now = await self.credentials.guesses(account), self.clock.now()
        failures = guesses.failures
        if failures >= self.settings.lock_after:
            until = guesses.last_failed_at + self.settings.lock_seconds
            if now < until:
                return Wait(until, True)
            await self.credentials.forgive(account)
            failures = 0
        over = failures - self.settings.slow_after
        if over >= 0 and now < guesses.last_failed_at + 2 ** (over + 1):
            return Wait(guesses.last_failed_at + 2 ** (over + 1), False)
        limit = self.settings.slow_after if over < 0 else failures + 1
        if await self.credentials.count_guess(account, now, limit) is None:
            return Wait(now + 2, False)
        return None

    async def forgive(self, account: str) -> None:
        await self.credentials.forgive(account)
