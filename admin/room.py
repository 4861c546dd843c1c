"""The console's room: what it is built from, and all of its routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from starlette.routing import BaseRoute

from admin.actions.accounts import Enrolment
from admin.actions.agencies import Agencies
from admin.actions.all import Actions
from admin.actions.applications import Applications
from admin.actions.bench import Bench
from admin.actions.change_set import ChangeSets
from admin.actions.clients import Clients
from admin.actions.connector_secrets import ConnectorSecrets
from admin.actions.connector_settings import ConnectorSettings
from admin.actions.connectors import Connectors
from admin.actions.consent_record import ConsentRecords
from admin.actions.definitions import Definitions
from admin.actions.desk import Desk
from admin.actions.duties import Duties
from admin.actions.erasure import Erasure
from admin.actions.incidents import Incidents
from admin.actions.keys import Keys
from admin.actions.lifecycle import Lifecycle
from admin.actions.notices import Notices
from admin.actions.people import People
from admin.actions.preview import Previews
from admin.actions.probes import Probes
from admin.actions.proofs import Proofs
from admin.actions.publishing import Publishing
from admin.actions.register import Registers
from admin.actions.registrations import Registrations
from admin.actions.roles import Roles
from admin.actions.signouts import Signouts
from admin.actions.tokens import Tokens
from admin.actions.trail import Trail
from admin.api.app import AdminApi
from admin.claims import SCOPES
from admin.confirm import Confirmation
from admin.door import AdminDoor
from admin.operator import OperatorSessions
from admin.pages.console import Console
from admin.pages.frame import Frame
from admin.personas import Personas
from admin.store import AdminStores
from connectors.contract import Kind
from consent.anchors import Anchors
from consent.store import DisclosureStore
from idp.applications.registry import Registry
from idp.handoff.probing import Prober
from idp.interaction.dispatcher import Dispatcher
from idp.keys.schedule import KeySchedule
from idp.people.models import Person
from idp.people.service import People as Accounts
from idp.registration.judging import Judging
from idp.registration.logos import Logos
from idp.sessions.service import Sessions
from idp.settings import IdpSettings
from idp.signin.password import Hasher
from idp.signin.totp import Totp
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.web.address import Network
from kit.web.cookies import CookieJar
from kit.web.pages import Pages


@dataclass(frozen=True)
class AdminRoom:
    """`follow` reads the registry anew when its guard has moved; `kinds` is the table of connector kinds."""

    pages: Pages
    dispatcher: Dispatcher
    registry: Registry
    follow: Callable[[], Awaitable[None]]
    stores: AdminStores
    disclosures: DisclosureStore
    expiring: ExpiringStore
    people: Accounts
    sessions: Sessions
    keys: KeySchedule
    hasher: Hasher
    totp: Totp
    kinds: Mapping[str, Kind]
    judging: Judging
    cookies: CookieJar
    settings: IdpSettings
    issuer: str
    clock: Clock
    prober: Prober
    anchors: Anchors
    incident_key: bytes = field(repr=False)
    personas: Callable[[], Mapping[str, Person]] = dict
    trusted: Sequence[Network] = ()

    @cached_property
    def operators(self) -> OperatorSessions:
        return OperatorSessions(self.expiring, self.stores.people, self.cookies, self.clock, self.trusted)

    @cached_property
    def confirmation(self) -> Confirmation:
        return Confirmation(
            self.stores.people, self.stores.credentials, self.hasher, self.totp, self.expiring, self.stores.audit, self.clock
        )

    @cached_property
    def door(self) -> AdminDoor:
        return AdminDoor(self.operators, self.pages, self.stores.audit, self.clock)

    @cached_property
    def officer(self) -> dict[str, str]:
        """How the data protection officer is named and reached."""
        regency = self.pages.regency
        return {
            "id": f"Petugas pelindungan data {regency.name}, {regency.dpo}",
            "en": f"Data protection officer of {regency.name}, {regency.dpo}",
        }

    @cached_property
    def actions(self) -> Actions:
        desk = Desk(self.stores, self.expiring, self.registry, self.follow, self.clock)
        notices = Notices(desk, self.kinds)
        clients = Clients(desk, SCOPES, self.judging)
        connectors = Connectors(desk, self.kinds)
        applications = Applications(desk, clients, connectors, notices)
        people = People(desk, self.people, self.sessions)
        bench = Bench(self.kinds, self.issuer)
        previews = Previews(desk, self.kinds, Personas(self.people, self.personas), self.settings, self.issuer, bench)
        definitions = Definitions(self.kinds, connectors, applications)
        publishing = Publishing(desk, connectors.revising, definitions, previews)
        secrets = ConnectorSecrets(desk, connectors.revising, definitions)
        probes = Probes(desk, connectors.revising, definitions, self.prober)
        lifecycle = Lifecycle(desk, self.kinds, publishing, secrets, probes)
        return Actions(
            desk=desk,
            agencies=Agencies(desk),
            applications=applications,
            clients=clients,
            registrations=Registrations(desk, SCOPES, self.judging.offered, Logos(self.judging.outbound)),
            connectors=connectors,
            connector_settings=ConnectorSettings(publishing),
            lifecycle=lifecycle,
            change_sets=ChangeSets(publishing),
            notices=notices,
            previews=previews,
            people=people,
            erasure=Erasure(desk, people, self.people),
            consent_records=ConsentRecords(desk, self.disclosures),
            enrolment=Enrolment(desk, people, self.hasher, self.totp.throttle),
            roles=Roles(desk, people),
            trail=Trail(desk, self.disclosures),
            proofs=Proofs(desk, self.stores.proving, self.anchors),
            keys=Keys(desk, self.keys),
            signouts=Signouts(desk),
            duties=Duties(desk),
            tokens=Tokens(desk),
            register=Registers(desk, self.officer),
            incidents=Incidents(desk, self.incident_key),
        )

    def routes(self) -> list[BaseRoute]:
        frame = Frame(self.pages, self.dispatcher, self.door, self.operators, self.confirmation, self.actions, self.clock)
        console = Console(frame, self.kinds, self.issuer)
        api = AdminApi(self.pages.csrf, self.operators, self.confirmation, self.actions)
        return [*api.routes(), *console.routes()]
