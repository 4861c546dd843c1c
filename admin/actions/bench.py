"""The test bench of connectors: what would leave, made by the kind itself on a desk that nothing leaves (TP-2, TP-3).

Every key on it is made for the bench alone, never published and never kept: what it signs is believed nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from admin.actions.picture import Row
from admin.actions.settings_problems import mapping_fields
from connectors.complaints import refused
from connectors.contract import Capability, Connector, Emission, Identity, Kind, Secret
from connectors.errors import BadRequest, MissingSecret, NotEntered
from connectors.front_door import Exhibit
from connectors.registry import FRONT_DOORS, PROXY_KINDS
from consent.models import Notice
from idp.applications.registry import Snapshot
from idp.applications.revisions import Newcomer
from idp.handoff.preview_desk import PreviewDesk

Text = Mapping[str, str]
NO_CLAIM: Text = {"id": "Aturan dan permintaan", "en": "Rules and request"}
SUBJECT: Text = {"id": "Kode khusus aplikasi ini, selalu ada", "en": "A code for this application alone, always there"}


@dataclass(frozen=True, slots=True)
class Bench:
    """`made` holds the bench's own keys, by kind and name: making one anew for every test person would take a second each."""

    kinds: Mapping[str, Kind]
    issuer: str
    made: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    async def exhibits(self, connector: Connector, who: Identity, now: int) -> Sequence[Exhibit]:
        """Return what would leave for the older system. Raise NotEntered, BadRequest or MissingSecret, as the kind does at a sign-in."""
        kind = self.kinds[connector.kind]
        if Capability.FRONT_DOOR in kind.capabilities:
            door = FRONT_DOORS[connector.kind]
            tried = replace(connector, secrets=await self._secrets(kind, connector))
            own = {name: (Secret(await self._own(connector.kind, name, now)),) for name in door.own}
            return await door.exhibits(tried, who, PreviewDesk(self.issuer, now, tried, own))
        if Capability.PROXY_CHECK in kind.capabilities:
            answer = PROXY_KINDS[connector.kind].allow(connector.settings, who)
            lines = [f"{name}: {value}" for name, value in answer.headers.items() if value]
            return (Exhibit("headers", "\r\n".join(lines), "text/plain"),) if lines else ()
        return ()

    async def _secrets(self, kind: Kind, connector: Connector) -> Mapping[str, tuple[Secret, ...]]:
        """Return secrets of the moment under the names that the connector has some, so that a missing one shows here too."""
        names = [name for name in connector.secrets if name in kind.secrets]
        return {name: (Secret(await self._made(f"connector:{kind.name}", name, kind.secrets[name].make)),) for name in names}

    async def _own(self, kind: str, name: str, now: int) -> str:
        return await self._made(kind, name, lambda: FRONT_DOORS[kind].make_own(name, f"{self.issuer}/preview", now))

    async def _made(self, owner: str, name: str, make: object) -> str:
        if (owner, name) not in self.made:
            assert callable(make)
            self.made[(owner, name)] = await asyncio.to_thread(make)
        return self.made[(owner, name)]

    def rows(self, connector: Connector, who: Identity, notice: Notice | None) -> list[Row]:
        """Return what would leave value by value: from which row of the mapping, and under which rule of the consent."""
        kind = self.kinds[connector.kind]
        return [
            Row(name=one.name, value=one.value, origin=dict(self._origin(kind, connector, one)), rule=dict(rule_of(one.claim, notice)))
            for one in kind.emissions(connector.settings, who)
        ]

    def _origin(self, kind: Kind, connector: Connector, one: Emission) -> Text:
        if not one.claim:
            return NO_CLAIM
        for table in mapping_fields(kind):
            for n, row in enumerate(getattr(connector.settings, table), 1):
                if (row.field, row.claim) == (one.name, one.claim):
                    how = "" if row.transform == "none" else f", {row.transform}"
                    return {"id": f"Data {one.claim}, baris {n} dari {table}{how}", "en": f"Claim {one.claim}, row {n} of {table}{how}"}
        return {"id": f"Data {one.claim}", "en": f"Claim {one.claim}"}


def rule_of(claim: str, notice: Notice | None) -> Text:
    """Return which purpose of the text lets this claim go, with its basis."""
    if claim in ("sub", ""):
        return SUBJECT if claim else {}
    for purpose in notice.purposes if notice is not None else ():
        if claim in purpose.claim_names:
            return {language: f"{title} ({purpose.basis.value})" for language, title in purpose.title.items()}
    return {}


def as_if(snapshot: Snapshot, connector: Connector, newcomer: Newcomer | None) -> Snapshot:
    """Return the registry as it would be if this connector stood, as the one way into its application."""
    known = replace(
        snapshot,
        connectors={**snapshot.connectors, connector.id: connector},
        connector_of={**snapshot.connector_of, connector.application: connector},
        clients_of={**snapshot.clients_of, connector.application: ()},
    )
    if newcomer is None:
        return known
    application, service, notice = newcomer.application, newcomer.service, newcomer.notice
    return replace(
        known,
        applications={**known.applications, application.id: application},
        services={**known.services, service.slug: service},
        by_application={**known.by_application, application.id: (service,)},
        notices={**known.notices, notice.id: notice},
        current_notice={**known.current_notice, service.slug: notice.id},
    )


def refusal(error: NotEntered | BadRequest | MissingSecret) -> Text:
    """Return why the kind let nobody in, in words."""
    if isinstance(error, MissingSecret):
        return {"id": f"Rahasia {error.name} belum ada.", "en": f"The secret {error.name} is not there yet."}
    if isinstance(error, NotEntered):
        if error.code == "no_username":
            return {
                "id": "Sistem ini tidak dapat menyebut orang ini: data yang dipakai sebagai nama pengguna tidak ada.",
                "en": "This system cannot name this person: the claim used as user name is not there.",
            }
        return {"id": "Tidak seorang pun dapat masuk ke sana sekarang.", "en": f"Nobody is let in there: {error.code}."}
    return refused(error.reason)
