"""Connectors: older applications behind the gate. Settings are checked by the kind's own model; what they emit must be asked for.

A kind is looked up in the table it stands in and asked for its capabilities; nothing here knows a kind by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ValidationError

from admin.actions import check
from admin.actions.desk import Desk
from admin.actions.drafts import ConnectorDraft, NoticeDraft
from admin.actions.leftovers import leftovers
from admin.actions.revising import Revising
from admin.actions.settings_problems import mapping_fields, told
from admin.actions.taken_names import names_are_free, taken
from admin.errors import Invalid, NotFound
from admin.operator import Operator
from admin.permissions import Permission
from connectors.contract import Capability, Connector, Kind, ProxyKind
from connectors.definition import Definition
from idp import guards
from idp.applications.models import Application
from idp.applications.registry import Snapshot
from idp.applications.revisions import Judge, Leftovers, Newcomer, Publication
from kit.audit import AuditEvent, Entry


@dataclass(frozen=True, slots=True)
class Connectors:
    desk: Desk
    kinds: Mapping[str, Kind]

    @property
    def revising(self) -> Revising:
        return Revising(self.desk, self.kinds)

    async def search(self, operator: Operator) -> list[Connector]:
        self.desk.may(operator, Permission.CONNECTOR_READ)
        return sorted((await self.desk.snapshot()).connectors.values(), key=lambda c: c.id)

    async def get(self, operator: Operator, connector_id: str) -> Connector:
        self.desk.may(operator, Permission.CONNECTOR_READ)
        connector = (await self.desk.snapshot()).connectors.get(connector_id)
        if connector is None:
            raise NotFound(connector_id)
        return connector

    async def disable(self, operator: Operator, connector_id: str, *, name: str, reason: str) -> Connector:
        return await self._switch(operator, connector_id, False, name, reason)

    async def enable(self, operator: Operator, connector_id: str, *, reason: str) -> Connector:
        return await self._switch(operator, connector_id, True, None, reason)

    async def _switch(self, operator: Operator, connector_id: str, enabled: bool, name: str | None, reason: str) -> Connector:
        self.desk.may(operator, Permission.APPLICATION_SWITCH)
        former = await self.get(operator, connector_id)
        application = (await self.desk.snapshot()).applications[former.application]
        check.settle(check.reason("reason", reason), check.typed_name("name", name, application.name["id"]) if name is not None else [])
        if former.enabled == enabled:
            return former
        entry = self.desk.entry(
            operator,
            AuditEvent.CONNECTOR_CHANGED,
            f"connector:{connector_id}",
            before={"enabled": former.enabled},
            after={"enabled": enabled},
            names=_names(application),
            reason=reason.strip(),
        )
        stands = await self.revising.get(connector_id)
        switched = {"enabled": enabled}
        publication = self.revising.publication(
            operator.actor, stands.definition, stands, reason=reason.strip(), checked=switched, enabled=enabled
        )
        judge = names_are_free(self.kinds, connector_id) if enabled else None  # whoever closes one is never in the way
        await self._publish(publication, [entry], application.id, judge=judge)
        return replace(former, enabled=enabled)

    async def _publish(
        self,
        publication: Publication,
        entries: list[Entry],
        application: str,
        *,
        judge: Judge | None = None,
        old: Sequence[Leftovers] = (),
    ) -> None:
        store, now = self.desk.stores.connector_revisions, self.desk.clock.now()
        async with self.desk.changing(guards.application(application)):
            await store.publish([publication], entries, now=now, judge=judge, leftovers=old)

    async def first(self, operator: Operator, newcomer: Newcomer, draft: ConnectorDraft, entries: Sequence[Entry]) -> None:
        """Keep a new application and its connector in one transaction, with these lines of the trail before its own. Only
        `Applications.register` calls this."""
        application = newcomer.application
        settings = self._settings(draft, "connector.").model_dump(mode="json")
        entry = self.desk.entry(
            operator,
            AuditEvent.CONNECTOR_CHANGED,
            f"connector:{application.id}",
            after={"kind": draft.kind, **settings},
            names=_names(application),
        )
        definition = Definition(kind=draft.kind, id=application.id, application=application.id, settings=draft.settings)
        normal = self.revising.normal(definition, self.desk.registry.now, {})
        publication = self.revising.publication(operator.actor, normal, None, newcomer=newcomer)
        judge = names_are_free(self.kinds, application.id, "connector.")
        old = await leftovers(self.desk, operator, [application.id])
        await self._publish(publication, [*entries, entry], application.id, judge=judge, old=old)

    def problems(self, snapshot: Snapshot, draft: ConnectorDraft, notice: NoticeDraft, *, field: str = "") -> check.Found:
        """Return what is wrong with a new connector: its settings, hosts that belong to another, data that nobody is told of."""
        unknown = check.one_of(f"{field}kind", draft.kind, self.kinds)
        if unknown:
            return unknown
        try:
            settings = self._settings(draft, field)
        except Invalid as error:
            return list(error.problems)
        asked = frozenset(claim for purpose in notice.purposes for claim in purpose.claims)
        return [*self._beyond(draft.kind, settings, asked, field), *self.hosts(snapshot, draft.kind, settings, "", "", field)]

    def beyond(self, snapshot: Snapshot, application: Application, kind: str, settings: BaseModel) -> check.Found:
        """Return what is wrong when these settings use data that the texts of the application do not name."""
        return self._beyond(kind, settings, _asked(snapshot, application), "")

    def start_url(self, draft: ConnectorDraft) -> str | None:
        """Return where the application is entered, as its kind says."""
        kind = self.kinds[draft.kind]
        return proxy(kind).entry_url(self._settings(draft, ""), "") if Capability.PROXY_CHECK in kind.capabilities else None

    def _settings(self, draft: ConnectorDraft, field: str) -> BaseModel:
        kind = self.kinds.get(draft.kind)
        if kind is None:
            raise Invalid(*check.one_of(f"{field}kind", draft.kind, self.kinds))
        try:
            return kind.settings_model.model_validate(draft.settings)
        except ValidationError as error:
            raise Invalid(*told(error, kind, field=f"{field}settings.")) from None

    def _beyond(self, kind: str, settings: BaseModel, asked: frozenset[str], field: str) -> check.Found:
        """A mapping may use only claims that the notice tells people of."""
        extra = sorted(self.kinds[kind].emits(settings) - asked - {"sub"})
        if not extra:
            return []
        listed = ", ".join(extra)
        return [
            check.problem(
                ".".join((f"{field}settings", *mapping_fields(self.kinds[kind])[:1])),
                "not_in_notice",
                f"Data ini dipetakan, tetapi tidak ada dalam pemberitahuan: {listed}.",
                f"These data are mapped but the notice does not name them: {listed}.",
            )
        ]

    def hosts(self, snapshot: Snapshot, kind: str, settings: BaseModel, own: str, application: str, field: str = "") -> check.Found:
        """No two connectors stand for one host, or answer to one name: nobody could tell whose data to hand over (SM-19)."""
        return taken(self.kinds, snapshot.connectors.values(), Connector(own, application, kind, settings), field)


def proxy(kind: Kind) -> ProxyKind:
    """Return the kind as one that answers a proxy's checks; only after its capability was asked."""
    if Capability.PROXY_CHECK not in kind.capabilities:
        raise TypeError(kind.name)
    return kind  # type: ignore[return-value] # the capability says that it has these methods


def _asked(snapshot: Snapshot, application: Application) -> frozenset[str]:
    notices = [snapshot.notice_for(s.slug) for s in snapshot.by_application.get(application.id, ())]
    return frozenset(claim for notice in notices if notice is not None for p in notice.purposes for claim in p.claim_names)


def _names(application: Application) -> dict[str, str]:
    return {f"application:{application.id}": application.name["id"]}
