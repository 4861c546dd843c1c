"""A signed call passes once: also on another worker, and also after the store forgot everything (HM-01, HM-06).

The store holds when its memory begins. What was signed before that, or may have been by a clock that runs ahead, could have been used
already and forgotten: it is refused, for as long as such a signature stays good. So a flush costs a few minutes, never a replay.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.calls import Caller, Refusal
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.secrets import digest

BEGAN = "calls:began"
FOR_GOOD = 315_360_000  # seconds, ten years


@dataclass(frozen=True)
class Replays:
    store: ExpiringStore
    clock: Clock

    async def began(self) -> int:
        """Return since when the store remembers, seconds UTC; it begins now when it does not know."""
        for _ in range(2):
            raw = await self.store.get(BEGAN)
            if raw is not None:
                return int(raw)
            await self.store.put_if_absent(Put(BEGAN, str(self.clock.now()).encode(), FOR_GOOD))
        return self.clock.now()

    async def first(self, connector: str, caller: Caller) -> Refusal | None:
        """Return None when this signed call was not seen before; of any number of equal ones, one gets None."""
        if not caller.once:
            return None
        if caller.stamp - caller.ahead <= await self.began():
            return Refusal("the memory of used signatures began a moment ago: sign the call anew in a few minutes")
        fresh = await self.store.put_if_absent(Put(f"called:{connector}:{digest(caller.once)}", b"1", caller.seconds))
        return None if fresh else Refusal("this call was made already: every call has a nonce of its own")
