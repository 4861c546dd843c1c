"""Nonces for DPoP proofs, without memory: HMAC over a window of time, so that every worker and machine knows them. RFC 9449 §8, §9.

A proof that was stolen, or made in advance, is worth nothing after two windows, even when the memory of used ids was lost (DP-11).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kit.clock import Clock
from kit.secrets import keyed, same


@dataclass(frozen=True, slots=True)
class Nonces:
    """`seconds` is the length of a window; a nonce is good in its own and in the next."""

    key: bytes = field(repr=False)
    clock: Clock
    seconds: int = 300

    def current(self) -> str:
        """Return the nonce of the present window."""
        return self._of(self.clock.now() // self.seconds)

    def accepts(self, nonce: str) -> bool:
        window = self.clock.now() // self.seconds
        return same(self._of(window), nonce) or same(self._of(window - 1), nonce)

    def _of(self, window: int) -> str:
        return keyed(self.key, "dpop-nonce", str(window))
