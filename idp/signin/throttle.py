"""How guessing is slowed without letting an attacker lock a citizen out.

Three counters. Per account, in SQL, so that it survives a restart and a lost store: counted before the guess is judged, for accounts that
do not exist too. Per network, in the expiring store: slows one source over many accounts. And a budget of its own for a device on which
this account signed in before, so that whoever burns the public budget does not shut the owner out (LG-03 to LG-06, UX LG-5).

The wait grows with the failures and is not forgiven by time alone: a hundred consecutive failures are never judged, and after thirty days
of silence a counter is forgotten. A counter belongs to an identifier, not to a person, so that it cannot tell which NIK has which phone; so
each has a quarter of the hundred.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from idp.settings import IdpSettings
from idp.store import CredentialStore
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.sealing import KeyRing
from kit.secrets import digest
from kit.web.address import around, truncated

log = structlog.get_logger("idp")

GLOBAL_PER_MINUTE = 3000  # beyond it there is an alarm and no refusal: a refusal would be an attacker's switch for everybody (LG-05)
WIDER = (5, 20, 50)  # times an address's tries, for its network, its site and its provider's block
LONGEST_WAIT_TIMES = 16  # of `lock_seconds`: 4 hours with the default
MOST_FAILURES = 24  # of one identifier. A person has four (NIK, NIP, phone, e-mail): never a hundred in a row, NIST SP 800-63B-4 §3.2.2
FORGET_AFTER = 30 * 86400


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
        """Count a try of this address and of the networks around it; say when to come back if one of them tried too often."""
        most, minute = self.settings.address_tries, 60
        wider = zip(("network", "site", "block"), around(address), WIDER, strict=False)
        limits = [("address", address, most), *((scope, network, most * times) for scope, network, times in wider)]
        refused = False
        for scope, place, limit in limits:
            count = await self.store.increment(f"try:{digest(place)}", minute)
            if count == limit + 1:
                log.warning("sign_in_tries_over_limit", scope=scope, network=truncated(address), most=limit)
            refused = refused or count > limit
            if refused:
                break  # what is refused here is no try of the wider network, so that one line cannot use up its neighbours' tries
        if refused:
            return Wait(self.clock.now() + minute, False)
        if await self.store.increment("try:all", minute) == GLOBAL_PER_MINUTE + 1:
            log.warning("sign_in_tries_over_limit", scope="everybody", network="", most=GLOBAL_PER_MINUTE)
        return None

    async def admit(self, account: str) -> Wait | None:
        """Count one guess before it is judged, or return when the next one may be.

        Of any number of parallel guesses no more are admitted than the account still has before it slows down, then one at a time (R8).
        """
        guesses, now = await self.credentials.guesses(account), self.clock.now()
        failures = guesses.failures
        if failures and now >= guesses.last_failed_at + FORGET_AFTER:
            await self.credentials.forgive(account)
            failures = 0
        locked = failures >= self.settings.lock_after
        if failures >= MOST_FAILURES:
            return Wait(guesses.last_failed_at + FORGET_AFTER, True)
        until = guesses.last_failed_at + self._pause(failures)
        if failures and now < until:
            return Wait(until, locked)
        limit = self.settings.slow_after if failures < self.settings.slow_after else failures + 1
        if await self.credentials.count_guess(account, now, limit) is None:
            return Wait(now + max(2, self._pause(limit)), locked)
        return None

    def _pause(self, failures: int) -> int:
        """Return how long after the last of so many failures the next guess is judged: 2, 4, 8 … seconds, then quarters of an hour."""
        if failures < self.settings.slow_after:
            return 0
        if failures < self.settings.lock_after:
            return 2 << (failures - self.settings.slow_after)
        doublings = min(failures - self.settings.lock_after, 10)
        return min(self.settings.lock_seconds << doublings, self.settings.lock_seconds * LONGEST_WAIT_TIMES)

    async def forgive(self, account: str) -> None:
        await self.credentials.forgive(account)
