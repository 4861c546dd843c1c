"""All actions on one desk."""

from __future__ import annotations

from dataclasses import dataclass

from admin.actions.accounts import Enrolment
from admin.actions.agencies import Agencies
from admin.actions.applications import Applications
from admin.actions.change_set import ChangeSets
from admin.actions.clients import Clients
from admin.actions.connector_settings import ConnectorSettings
from admin.actions.connectors import Connectors
from admin.actions.consent_record import ConsentRecords
from admin.actions.desk import Desk
from admin.actions.duties import Duties
from admin.actions.erasure import Erasure
from admin.actions.incidents import Incidents
from admin.actions.keys import Keys
from admin.actions.lifecycle import Lifecycle
from admin.actions.notices import Notices
from admin.actions.people import People
from admin.actions.preview import Previews
from admin.actions.proofs import Proofs
from admin.actions.register import Registers
from admin.actions.registrations import Registrations
from admin.actions.roles import Roles
from admin.actions.signouts import Signouts
from admin.actions.tokens import Tokens
from admin.actions.trail import Trail


@dataclass(frozen=True, slots=True)
class Actions:
    desk: Desk
    agencies: Agencies
    applications: Applications
    clients: Clients
    registrations: Registrations
    connectors: Connectors
    connector_settings: ConnectorSettings
    lifecycle: Lifecycle
    change_sets: ChangeSets
    notices: Notices
    previews: Previews
    people: People
    erasure: Erasure
    consent_records: ConsentRecords
    enrolment: Enrolment
    roles: Roles
    trail: Trail
    proofs: Proofs
    keys: Keys
    signouts: Signouts
    duties: Duties
    tokens: Tokens
    register: Registers
    incidents: Incidents
