"""What an operator does with credentials of older systems: puts one there, or takes it away. Nobody reads one."""

from __future__ import annotations

from connectors.apps.form_login.kind import FormLogin
from hub.bridge.visit import link_guard
from hub.resources import Resources
from idp.vault import SERVICE
from kit.audit import AuditEvent, Entry


async def keep(resources: Resources, connector: str, person: str, username: str, password: str) -> bool:
    """Keep the credential and end old sessions begun with another; False when there is no such connector or person."""
    rows = await resources.stores.registry.connectors()
    if not any(row.id == connector and row.kind == FormLogin.name for row in rows):
        return False
    if person != SERVICE and await resources.stores.people.get(person) is None:
        return False
    now = resources.clock.now()
    await resources.stores.vault.put(connector, person, username, password, now, [_entry(AuditEvent.FACTOR_ADDED, connector, person, now)])
    await _move(resources, connector, person)
    return True


async def forget(resources: Resources, connector: str, person: str) -> bool:
    entry = _entry(AuditEvent.FACTOR_REMOVED, connector, person, resources.clock.now())
    gone = await resources.stores.vault.forget(connector, person, [entry])
    await _move(resources, connector, person)
    return gone


async def _move(resources: Resources, connector: str, person: str) -> None:
    """End old sessions begun with another credential, and let this one be tried at once."""
    await resources.expiring.move(link_guard(connector, person))
    await resources.expiring.delete(f"older-rest:{connector}:{person}")


def _entry(event: AuditEvent, connector: str, person: str, now: int) -> Entry:
    subject = f"person:{person}" if person != SERVICE else f"connector:{connector}"
    return Entry(event, "cli", subject, now, after={"older_account": connector})
