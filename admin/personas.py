"""The test people that previews may use: those of the demonstration data, and nobody else (UX TP-1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from idp.people.models import Person
from idp.people.service import People
from kit.secrets import keyed


@dataclass(frozen=True, slots=True)
class Persona:
    """`id` is the short name in the data, such as `siti`. `seeded`: an account of the demonstration stands behind it."""

    id: str
    name: str
    person: Person
    seeded: bool = False


@dataclass(frozen=True)
class Personas:
    """`load` returns the test people by short name, as the data describe them. One that was seeded as an account is read from there, and
    only when that account carries the same invented NIK: so a live citizen cannot stand in."""

    accounts: People
    load: Callable[[], Mapping[str, Person]]
    kept: dict[str, Person] = field(default_factory=dict)

    async def all(self) -> Sequence[Persona]:
        if not self.kept:
            self.kept.update(self.load())
        found = []
        for short, person in self.kept.items():
            account = await self.accounts.get(person.id)
            seeded = account is not None and account.claims.get("nik") == person.claims.get("nik")
            found.append(Persona(short, person.name, account if seeded and account is not None else person, seeded))
        return found

    async def subject(self, persona: Persona, sector: str) -> str:
        """Return the pairwise subject: the account's own when it was seeded, else one that no account has."""
        if persona.seeded:
            return await self.accounts.subject(persona.person.id, sector)
        return keyed(b"preview", sector, persona.id)[:22]
