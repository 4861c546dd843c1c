"""How a process keeps up with the registry that operators change: by its guard, looked at again and again."""

from __future__ import annotations

from hub.resources import Resources
from idp.applications.load import load_snapshot
from idp.applications.registry import GUARD, Registry


class RegistryFollower:
    """Loads the registry again when its guard has moved, so that every worker sees a change within a second."""

    def __init__(self, resources: Resources, registry: Registry) -> None:
        self.resources = resources
        self.registry = registry
        self.seen = ""

    async def __call__(self) -> None:
        value = (await self.resources.expiring.guards(GUARD))[GUARD]
        if value != self.seen:
            stores = self.resources.stores
            until = await stores.registrations.open_until(self.resources.clock.now())
            self.registry.replace(await load_snapshot(stores.registry, stores.notices, until, await stores.connector_secrets.all()), value)
            self.seen = value

    async def force(self) -> None:
        """Load again whatever the guard says: for whoever wrote to the stores directly."""
        self.seen = ""
        await self()
