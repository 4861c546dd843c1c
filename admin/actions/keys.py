"""Signing keys: listed, rotated with overlap, removed when their time is over."""

from __future__ import annotations

from dataclasses import dataclass

from admin.actions import check
from admin.actions.desk import Desk
from admin.errors import NotFound
from admin.operator import Operator
from admin.permissions import Permission
from idp.keys.algorithms import SIGNING
from idp.keys.schedule import KeySchedule
from idp.store import SigningKeyRow

ALGORITHMS = SIGNING


@dataclass(frozen=True, slots=True)
class KeyView:
    """A signing key without its private part."""

    kid: str
    alg: str
    state: str
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Keys:
    desk: Desk
    schedule: KeySchedule

    async def search(self, operator: Operator) -> list[KeyView]:
        self.desk.may(operator, Permission.KEY_READ)
        order = ("next", "active", "retiring", "removed")
        rows = sorted(await self.desk.stores.keys.all(), key=lambda k: (order.index(k.state), k.alg, -k.created_at))
        return [_view(row) for row in rows]

    async def rotate(self, operator: Operator, alg: str | None, *, reason: str) -> None:
        """Make the next key of the algorithm (None: of all) sign; the former one goes on verifying what it signed."""
        self.desk.may(operator, Permission.KEY_CHANGE)
        check.settle(check.reason("reason", reason), check.one_of("alg", alg, ALGORITHMS) if alg is not None else [])
        await self.schedule.rotate(alg, actor=operator.actor)

    async def remove(self, operator: Operator, kid: str, *, typed: str, reason: str) -> None:
        """Take a key out of the JWKS: whatever it signed is worthless from now on. The key that signs cannot be removed."""
        self.desk.may(operator, Permission.KEY_CHANGE)
        key = next((k for k in await self.desk.stores.keys.all() if k.kid == kid), None)
        if key is None:
            raise NotFound(kid)
        signs = check.problem(
            "kid", "active", "Kunci ini sedang menandatangani. Ganti dulu kuncinya.", "This key is signing. Rotate first."
        )
        check.settle(check.reason("reason", reason), check.typed_name("name", typed, kid), [signs] if key.state == "active" else [])
        await self.schedule.remove(kid, actor=operator.actor)


def _view(row: SigningKeyRow) -> KeyView:
    return KeyView(row.kid, row.alg, row.state, row.created_at, row.changed_at)
