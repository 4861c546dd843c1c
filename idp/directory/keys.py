"""Who holds a name at a directory: a checked identifier of the account, and a password for that connector.

A phone or an e-mail may be on several accounts. Where two of their holders have a password, neither is found: the older system would take
one for the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.contract import Connector
from connectors.registry import DIRECTORIES
from idp.applications.registry import Registry
from idp.directory.store import DirectoryPassword, DirectoryPasswordStore
from idp.people.identifiers import classify
from idp.people.models import IdentifierKind
from idp.store import PeopleStore

KIND_OF = {"email": IdentifierKind.EMAIL, "phone_number": IdentifierKind.PHONE, "nip": IdentifierKind.NIP}


@dataclass(frozen=True)
class Keys:
    people: PeopleStore
    registry: Registry
    passwords: DirectoryPasswordStore

    async def holder(self, connector: Connector, claim: str, value: str) -> DirectoryPassword | None:
        """Return the oldest password of the one person who holds this name there; None when nobody does, or several."""
        persons = await self._persons(connector, claim, value)
        rows = await self.passwords.holders(connector.id, persons) if persons else []
        return rows[0] if len({row.person for row in rows}) == 1 else None

    async def is_sole(self, connector: Connector, person: str, uid: str) -> bool:
        """True when nobody else holds the name by which this person is known there."""
        held = await self.holder(connector, DIRECTORIES[connector.kind].uid_claim(connector.settings), uid)
        return held is not None and held.person == person

    async def _persons(self, connector: Connector, claim: str, value: str) -> list[str]:
        if claim == "sub":
            application = self.registry.now.applications.get(connector.application)
            person = await self.people.person_of_subject(application.agency, value) if application is not None else None
            return [person] if person is not None else []
        wanted, meant = KIND_OF.get(claim), classify(value)
        if wanted is None or meant is None or meant[0] is not wanted:
            return []
        return [person.id for person, verified in await self.people.find(*meant) if verified]
