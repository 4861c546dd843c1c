"""What the directory is built from, by hand: the same stores, rules and records as the workers have, without their pages."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.registry import DIRECTORIES
from consent.disclosure import DisclosureLog
from consent.service import ConsentService
from hub.following import RegistryFollower
from hub.maintenance import Maintenance
from hub.resources import Resources
from idp.applications.registry import Registry
from idp.directory.deciding import Deciding
from idp.directory.desk import HouseDirectory
from idp.directory.wiring import DIRECTORY_KEY, deciding_of
from idp.people.disclosing import Disclosing
from idp.people.service import People
from idp.sessions.fence import GuardFence
from idp.tokens.guessing import TokenGuesses
from kit.keys import derive


@dataclass(frozen=True)
class DirectoryHouse:
    """The wired directory. `maintenance` follows the registry and writes what is only counted in memory."""

    resources: Resources
    registry: Registry
    deciding: Deciding
    disclosures: DisclosureLog
    follower: RegistryFollower
    maintenance: Maintenance

    def desk(self, kind: str) -> HouseDirectory:
        """Return the desk of a kind that answers as a directory."""
        assert kind in DIRECTORIES
        resources = self.resources
        disclosing = Disclosing(self.disclosures, derive(resources.master_key, "disclosure"))
        key = derive(resources.master_key, DIRECTORY_KEY)
        return HouseDirectory(kind, self.registry, self.deciding, disclosing, TokenGuesses(resources.expiring), resources.clock, key)


async def build_directory(resources: Resources) -> DirectoryHouse:
    """Return the directory, with the registry loaded."""
    stores, expiring, clock = resources.stores, resources.expiring, resources.clock
    registry = Registry()
    people = People(stores.people, stores.credentials, expiring, clock)
    consent = ConsentService(stores.consent, GuardFence(expiring), clock, lambda: registry.now.notices)
    disclosures = DisclosureLog(stores.disclosures, clock)
    follower = RegistryFollower(resources, registry)
    deciding = deciding_of(expiring, registry, people, consent, stores.directory_passwords, stores.ring, clock)
    maintenance = Maintenance(
        [("registry", 0.5, follower), ("disclosures", 30, disclosures.flush), ("data keys", 5, stores.data_keys.refresh)]
    )
    await follower()
    return DirectoryHouse(resources, registry, deciding, disclosures, follower, maintenance)
