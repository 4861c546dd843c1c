"""A person's own key: values that she saw or that were told of her are digested under it. Erasing her destroys it, and no hash changes.

It never leaves the database's own layer: who asks for a row gives a digest, and what is kept is that digest under her key.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.sealed import Sealed
from hub.storage.sql.tables import people
from idp.people.models import Status
from kit.secrets import keyed

CONTEXT = "proof-key"


@dataclass(frozen=True, slots=True)
class ProofKeys:
    sealed: Sealed

    def fresh(self, person: str) -> bytes:
        """Return a new key, sealed."""
        return self.sealed.seal(CONTEXT, os.urandom(32), person)

    async def digest(self, connection: AsyncConnection, person: str, digest: str, kept: bytes | None) -> str:
        """Return the digest under the person's key, `kept` as the row has it. Who has none yet gets one, in the caller's transaction; of
        who was erased nothing is digested."""
        if not digest:
            return ""
        sealed = kept if kept is not None else await self._made(connection, person)
        return keyed(await self.sealed.open(CONTEXT, sealed, person), "values", digest) if sealed is not None else ""

    async def of(self, connection: AsyncConnection, person: str) -> bytes | None:
        """Return the person's key, sealed; None when there is none."""
        found: bytes | None = (await connection.execute(select(people.c.proof_key).where(people.c.id == person))).scalar()
        return found

    async def _made(self, connection: AsyncConnection, person: str) -> bytes | None:
        """Give a key to a person of an earlier release. Of two transactions at once one makes it, and both have that one."""
        without = (people.c.id == person, people.c.proof_key.is_(None), people.c.status != Status.CLOSED.value)
        await connection.execute(update(people).where(*without).values(proof_key=self.fresh(person)))
        return await self.of(connection, person)
