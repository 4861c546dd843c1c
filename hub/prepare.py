"""What must be true before the first request: schema, signing keys, and, once, the first operator."""

from __future__ import annotations

import fcntl

import pyotp

from connectors.registry import FRONT_DOORS
from hub.resources import Resources, database_url, open_resources
from hub.settings import Settings, SettingsError
from hub.storage.sql.migrate import is_current, pending, upgrade
from idp.handoff.store import of_kind
from idp.keys.schedule import KeySchedule
from idp.people.models import Credential, Identifier, IdentifierKind, Person, Role, RoleGrant, Status
from idp.signin.password import Hasher
from kit.audit import AuditEvent, Entry
from kit.secrets import new_id


async def prepare(settings: Settings) -> None:
    """Bring embedded files to this version and make the first signing keys. PostgreSQL is migrated by command only.

    Each worker does this when it starts, one after the other: the parent stays small, and a restart is quick.
    """
    settings.storage.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.storage.data_dir / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        await _prepare(settings)


async def _prepare(settings: Settings) -> None:
    url = database_url(settings)
    if not await is_current(url) and await pending(url):
        if settings.storage.database_url:
            raise SettingsError("storage.database_url: the schema is older than this version; run gapura migrate")
        await upgrade(url)
    async with open_resources(settings) as resources:
        await KeySchedule(resources.stores.keys, resources.stores.ring, resources.expiring, resources.clock, settings.idp).ensure()
        await _kind_secrets(resources)


async def _kind_secrets(resources: Resources) -> None:
    """Make what a kind needs for itself, such as the key that signs its assertions, when there is none yet."""
    now, have = resources.clock.now(), await resources.stores.connector_secrets.all()
    for kind in FRONT_DOORS.values():
        for name in kind.own:
            if name not in have.get(of_kind(kind.name), {}):
                value = kind.make_own(name, resources.settings.issuer, now)
                await resources.stores.connector_secrets.make(of_kind(kind.name), name, value, now=now)


async def first_operator(settings: Settings, *, name: str, email: str) -> dict[str, str]:
    """Create the first regency super-admin and return what to note down. Refused once anybody exists."""
    await prepare(settings)
    async with open_resources(settings) as resources:
        hasher = Hasher(settings.idp)
        if await resources.stores.people.count():
            raise SettingsError("setup: people exist already; use gapura people to give a role")
        now = resources.clock.now()
        password, secret = new_id(), pyotp.random_base32(32)
        person = Person(
            id=new_id(),
            status=Status.ACTIVE,
            level="basic",
            language="id",
            claims={"name": name, "email": email.lower(), "email_verified": True},
            roles=(RoleGrant(Role.STAFF, None), RoleGrant(Role.SUPER_ADMIN, None)),
            created_at=now,
            updated_at=now,
        )
        audit = Entry(AuditEvent.SYSTEM_SET_UP, "cli", f"person:{person.id}", now)
        await resources.stores.people.create(person, [Identifier(IdentifierKind.EMAIL, email.lower(), True)], [audit])
        await resources.stores.credentials.put(Credential(new_id(), person.id, "password", await hasher.hash(password), created_at=now))
        await resources.stores.credentials.put(Credential(new_id(), person.id, "totp", secret, created_at=now))
        return {
            "email": email.lower(),
            "password": password,
            "totp": secret,
            "otpauth": pyotp.TOTP(secret).provisioning_uri(name=email.lower(), issuer_name="Gapura"),
            "console": f"{settings.issuer}/admin",
        }
