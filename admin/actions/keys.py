"""Signing keys: listed, rotated with overlap, rotated back, removed in an emergency; and the key that seals personal data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from admin.actions import check
from admin.actions.desk import Desk
from admin.errors import Changed, Invalid, NotFound
from admin.operator import Operator
from admin.permissions import Permission
from idp.keys.algorithms import SIGNING
from idp.keys.schedule import KeySchedule, TooSoon, UnknownKey
from idp.store import Conflict, SigningKeyRow


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

    async def rotate(self, operator: Operator, alg: str | None, *, reason: str, at_once: bool = False) -> None:
        """Make the next key of the algorithm (None: of all) sign; the former one goes on verifying what it signed.

        Refused while a next key has not been published for a day, unless `at_once`.
        """
        self.desk.may(operator, Permission.KEY_CHANGE)
        check.settle(check.reason("reason", reason), check.one_of("alg", alg, SIGNING) if alg is not None else [])
        async with _alone():
            await self.schedule.rotate(alg, actor=operator.actor, reason=reason.strip(), at_once=at_once)

    async def roll_back(self, operator: Operator, alg: str, *, reason: str) -> None:
        """Make the key sign again that signed before the last rotation; both stay published."""
        self.desk.may(operator, Permission.KEY_CHANGE)
        check.settle(check.reason("reason", reason), check.one_of("alg", alg, SIGNING))
        async with _alone():
            await self.schedule.roll_back(alg, actor=operator.actor, reason=reason.strip())

    async def remove(self, operator: Operator, kid: str, *, typed: str, reason: str) -> None:
        """Take a key out at once, even the one that signs: whatever it signed is worthless from now on."""
        self.desk.may(operator, Permission.KEY_CHANGE)
        if not any(key.kid == kid for key in await self.desk.stores.keys.all()):
            raise NotFound(kid)
        check.settle(check.reason("reason", reason), check.typed_name("name", typed, kid))
        async with _alone():
            await self.schedule.remove(kid, actor=operator.actor, reason=reason.strip())

    async def rotate_data(self, operator: Operator, *, reason: str) -> int:
        """Make a new data key and bring everything sealed under it; return how many values. Takes a while, and may be repeated."""
        self.desk.may(operator, Permission.KEY_CHANGE)
        check.settle(check.reason("reason", reason))
        data_keys = self.desk.stores.data_keys
        await data_keys.rotate(actor=operator.actor, reason=reason.strip())
        return await data_keys.reseal()


@asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    """Say what the schedule refused in the words of the console."""
    try:
        yield
    except Conflict as error:
        raise Changed from error
    except TooSoon as error:
        when = datetime.fromtimestamp(max(error.ready.values()), UTC).strftime("%Y-%m-%d %H:%M UTC")
        names = ", ".join(sorted(error.ready))
        raise Invalid(
            check.problem(
                "at_once",
                "too_soon",
                f"Kunci berikut ({names}) baru dikenal semua aplikasi pada {when}. Tunggu, atau minta ganti sekarang juga.",
                f"The next key ({names}) is known everywhere at {when}. Wait, or ask for it at once.",
            )
        ) from error
    except UnknownKey as error:
        raise Invalid(
            check.problem("alg", "no_former_key", "Kunci itu tidak ada lagi di JWKS.", "That key is not in the JWKS any more.")
        ) from error


def _view(row: SigningKeyRow) -> KeyView:
    return KeyView(row.kid, row.alg, row.state, row.created_at, row.changed_at)
