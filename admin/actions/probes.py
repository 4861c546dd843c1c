"""The connection test as an operator asks for it: of a connector as it stands, or of a draft, which may point anywhere.

The test of an API signs in there with the connector's own secrets. Where a draft leads is its author's choice alone, so sending them to
where nothing published leads is as dangerous as reading them: password and code are asked for, and the trail says where they went.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from admin.actions.definitions import Definitions
from admin.actions.desk import Desk
from admin.actions.lifecycle_models import Draft
from admin.actions.revising import Kept, Revising
from admin.operator import Operator
from admin.permissions import Permission
from connectors.contract import Capability, Connector
from connectors.probe import Report, target
from idp.handoff.probing import Prober
from kit.audit import AuditEvent


@dataclass(frozen=True, slots=True)
class Probes:
    desk: Desk
    revising: Revising
    definitions: Definitions
    prober: Prober

    async def standing(self, operator: Operator, connector_id: str) -> Report:
        """Try the connector as it stands; raise NotFound. What is closed is tried too."""
        self.desk.may(operator, Permission.CONNECTOR_PROBE)
        stands = await self.revising.get(connector_id)
        return await self.prober.run(self.definitions.connector(stands.definition, await self.revising.kept(connector_id)))

    async def drafted(self, operator: Operator, draft: Draft) -> Report:
        """Try a draft; raise Invalid for what is not complete.

        It runs under a name of its own: its failures close nothing to those who call what stands (C12), and it is given no token that was
        issued to what stands.
        """
        self.desk.may(operator, Permission.CONNECTOR_PROBE)
        drafted = self.definitions.connector(draft.definition, await self._own(draft))
        if await self._leads_elsewhere(draft, drafted):
            self.desk.may(operator, Permission.SECRET_CHANGE)
            where = target(self.definitions.kinds[drafted.kind], drafted.settings)
            told = {"draft": draft.id, "target": where.at if where is not None else "", "secrets": sorted(drafted.secrets)}
            entry = self.desk.entry(operator, AuditEvent.CONNECTOR_PROBED, f"connector:{drafted.id}", after=told)
            await self.desk.stores.audit.append(entry)
        return await self.prober.run(replace(drafted, id=f"draft:{draft.id}"))

    async def _own(self, draft: Draft) -> Kept:
        """Return the secrets kept for what is drafted; none when the draft only bears the id of another connector (AD-01)."""
        name = draft.definition.id
        if name != draft.connector and name in (await self.desk.snapshot()).connectors:
            return {}
        return await self.revising.kept(name) if name else {}

    async def _leads_elsewhere(self, draft: Draft, drafted: Connector) -> bool:
        """True when secrets would leave for what nobody has published: any other setting may be another address, or another way to sign."""
        if not drafted.secrets or Capability.API_CALL not in self.definitions.kinds[drafted.kind].capabilities:
            return False
        stands = await self.revising.find(draft.connector) if draft.connector else None
        return stands is None or self.definitions.settings(stands.definition) != drafted.settings
