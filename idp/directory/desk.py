"""The desk that a directory's kind is lent: passwords looked up, people found by a name, what is told put on record, guesses slowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.contract import Connector
from connectors.directory import Found, Refused, TooManyGuesses
from connectors.registry import DIRECTORIES
from idp.applications.registry import Registry
from idp.directory.deciding import Deciding, person_of
from idp.directory.passwords import mac, normal
from idp.errors import TooManyRequests
from idp.people.disclosing import Disclosing, Receiver
from idp.tokens.guessing import TokenGuesses
from kit.clock import Clock
from kit.secrets import keyed


@dataclass(frozen=True)
class HouseDirectory:
    """Implements connectors.directory.DirectoryDesk for one kind."""

    kind: str
    registry: Registry
    deciding: Deciding
    disclosing: Disclosing
    guesses: TokenGuesses
    clock: Clock
    key: bytes = field(repr=False)

    @property
    def now(self) -> int:
        return self.clock.now()

    def connectors(self) -> Sequence[Connector]:
        snapshot = self.registry.now
        return [one for one in snapshot.connectors.values() if one.kind == self.kind and one.enabled and snapshot.usable(one.application)]

    async def with_password(self, connector: Connector, uid: str, password: str) -> Found | Refused | None:
        plain = normal(password)
        found = await self._with_mac(connector, mac(self.key, connector.id, plain)) if plain else None
        return found if isinstance(found, Refused) or (found is not None and _same_name(found.uid, uid)) else None

    async def _with_mac(self, connector: Connector, digest: str) -> Found | Refused | None:
        key = f"directory:{connector.id}:{digest}"
        found = await self.deciding.ready(key)
        if found is not None:
            return found
        password = await self.deciding.passwords.find(digest)
        if password is None or password.connector != connector.id:
            return None
        return await self.deciding.make(key, connector, password) or Refused()

    async def by_key(self, connector: Connector, claim: str, value: str) -> Found | None:
        key = f"directory:{connector.id}:={keyed(self.key, 'directory-name', f'{claim}{chr(0)}{value}')}"
        found = await self.deciding.ready(key)
        if found is None:
            password = await self.deciding.keys.holder(connector, claim, value)
            found = await self.deciding.make(key, connector, password) if password is not None else None
        if found is None or claim == DIRECTORIES[connector.kind].uid_claim(connector.settings):
            return found
        return found if any(one.claim == claim for one in found.emissions) else None  # a name that was not released finds nobody

    async def again(self, connector: Connector, found: Found) -> Found | None:
        present = await self._with_mac(connector, person_of(found)[2])
        return present if isinstance(present, Found) and present.uid == found.uid else None

    async def told(self, connector: Connector, found: Found, claims: frozenset[str]) -> None:
        service = self.registry.now.service_for(connector.application, None)
        person, password, _ = person_of(found)
        receiver = Receiver(
            f"{password}.{connector.id}", service.slug if service is not None else "", connector.application, connector.id, connector.kind
        )
        values = {one.claim: one.value for one in found.emissions if one.claim in claims}
        await self.disclosing.record(person, receiver, values, self.now)

    async def failed(self, connector: Connector | None, uid: str, peer: str) -> None:
        """An address is counted, and a name: who has the right password is never asked for either count."""
        where = connector.id if connector is not None else ""
        try:
            await self.guesses.count(peer, where)
            if uid:
                await self.guesses.count(f"uid {uid.casefold()}", where)
        except TooManyRequests:
            raise TooManyGuesses("too many wrong passwords") from None


def _same_name(known: str, typed: str) -> bool:
    return known.casefold() == typed.strip().casefold()
