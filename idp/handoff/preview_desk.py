"""A desk that nothing leaves: what a kind makes on it is made by the code of production, and believed nowhere.

Its records are forgotten with it, its keys are made for the moment, its issuer ends in `/preview`, and it fetches nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.contract import Connector, Secret
from connectors.front_door import Kept

ENDING = "/preview"


@dataclass(frozen=True, slots=True)
class PreviewDesk:
    """Implements connectors.front_door.Desk for the one connector that is tried."""

    house: str
    now: int
    tried: Connector
    own: Mapping[str, tuple[Secret, ...]] = field(default_factory=dict, repr=False)
    records: dict[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def issuer(self) -> str:
        return self.house + ENDING

    def connector(self, connector_id: str) -> Connector | None:
        return self.tried if connector_id == self.tried.id else None

    def connectors(self) -> Sequence[Connector]:
        return (self.tried,)

    async def keep(self, key: str, value: bytes, seconds: int, under: Kept | None = None) -> bool:
        self.records[key] = value
        return True

    async def keep_if_absent(self, key: str, value: bytes, seconds: int) -> bool:
        return self.records.setdefault(key, value) is value

    async def look(self, key: str) -> Kept | None:
        return Kept(self.records[key]) if key in self.records else None

    async def take(self, key: str) -> Kept | None:
        return Kept(self.records.pop(key)) if key in self.records else None

    async def forget(self, *keys: str) -> None:
        for key in keys:
            self.records.pop(key, None)

    async def fetch(self, url: str, *, most_bytes: int = 65_536) -> bytes | None:
        return None
