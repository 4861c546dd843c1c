"""A desk for tests of a kind: records in a dict, a clock that stands still, and a switch that moves every guard at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.contract import Connector, Identity, Secret
from connectors.front_door import Endpoint, Kept, Received

NOW = 1_800_000_000
SITI = Identity(
    subject="sub-siti-berpasangan",
    application="lama",
    service="lama",
    claims={"name": "Siti Peragawati", "nik": "3503115203889001", "email": "siti@example.id"},
    acr="urn:gapura:aal1",
    amr=("pwd",),
    auth_time=NOW - 60,
    issued_at=NOW,
)


@dataclass
class FakeDesk:
    """Implements connectors.front_door.Desk."""

    issuer: str = "https://masuk.example.id"
    now: int = NOW
    own: Mapping[str, tuple[Secret, ...]] = field(default_factory=dict)
    known: Sequence[Connector] = ()
    answers: dict[str, bytes] = field(default_factory=dict)  # by URL, for `fetch`
    fetched: list[str] = field(default_factory=list)
    records: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    moved: bool = False  # a guard has moved: nothing can be kept and what was kept is dead

    def connector(self, connector_id: str) -> Connector | None:
        return next((one for one in self.known if one.id == connector_id and one.enabled), None)

    def connectors(self) -> Sequence[Connector]:
        return [one for one in self.known if one.enabled]

    async def keep(self, key: str, value: bytes, seconds: int, under: Kept | None = None) -> bool:
        if self.moved:
            return False
        self.records[key] = (value, self.now + seconds)
        return True

    async def keep_if_absent(self, key: str, value: bytes, seconds: int) -> bool:
        if await self.look(key) is not None:
            return False
        return await self.keep(key, value, seconds)

    async def look(self, key: str) -> Kept | None:
        value, until = self.records.get(key, (b"", 0))
        return Kept(value, {"session:s": "1"}) if not self.moved and self.now < until else None

    async def take(self, key: str) -> Kept | None:
        found = await self.look(key)
        self.records.pop(key, None)
        return found

    async def forget(self, *keys: str) -> None:
        for key in keys:
            self.records.pop(key, None)

    async def fetch(self, url: str, *, most_bytes: int = 65_536) -> bytes | None:
        self.fetched.append(url)
        return self.answers.get(url)


def got(endpoint: Endpoint, *pairs: tuple[str, str], **more: object) -> Received:
    """Return a GET of this endpoint with these pairs in its query."""
    return Received(endpoint.name, "GET", endpoint.path, query=pairs, **more)  # type: ignore[arg-type]
