"""Who may do what: one table, permission × role. UX RO-1.

Every route of the console and of the API names one permission, and every role stands in every row: a role that is not named in a row gets
403. Regency super-admin, regency operator and auditor work everywhere; the data protection officer keeps the register and the incidents
and watches deadlines; an agency admin reads the agency's own part of the register, and sees and settles what it owes. The auditor reads
what is public inside the house (agencies, applications, connectors, keys, audit) and no personal value: not even a search, which begins
by typing one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from idp.people.models import Role


class Permission(StrEnum):
    CONSOLE = "console.open"
    OWN_TOKENS = "tokens.own"
    AGENCY_READ = "agency.read"
    AGENCY_CHANGE = "agency.change"
    AGENCY_SUSPEND = "agency.suspend"
    APPLICATION_READ = "application.read"
    APPLICATION_CHANGE = "application.change"
    APPLICATION_SWITCH = "application.switch"
    SECRET_CHANGE = "secret.change"
    REGISTRATION_READ = "registration.read"
    REGISTRATION_OPEN = "registration.open"
    CONNECTOR_READ = "connector.read"
    CONNECTOR_CHANGE = "connector.change"
    CONNECTOR_DRAFT = "connector.draft"
    CONNECTOR_PROBE = "connector.probe"
    NOTICE_PUBLISH = "notice.publish"
    PREVIEW = "application.preview"
    PERSON_FIND = "person.find"
    CONSENT_READ = "consent.read"
    PERSON_READ = "person.read"
    SESSION_END = "session.end"
    PERSON_CHANGE = "person.change"
    PERSON_ERASE = "person.erase"
    ROLE_CHANGE = "role.change"
    AUDIT_READ = "audit.read"
    AUDIT_VERIFY = "audit.verify"
    AUDIT_EXPORT = "audit.export"
    SIGNOUT_READ = "signout.read"
    SIGNOUT_RETRY = "signout.retry"
    DUTY_READ = "duty.read"
    DUTY_SETTLE = "duty.settle"
    REGISTER_READ = "register.read"
    INCIDENT_READ = "incident.read"
    INCIDENT_CHANGE = "incident.change"
    INCIDENT_PUBLISH = "incident.publish"
    INCIDENT_REVEAL = "incident.reveal"
    KEY_READ = "key.read"
    KEY_CHANGE = "key.change"


_ADMIN = frozenset({Role.SUPER_ADMIN})
_WORK = frozenset({Role.SUPER_ADMIN, Role.OPERATOR})
_READ = frozenset({Role.SUPER_ADMIN, Role.OPERATOR, Role.AUDITOR})
_ENTER = _READ | {Role.DPO, Role.AGENCY_ADMIN}
_PROTECT = frozenset({Role.SUPER_ADMIN, Role.DPO})
_RECORD = frozenset({Role.SUPER_ADMIN, Role.AUDITOR, Role.DPO})  # no value of a claim is in a record

TABLE: Mapping[Permission, frozenset[Role]] = {
    Permission.CONSOLE: _ENTER,
    Permission.OWN_TOKENS: _READ,
    Permission.AGENCY_READ: _READ,
    Permission.AGENCY_CHANGE: _WORK,
    Permission.AGENCY_SUSPEND: _WORK,
    Permission.APPLICATION_READ: _READ,
    Permission.APPLICATION_CHANGE: _WORK,
    Permission.APPLICATION_SWITCH: _WORK,
    Permission.SECRET_CHANGE: _WORK,
    Permission.REGISTRATION_READ: _READ,
    Permission.REGISTRATION_OPEN: _WORK,
    Permission.CONNECTOR_READ: _READ,
    Permission.CONNECTOR_CHANGE: _WORK,
    Permission.CONNECTOR_DRAFT: _WORK,
    Permission.CONNECTOR_PROBE: _WORK,
    Permission.NOTICE_PUBLISH: _WORK,
    Permission.PREVIEW: _READ,
    Permission.PERSON_FIND: _WORK,
    Permission.CONSENT_READ: _RECORD,
    Permission.PERSON_READ: _WORK,
    Permission.SESSION_END: _WORK,
    Permission.PERSON_CHANGE: _WORK,
    Permission.PERSON_ERASE: _ADMIN,
    Permission.ROLE_CHANGE: _ADMIN,
    Permission.AUDIT_READ: _READ,
    Permission.AUDIT_VERIFY: _READ,
    Permission.AUDIT_EXPORT: _READ,
    Permission.SIGNOUT_READ: _READ,
    Permission.SIGNOUT_RETRY: _WORK,
    Permission.DUTY_READ: _WORK | {Role.DPO, Role.AGENCY_ADMIN},  # the auditor not: words of people stand in it
    Permission.DUTY_SETTLE: _WORK | {Role.AGENCY_ADMIN},
    Permission.REGISTER_READ: _ENTER,
    Permission.INCIDENT_READ: _PROTECT,
    Permission.INCIDENT_CHANGE: _PROTECT,
    Permission.INCIDENT_PUBLISH: _PROTECT,
    Permission.INCIDENT_REVEAL: _PROTECT,
    Permission.KEY_READ: _READ,
    Permission.KEY_CHANGE: _ADMIN,
}

CONSOLE_ROLES = _ENTER
AGENCY_ROLES = frozenset({Role.AGENCY_ADMIN})  # open only what belongs to the agencies they are given for
WIDE_ROLES = CONSOLE_ROLES - AGENCY_ROLES  # hold for the whole regency or not at all

# What a stolen console session must not be able to do alone: password and code again, at most five minutes old (AD-13).
DANGEROUS: frozenset[Permission] = frozenset(
    {
        Permission.AGENCY_SUSPEND,
        Permission.APPLICATION_SWITCH,
        Permission.APPLICATION_CHANGE,  # a redirect address more is every code of everybody who agreed
        Permission.CONNECTOR_CHANGE,  # an open path more is the older application without the gate
        Permission.NOTICE_PUBLISH,  # another basis is data without consent
        Permission.SECRET_CHANGE,
        Permission.REGISTRATION_OPEN,
        Permission.CONSENT_READ,  # whom a person deals with, all of it at once
        Permission.PERSON_CHANGE,
        Permission.PERSON_ERASE,
        Permission.ROLE_CHANGE,
        Permission.KEY_CHANGE,
        Permission.AUDIT_EXPORT,
        Permission.INCIDENT_PUBLISH,  # everybody affected reads it, and it is not taken back
        Permission.INCIDENT_REVEAL,
    }
)

ROLE_NAMES: Mapping[Role, Mapping[str, str]] = {
    Role.SUPER_ADMIN: {"id": "Admin utama kabupaten", "en": "Regency super-admin"},
    Role.OPERATOR: {"id": "Operator kabupaten", "en": "Regency operator"},
    Role.AUDITOR: {"id": "Auditor", "en": "Auditor"},
    Role.DPO: {"id": "Petugas pelindungan data", "en": "Data protection officer"},
    Role.AGENCY_ADMIN: {"id": "Admin instansi", "en": "Agency admin"},
    Role.AGENCY_DEVELOPER: {"id": "Pengembang instansi", "en": "Agency developer"},
    Role.AGENCY_ANALYST: {"id": "Analis instansi", "en": "Agency analyst"},
    Role.COUNTER_OFFICER: {"id": "Petugas loket", "en": "Counter officer"},
    Role.HELPDESK: {"id": "Petugas bantuan", "en": "Helpdesk"},
    Role.VILLAGE_ASSISTANT: {"id": "Pendamping desa", "en": "Village assistant"},
    Role.STAFF: {"id": "Pegawai", "en": "Staff"},
    Role.CITIZEN: {"id": "Warga", "en": "Citizen"},
}


def allowed(roles: Iterable[Role], permission: Permission) -> bool:
    """True when one of the roles stands in the permission's row. A permission without a row is refused."""
    return not TABLE.get(permission, frozenset()).isdisjoint(roles)
