"""Applications: listed, registered with service, notice and client or connector, changed, disabled and enabled again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from admin.actions import check
from admin.actions.clients import Clients
from admin.actions.connectors import Connectors
from admin.actions.desk import Desk, difference
from admin.actions.drafts import ApplicationDraft, ApplicationEdit
from admin.actions.notices import Notices
from admin.errors import Changed, NotFound
from admin.operator import Operator
from admin.permissions import Permission
from idp import guards
from idp.applications.models import Application, Service
from idp.applications.registry import Snapshot
from idp.applications.revisions import Newcomer
from kit.audit import AuditEvent, Entry

PAGE = 25
AUDIENCES = ("citizen", "staff")
CHANNEL_OIDC = "online_oidc"


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. `after` is the cursor of the next page, empty at the end; `total` counts what matches."""

    items: tuple[Application, ...]
    total: int
    after: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A new application. `secret` is the client's, shown this once; empty when there is none."""

    application: Application
    client_id: str = ""
    secret: str = ""
    connector: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a switch does to people: how many services close, how many connectors stop."""

    services: int
    connectors: int
    clients: int


@dataclass(frozen=True, slots=True)
class Applications:
    desk: Desk
    clients: Clients
    connectors: Connectors
    notices: Notices

    async def search(
        self,
        operator: Operator,
        *,
        q: str = "",
        agency: str = "",
        channel: str = "",
        state: str = "",
        after: str = "",
        limit: int = PAGE,
    ) -> Listing:
        """Return applications by name, those after the cursor `after` (an application id). An unknown cursor begins anew."""
        self.desk.may(operator, Permission.APPLICATION_READ)
        snapshot = await self.desk.snapshot()
        wanted = q.casefold().split()
        found = [
            a
            for a in snapshot.applications.values()
            if (not agency or a.agency == agency)
            and (not channel or a.channel == channel)
            and (not state or (state == "on") == snapshot.usable(a.id))
            and all(word in _words(snapshot, a) for word in wanted)
        ]
        found.sort(key=lambda a: (a.name["id"].casefold(), a.id))
        start = next((n + 1 for n, a in enumerate(found) if a.id == after), 0) if after else 0
        page = found[start : start + limit]
        more = page[-1].id if page and start + limit < len(found) else ""
        return Listing(tuple(page), len(found), more)

    async def get(self, operator: Operator, application_id: str) -> Application:
        self.desk.may(operator, Permission.APPLICATION_READ)
        return found(await self.desk.snapshot(), application_id)

    async def register(self, operator: Operator, draft: ApplicationDraft) -> Registered:
        """Keep a new application with all it needs to be entered. Every check comes first. With a connector all of it becomes true at
        once; with a client the application row itself comes last, so that nothing can be entered before its notice stands."""
        self.desk.may(operator, Permission.APPLICATION_CHANGE)
        snapshot = await self.desk.snapshot()
        self.examine(snapshot, draft)
        if draft.client is not None:
            await self.clients.fit(draft.id, draft.client, field="client.")
        new = self.newcomer(snapshot, draft)
        created = self.created(operator, snapshot, new.application)
        if draft.connector is not None:
            told = self.notices.published(operator, new.notice, new.application)
            await self.connectors.first(operator, new, draft.connector, [created, told])
            return Registered(replace(new.application, revision=1), connector=draft.id)
        application, service, notice = replace(new.application, enabled=False), new.service, new.notice
        store = self.desk.stores.registry
        async with self.desk.changing(guards.application(application.id)):
            kept = await store.save_application(application, based_on=None, audit=[created])
            await store.save_service(service)
            await self.notices.keep(operator, notice, application)
            secret = await self.clients.first(operator, kept, draft.client) if draft.client is not None else ""
            kept = await store.save_application(replace(kept, enabled=True), based_on=kept.revision)
        return Registered(
            kept,
            client_id=kept.id if draft.client is not None else "",
            secret=secret,
        )

    def newcomer(self, snapshot: Snapshot, draft: ApplicationDraft) -> Newcomer:
        """Return what the draft becomes: an application that is open, its service, and what people are told."""
        channel = CHANNEL_OIDC if draft.client is not None else draft.connector.kind if draft.connector is not None else ""
        application = Application(
            id=draft.id,
            name=draft.name.text(),
            agency=draft.agency,
            channel=channel,
            home_url=draft.home_url or None,
            initiate_login_uri=draft.initiate_login_uri or None,
            audience=draft.audience,
            updated_at=self.desk.clock.now(),
        )
        service = self._service(snapshot, draft, application)
        return Newcomer(application, service, self.notices.built(draft.notice, service, application, "1.0", None))

    def created(self, operator: Operator, snapshot: Snapshot, application: Application) -> Entry:
        """Return the line of the audit trail about a new application."""
        return self.desk.entry(
            operator,
            AuditEvent.APPLICATION_CREATED,
            f"application:{application.id}",
            after={**_shown(application), "enabled": True},
            names=_names(snapshot, application),
        )

    async def change(self, operator: Operator, application_id: str, edit: ApplicationEdit, *, based_on: int) -> Application:
        self.desk.may(operator, Permission.APPLICATION_CHANGE)
        snapshot = await self.desk.snapshot()
        former = found(snapshot, application_id)
        self.expect(former, based_on)
        check.settle(
            check.words("name", edit.name.text(), nested=True),
            check.url("home_url", edit.home_url),
            check.url("initiate_login_uri", edit.initiate_login_uri),
            check.url("events_uri", edit.events_uri),
            check.one_of("audience", edit.audience, AUDIENCES),
        )
        changed = replace(
            former,
            name=edit.name.text(),
            home_url=edit.home_url or None,
            initiate_login_uri=edit.initiate_login_uri or None,
            events_uri=edit.events_uri or None,
            audience=edit.audience,
            updated_at=self.desk.clock.now(),
        )
        before, after = difference(_shown(former), _shown(changed))
        if not after:
            return former
        entry = self.desk.entry(
            operator,
            AuditEvent.APPLICATION_CHANGED,
            f"application:{application_id}",
            before=before,
            after=after,
            names=_names(snapshot, changed),
        )
        touched = [guards.application(application_id)] if "audience" in after else []
        async with self.desk.changing(*touched):
            return await self.desk.stores.registry.save_application(changed, based_on=based_on, audit=[entry])

    async def impact(self, operator: Operator, application_id: str) -> Impact:
        self.desk.may(operator, Permission.APPLICATION_READ)
        snapshot = await self.desk.snapshot()
        found(snapshot, application_id)
        return Impact(
            services=len(snapshot.by_application.get(application_id, ())),
            connectors=1 if application_id in snapshot.connector_of else 0,
            clients=len(snapshot.clients_of.get(application_id, ())),
        )

    async def disable(self, operator: Operator, application_id: str, *, name: str, reason: str, based_on: int | None = None) -> Application:
        """Stop the application: every session, code and token of it is dead when this returns."""
        return await self._switch(operator, application_id, False, name, reason, based_on)

    async def enable(self, operator: Operator, application_id: str, *, reason: str, based_on: int | None = None) -> Application:
        return await self._switch(operator, application_id, True, None, reason, based_on)

    async def _switch(
        self, operator: Operator, application_id: str, enabled: bool, name: str | None, reason: str, based_on: int | None
    ) -> Application:
        self.desk.may(operator, Permission.APPLICATION_SWITCH)
        snapshot = await self.desk.snapshot()
        former = found(snapshot, application_id)
        if based_on is not None:
            self.expect(former, based_on)
        check.settle(check.reason("reason", reason), check.typed_name("name", name, former.name["id"]) if name is not None else [])
        if former.enabled == enabled:
            return former
        entry = self.desk.entry(
            operator,
            AuditEvent.APPLICATION_ENABLED if enabled else AuditEvent.APPLICATION_DISABLED,
            f"application:{application_id}",
            before={"enabled": former.enabled},
            after={"enabled": enabled},
            names=_names(snapshot, former),
            reason=reason.strip(),
        )
        changed = replace(former, enabled=enabled, updated_at=self.desk.clock.now())
        async with self.desk.changing(guards.application(application_id)):
            return await self.desk.stores.registry.save_application(changed, based_on=former.revision, audit=[entry])

    def expect(self, application: Application, based_on: int) -> None:
        if application.revision != based_on:
            raise Changed(application.id)

    def examine(self, snapshot: Snapshot, draft: ApplicationDraft) -> None:
        """Raise Invalid with everything that is wrong with a new application."""
        one = check.problem("kind", "one_way_in", "Pilih satu cara sambung.", "Choose one way to connect.")
        taken = check.problem("id", "taken", "ID ini sudah dipakai.", "This id is taken.")
        agency = snapshot.agencies.get(draft.agency)
        ended = check.problem("agency", "unknown", "Pilih instansi yang masih berlaku.", "Choose an agency that is in force.")
        own = frozenset({f"layanan:{draft.id}"})
        is_taken = draft.id in snapshot.applications or draft.id in snapshot.services or draft.id in snapshot.clients
        check.settle(
            check.slug("id", draft.id),
            [taken] if is_taken or draft.id in snapshot.connectors else [],
            check.words("name", draft.name.text(), nested=True),
            [ended] if agency is None or agency.valid_to is not None else [],
            check.url("home_url", draft.home_url, required=draft.client is not None),
            check.url("initiate_login_uri", draft.initiate_login_uri),
            check.one_of("audience", draft.audience, AUDIENCES),
            check.one_of("service.identity_level", draft.service.identity_level, ("none", "basic", "verified")),
            check.one_of("service.authentication_level", draft.service.authentication_level, ("none", "aal1", "aal2")),
            [one] if (draft.client is None) == (draft.connector is None) else [],
            self.notices.problems(draft.notice),
            self.clients.problems(draft.client, field="client.", slugs=own) if draft.client is not None else [],
            self.connectors.problems(snapshot, draft.connector, draft.notice, field="connector.") if draft.connector is not None else [],
        )

    def _service(self, snapshot: Snapshot, draft: ApplicationDraft, application: Application) -> Service:
        agency = snapshot.agencies[application.agency]
        start = application.initiate_login_uri or application.home_url
        if start is None and draft.connector is not None:
            start = self.connectors.start_url(draft.connector)
        return Service(
            slug=application.id,
            name=application.name,
            line=draft.service.line.text() if draft.service.line.id else agency.line,
            agency=application.agency,
            group=draft.service.group,
            order=max((s.order for s in snapshot.services.values()), default=0) + 1,
            audience=application.audience,
            channel=application.channel,
            application=application.id,
            start_url=start,
            phone=agency.phone or None,
            synonyms=(),
            requirements=(),
            duration={},
            fee={},
            hours=agency.hours,
            offline=draft.service.offline.text() if draft.service.offline.id else {},
            identity_level=draft.service.identity_level,
            authentication_level=draft.service.authentication_level,
            guardian_if_minor=draft.service.guardian_if_minor,
        )


def found(snapshot: Snapshot, application_id: str) -> Application:
    application = snapshot.applications.get(application_id)
    if application is None:
        raise NotFound(application_id)
    return application


def _words(snapshot: Snapshot, application: Application) -> str:
    clients = " ".join(c.client_id for c in snapshot.clients_of.get(application.id, ()))
    return f"{application.id} {application.name['id']} {application.name.get('en', '')} {clients}".casefold()


def _shown(application: Application) -> dict[str, object]:
    return {
        "name": dict(application.name),
        "agency": application.agency,
        "channel": application.channel,
        "home_url": application.home_url,
        "initiate_login_uri": application.initiate_login_uri,
        "events_uri": application.events_uri,
        "audience": application.audience,
    }


def _names(snapshot: Snapshot, application: Application) -> dict[str, str]:
    agency = snapshot.agencies.get(application.agency)
    names = {f"application:{application.id}": application.name["id"]}
    return {**names, f"agency:{agency.code}": agency.name["id"]} if agency is not None else names
