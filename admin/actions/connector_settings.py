"""Saying the settings of a connector anew in one call, without a draft: the same checks, the same dry run, the same reason for what is
dangerous, and a revision like any other (PB-3, PB-4)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from admin.actions.drafts import ConnectorEdit
from admin.actions.publishing import Publishing
from admin.actions.revising import not_by_files
from admin.errors import Changed
from admin.operator import Operator
from admin.permissions import Permission


@dataclass(frozen=True, slots=True)
class ConnectorSettings:
    publishing: Publishing

    async def change(self, operator: Operator, connector_id: str, edit: ConnectorEdit, *, based_on: int) -> None:
        """Make the settings true; gate sessions made under the former ones are dead when this returns. `based_on`: the revision of the
        application, which is raised. Raise Changed, Invalid, NotFound, or Owned when files manage the connector."""
        desk = self.publishing.desk
        desk.may(operator, Permission.CONNECTOR_CHANGE)
        stands = await self.publishing.revising.get(connector_id)
        application = (await desk.snapshot()).applications[stands.row.application]
        if application.revision != based_on:
            raise Changed(connector_id)
        not_by_files(stands)
        wanted = stands.definition.model_copy(update={"kind": edit.kind, "settings": edit.settings})
        step = await self.publishing.step(wanted)
        if step.changes or step.checked.problems:
            touched = replace(application, updated_at=desk.clock.now())
            await self.publishing.publish(operator, [step], reason=edit.reason, application=(touched, based_on))
