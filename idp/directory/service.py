"""What a person does about her passwords for older systems: see them, make one, revoke one. The text of one is shown once and not kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.contract import Connector
from connectors.registry import DIRECTORIES
from idp import guards
from idp.applications.registry import Registry
from idp.directory.deciding import Deciding
from idp.directory.passwords import mac, new_password, normal
from idp.directory.store import DirectoryPassword, DirectoryPasswordStore
from idp.interaction.models import Issue, Refuse, Step
from idp.people.models import Person
from kit.audit import AuditEvent, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.secrets import new_id

MOST = 5  # good ones of a person for one system


@dataclass(frozen=True)
class DirectoryPasswords:
    store: DirectoryPasswordStore
    deciding: Deciding
    registry: Registry
    expiring: ExpiringStore
    clock: Clock
    key: bytes = field(repr=False)

    def connector(self, connector_id: str) -> Connector | None:
        """Return the connector that asks a directory and may be entered now."""
        snapshot = self.registry.now
        found = snapshot.connectors.get(connector_id)
        if found is None or found.kind not in DIRECTORIES or not found.enabled or not snapshot.usable(found.application):
            return None
        return found

    async def offered(self, person: Person) -> list[Connector]:
        """Return the systems for which this person could make a password: now, or after a notice."""
        found = []
        for connector in self.registry.now.connectors.values():
            if self.connector(connector.id) is not None and not isinstance(await self.step(person, connector), Refuse):
                found.append(connector)
        return found

    async def step(self, person: Person, connector: Connector) -> Step:
        """Return what stands between this person and entering the system with a password."""
        step, _ = await self.deciding.step(connector, person, self.clock.now())
        return step

    async def uid(self, person: Person, connector: Connector) -> str:
        """Return by which name she is known there; empty when the rules do not let her in, or what names her was not checked."""
        step = await self.step(person, connector)
        if not isinstance(step, Issue):
            return ""
        who = await self.deciding.known_as(connector, person, self.clock.now(), step.released)
        return DIRECTORIES[connector.kind].uid(connector.settings, who)

    async def of_person(self, person: str) -> list[DirectoryPassword]:
        return await self.store.of_person(person)

    async def make(self, person: Person, connector: Connector, label: str) -> str:
        """Return a new password; empty when the rules do not let her in with one, nothing names her there, or she has enough of them."""
        if not await self.uid(person, connector):
            return ""
        text, now = new_password(), self.clock.now()
        row = DirectoryPassword(new_id(), connector.id, person.id, label, mac(self.key, connector.id, normal(text)), now)
        entry = Entry(AuditEvent.DIRECTORY_PASSWORD_MADE, f"person:{person.id}", f"connector:{connector.id}", now)
        return text if await self.store.add(row, MOST, [entry]) else ""

    async def revoke(self, person: str, password_id: str) -> bool:
        """Revoke one of the person's own: no bind with it succeeds when this returns. False: she has none of that id."""
        mine = next((one for one in await self.store.of_person(person) if one.id == password_id), None)
        if mine is None:
            return False
        name, now = guards.directory(person, mine.connector), self.clock.now()
        entry = Entry(AuditEvent.DIRECTORY_PASSWORD_REVOKED, f"person:{person}", f"connector:{mine.connector}", now)
        await self.expiring.close(name)
        try:
            await self.store.revoke(mine.id, now, [entry])
        finally:
            await self.expiring.move(name)
        return True
