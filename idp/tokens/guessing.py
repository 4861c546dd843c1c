"""Tokens that nobody was given: who keeps trying them is slowed down, and operators hear of it. RFC 7662 §4; UI-07.

Only what fails is counted, so a token that is good costs nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from idp.errors import TooManyRequests
from kit.expiring import ExpiringStore
from kit.secrets import digest
from kit.web.address import limit_key, truncated

log = structlog.get_logger("idp")

MOST = 300
WINDOW = 60


@dataclass(frozen=True, slots=True)
class TokenGuesses:
    store: ExpiringStore

    async def count(self, address: str, client_id: str = "") -> None:
        """Count one unknown token of this address (and client); raise TooManyRequests beyond three hundred in a minute."""
        count = await self.store.increment(f"guess:{digest(f'{client_id} {limit_key(address)}')}", WINDOW)
        if count == MOST + 1:
            log.warning("token_guessing", client=client_id, origin=truncated(address))
        if count > MOST:
            raise TooManyRequests("too many unknown tokens", retry_after=WINDOW)
