"""How the decisions of the directory are put together, once for the portal's page and once for the process that answers."""

from __future__ import annotations

from consent.service import ConsentService
from idp.applications.registry import Registry
from idp.directory.deciding import Deciding
from idp.directory.keys import Keys
from idp.directory.store import DirectoryPasswordStore
from idp.people.service import People
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.sealing import KeyRing

DIRECTORY_KEY = "directory-password"  # what the key of the passwords' digests is derived for


def deciding_of(
    expiring: ExpiringStore,
    registry: Registry,
    people: People,
    consent: ConsentService,
    passwords: DirectoryPasswordStore,
    ring: KeyRing,
    clock: Clock,
) -> Deciding:
    keys = Keys(people.store, registry, passwords)
    return Deciding(expiring, registry, people, consent, passwords, keys, ring, clock)
