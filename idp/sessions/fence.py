"""The fence around a change of what a person allows an application (consent.store.Fence)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from idp import guards
from kit.expiring import ExpiringStore


class GuardFence:
    """Closes the guard `permit:<person>:<application>` during the change and moves it afterwards, whether it succeeded or not."""

    def __init__(self, store: ExpiringStore) -> None:
        self.store = store

    @asynccontextmanager
    async def changing(self, person: str, application: str) -> AsyncIterator[None]:
        name = guards.permit(person, application)
        await self.store.close(name)
        try:
            yield
        finally:
            await self.store.move(name)
