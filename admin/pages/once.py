"""A secret that is shown once: kept for a moment under a reference that goes into the address, given out to one request of its operator."""

from __future__ import annotations

from dataclasses import dataclass

from admin.operator import Operator
from kit.expiring import ExpiringStore, Put
from kit.secrets import digest, new_secret

SECONDS = 600


@dataclass(frozen=True, slots=True)
class Once:
    store: ExpiringStore

    async def keep(self, operator: Operator, secret: str) -> str:
        reference = new_secret()
        await self.store.put(Put(_key(operator, reference), secret.encode(), SECONDS))
        return reference

    async def take(self, operator: Operator, reference: str) -> str:
        """Return the secret the first time, "" ever after and for anybody else."""
        raw = await self.store.take(_key(operator, reference)) if reference else None
        return raw.decode() if raw is not None else ""


def _key(operator: Operator, reference: str) -> str:
    return f"op-once:{operator.person}:{digest(reference)}"
