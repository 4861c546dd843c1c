"""Sessions that end by themselves: nobody clicks, so somebody looks once a minute. The applications are told as after a click."""

from __future__ import annotations

from idp.signout.store import SessionClientStore
from kit.clock import Clock

FIRST_LOOK = 2 * 86400  # after a rest of the whole house; a message is given up after a day anyway
OVERLAP = 3600  # clocks of several machines differ


class ExpiredSessions:
    """Remembers how far it looked, so that each look reads only what expired since. Two workers looking at once tell once."""

    def __init__(self, clients: SessionClientStore, clock: Clock) -> None:
        self.clients = clients
        self.clock = clock
        self._looked: int | None = None

    async def run(self) -> None:
        now = self.clock.now()
        since = now - FIRST_LOOK if self._looked is None else self._looked - OVERLAP
        await self.clients.expire(since, now)
        self._looked = now
