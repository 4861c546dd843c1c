"""Guessing user codes is hopeless: five tries in ten minutes for one browser, twenty wrong ones for one address. RFC 8628 §5.1; DV-01.

A browser's tries are counted before they are judged, so that many at once gain nothing. Of an address only wrong ones count: a hall where
many people use their phones behind one address is no attack.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from kit.expiring import ExpiringStore, Put
from kit.secrets import digest
from kit.web.address import limit_key, truncated

log = structlog.get_logger("idp")

WINDOW = 600
OF_A_BROWSER = 5
OF_AN_ADDRESS = 20


@dataclass(frozen=True, slots=True)
class UserCodeGuesses:
    store: ExpiringStore

    async def admit(self, browser: str, address: str) -> bool:
        """Count a try of this browser; False when it, or its address, has none left."""
        if await self.store.increment(f"dev-try:{digest(browser)}", WINDOW) > OF_A_BROWSER:
            return False
        return await self.store.get(_shut(address)) is None

    async def missed(self, address: str) -> None:
        """Count a wrong code of this address; the twentieth shuts it out for ten minutes."""
        count = await self.store.increment(f"dev-miss:{digest(limit_key(address))}", WINDOW)
        if count >= OF_AN_ADDRESS:
            await self.store.put(Put(_shut(address), b"1", WINDOW))
        if count == OF_AN_ADDRESS:
            log.warning("user_code_guessing", origin=truncated(address))


def _shut(address: str) -> str:
    return f"dev-shut:{digest(limit_key(address))}"
