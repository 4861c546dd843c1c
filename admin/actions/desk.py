"""What every action works with, and the order in which every change is made.

Check permission → validate → close guards → commit with its audit entry in one transaction → move guards. So nothing is issued from the
old fact after the commit, and every worker follows within a second.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from admin.errors import Changed, Forbidden, NotConfirmed
from admin.operator import Operator
from admin.permissions import DANGEROUS, Permission, allowed
from admin.store import AdminStores
from idp.applications.registry import GUARD, Registry, Snapshot
from idp.store import Conflict
from kit.audit import AuditEvent, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore


@dataclass(frozen=True, slots=True)
class Desk:
    """The collaborators of all actions. `follow` reads the registry anew when its guard has moved."""

    stores: AdminStores
    expiring: ExpiringStore
    registry: Registry
    follow: Callable[[], Awaitable[None]]
    clock: Clock

    def may(self, operator: Operator, permission: Permission) -> None:
        """Raise Forbidden, or NotConfirmed when the act is dangerous and the proof older than five minutes."""
        if not allowed(operator.roles, permission):
            raise Forbidden(permission)
        if permission in DANGEROUS and not operator.confirmed(self.clock.now()):
            raise NotConfirmed(permission)

    async def snapshot(self) -> Snapshot:
        """Return the registry as it is now, whichever worker changed it last: the guard is asked first."""
        await self.follow()
        return self.registry.now

    def entry(
        self,
        operator: Operator,
        event: AuditEvent,
        subject: str,
        *,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
        names: Mapping[str, str] | None = None,
        reason: str = "",
    ) -> Entry:
        return Entry(
            event,
            operator.actor,
            subject,
            self.clock.now(),
            origin=operator.origin,
            reason=reason,
            before=before or {},
            after=after or {},
            names=names or {},
        )

    @asynccontextmanager
    async def changing(self, *names: str) -> AsyncIterator[None]:
        """Close the guards, let the block commit, move them; then this worker reads the registry anew. A conflict becomes Changed."""
        if names:
            await self.expiring.close(*names, seconds=10)
        try:
            yield
        except Conflict as error:
            raise Changed from error
        finally:
            await self.expiring.move(*names, GUARD)
        await self.snapshot()


def difference(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """Return only the fields that differ, as they were and as they are."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {n: before[n] for n in names if n in before}, {n: after[n] for n in names if n in after}
