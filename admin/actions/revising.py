"""From what stands to what shall stand: rows, definitions and revisions of connectors. Whoever changes a connector comes through here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from admin.actions.desk import Desk
from admin.errors import NotFound, Owned
from connectors.calls import secret_rules
from connectors.contract import Kind, Secret
from connectors.definition import Definition, Managed, settled
from idp.applications.models import ConnectorRow
from idp.applications.registry import Snapshot
from idp.applications.revisions import Newcomer, NewSecret, Publication, Revision

Kept = Mapping[str, tuple[Secret, ...]]
BASELINE = "as it stood before the first revision"


@dataclass(frozen=True, slots=True)
class Standing:
    """A connector as it stands: its row, its definition with every secret as a reference, and the number of its newest revision.
    `written`: that revision says the same as the row; else the row is older than revisions, or was written by a former version."""

    row: ConnectorRow
    definition: Definition
    number: int
    written: bool

    @property
    def owner(self) -> Managed:
        return _owner(self.row)

    @property
    def by_files(self) -> bool:
        return self.owner == "files"


@dataclass(frozen=True, slots=True)
class Revising:
    desk: Desk
    kinds: Mapping[str, Kind]

    async def find(self, connector_id: str) -> Standing | None:
        row = next((one for one in await self.desk.stores.registry.connectors() if one.id == connector_id), None)
        return await self._standing(row, await self.kept(row.id)) if row is not None else None

    async def get(self, connector_id: str) -> Standing:
        found = await self.find(connector_id)
        if found is None:
            raise NotFound(connector_id)
        return found

    async def all(self) -> list[Standing]:
        rows = sorted(await self.desk.stores.registry.connectors(), key=lambda one: one.id)
        secrets = await self.desk.stores.connector_secrets.all()
        return [await self._standing(row, secrets.get(row.id, {})) for row in rows]

    async def kept(self, connector_id: str) -> Kept:
        """Return the sealed secrets of a connector, or of one that does not exist yet."""
        return (await self.desk.stores.connector_secrets.all()).get(connector_id, {})

    async def _standing(self, row: ConnectorRow, kept: Kept) -> Standing:
        revisions = await self.desk.stores.connector_revisions.of(row.id)
        newest = revisions[0] if revisions else None
        snapshot = await self.desk.snapshot()
        from_row = Definition(kind=row.kind, id=row.id, application=row.application, managed=_owner(row), settings=dict(row.settings))
        if newest is not None:
            said = Definition.model_validate(newest.definition)
            same = self.normal(said, snapshot, {}).settings == self.normal(from_row, snapshot, {}).settings
            written = same and said.managed == row.managed and row.revision == newest.number
            definition = said if written else said.model_copy(update={"settings": from_row.settings, "managed": from_row.managed})
            return Standing(row, self.normal(definition, snapshot, kept), newest.number, written)
        return Standing(row, self.normal(from_row, snapshot, kept), 0, False)

    def normal(self, definition: Definition, snapshot: Snapshot, kept: Kept) -> Definition:
        """Return the definition in the one form that two equal ones share: the application and agency named, settings as their kind
        reads them, every secret that is kept here and that the settings call for named as one. A secret that they called for once is kept
        without being named, so that former settings find it again."""
        application = definition.application or definition.id
        known = snapshot.applications.get(application)
        settings, kind = definition.settings, self.kinds.get(definition.kind)
        held = {name: f"vault:{name}" for name, values in sorted(kept.items()) if any(not one.until for one in values)}
        references = {**held, **definition.secrets}
        if kind is not None:
            try:
                settings = settled(kind, settings)
                called = frozenset(secret_rules(kind, kind.settings_model.model_validate(settings)))
            except ValidationError:  # told by the checks; what it would call for is not known
                called = frozenset(references)
            references = {name: where for name, where in references.items() if name in called or held.get(name) != where}
        changed = {
            "application": application,
            "agency": known.agency if known is not None and not definition.agency else definition.agency,
            "settings": settings,
            "secrets": dict(sorted(references.items())),
        }
        return definition.model_copy(update=changed)

    def publication(
        self,
        author: str,
        definition: Definition,
        stands: Standing | None,
        *,
        reason: str = "",
        restores: int = 0,
        checked: Mapping[str, Any] | None = None,
        enabled: bool | None = None,
        newcomer: Newcomer | None = None,
        secrets: tuple[NewSecret, ...] = (),
    ) -> Publication:
        """Return what to write. A connector that has no revision of what stands gets one of that first, so that it can be restored."""
        now, number, revisions = self.desk.clock.now(), stands.number if stands is not None else 0, []
        kept = definition.model_copy(update={"register_as": None})
        if stands is not None and not stands.written:
            number += 1
            revisions.append(Revision(definition.id, number, stands.definition.plain(), "system", now, BASELINE))
        number += 1
        revisions.append(Revision(definition.id, number, kept.plain(), author, now, reason, restores, checked or {}))
        settings = self.kinds[definition.kind].settings_model.model_validate(definition.settings).model_dump(mode="json")
        open_now = enabled if enabled is not None else stands.row.enabled if stands is not None else True
        row = ConnectorRow(definition.id, definition.application, definition.kind, settings, open_now, number, definition.managed)
        return Publication(row, tuple(revisions), newcomer, secrets)


def not_by_files(stands: Standing | None) -> None:
    """Raise Owned when files say what this connector is (FI-2)."""
    if stands is not None and stands.by_files:
        raise Owned(stands.row.id)


def owned_by(definition: Definition, managed: Managed) -> Definition:
    """Return the content as this owner has it. The console reads neither environment nor files: what they named is kept here by now, and is
    replaced here."""
    secrets = definition.secrets if managed == "files" else {}
    return definition.model_copy(update={"managed": managed, "secrets": secrets})


def _owner(row: ConnectorRow) -> Managed:
    return "files" if row.managed == "files" else "console"
