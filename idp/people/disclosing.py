"""What of a person is told to a service is on record first: the claims by name, and a keyed digest of their values, never the values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from consent.disclosure import DisclosureLog
from consent.models import Disclosure
from kit.secrets import keyed, new_id


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is told, and under what: a grant of a client, or the gate session of a connector."""

    grant: str
    service: str
    application: str
    client: str
    channel: str


@dataclass(frozen=True)
class Disclosing:
    log: DisclosureLog
    mac_key: bytes = field(repr=False)

    async def record(self, person: str, receiver: Receiver, values: Mapping[str, object], now: int) -> None:
        """Return when the disclosure is durable; with no values nothing is told and nothing written (architecture §4)."""
        claims = tuple(sorted(values))
        if not claims:
            return
        mac = keyed(self.mac_key, "disclosed", repr([(name, values[name]) for name in claims]))
        await self.log.record(
            Disclosure(
                id=new_id(),
                grant=receiver.grant,
                person=person,
                service=receiver.service,
                application=receiver.application,
                client=receiver.client,
                claims=claims,
                channel=receiver.channel,
                at=now,
                values_mac=mac,
            )
        )
