"""Erasing a person for good (UU 27/2022 Pasal 8, 43): her account closes, her consents end in the record, and what says who she is goes.

The record itself stays, under her random id: that it was asked, what she answered, and what was disclosed must be provable afterwards.
Every step may be repeated: what was interrupted is started again with the same command.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from admin.actions import check
from admin.actions.desk import Desk
from admin.actions.people import People
from admin.errors import Invalid, NotFound
from admin.operator import Operator
from admin.permissions import CONSOLE_ROLES, Permission
from consent import duties
from consent.models import LedgerEvent, PurposeState, Standing
from consent.store import Change
from idp.duties.notices import listens
from idp.people.models import Status
from idp.people.service import People as Accounts
from kit.audit import AuditEvent
from kit.secrets import new_id


@dataclass(frozen=True, slots=True)
class Erasure:
    desk: Desk
    people: People
    accounts: Accounts

    def typed_for(self, person_id: str) -> str:
        """Return what is typed before an erasure: the beginning of the id, which is on the page."""
        return person_id[:8]

    async def records(self, operator: Operator, person_id: str) -> int:
        """Return how many consents an erasure ends."""
        await self.people.opened(operator, person_id, Permission.PERSON_READ)
        return len(await self._covering(person_id))

    async def erase(self, operator: Operator, person_id: str, *, typed: str, reason: str) -> None:
        """Erase for good. Raise Invalid for one's own account; one who works in the console is erased after the roles were taken."""
        person = await self.people.opened(operator, person_id, Permission.PERSON_ERASE)
        check.settle(check.reason("reason", reason), check.typed_name("name", typed, self.typed_for(person_id)))
        if person_id == operator.person:
            raise Invalid(check.problem("person", "yourself", "Ini akun Anda sendiri.", "This is your own account."))
        if CONSOLE_ROLES & {grant.role for grant in person.roles}:
            raise Invalid(
                check.problem(
                    "person", "has_roles", "Orang ini petugas konsol. Cabut dulu perannya.", "This is an operator. Take the roles first."
                )
            )
        why = reason.strip()
        if person.status is not Status.CLOSED:
            await self.accounts.set_status(person_id, Status.CLOSED, actor=operator.actor, reason=why, origin=operator.origin)
        await self._end(operator, await self._covering(person_id))
        entry = self.desk.entry(operator, AuditEvent.PERSON_ERASED, f"person:{person_id}", reason=why)
        if not await self.desk.stores.erasure.erase(person_id, self.desk.clock.now(), [entry]):
            raise NotFound(person_id)
        await self.accounts.end_everything(person_id)  # nobody keeps her from before in memory

    async def _covering(self, person_id: str) -> list[PurposeState]:
        now = self.desk.clock.now()
        return [state for state in await self.desk.stores.consent.states(person_id) if state.covers(now) or state.standing is Standing.HELD]

    async def _end(self, operator: Operator, states: list[PurposeState]) -> None:
        """Let the record say that each consent ended, and by whom."""
        now, texts = self.desk.clock.now(), (await self.desk.snapshot()).notices
        changes = [
            Change(
                LedgerEvent.ENDED,
                replace(state, standing=Standing.ENDED, since=now, expires_at=None),
                texts[state.notice].text_sha256.get("id", "") if state.notice in texts else "",
                "id",
                "console",
                operator.person or None,
                after=state.last_seq,
            )
            for state in states
        ]
        for application in sorted({change.state.application for change in changes}):
            own = [change for change in changes if change.state.application == application]
            owed = duties.owed(own, texts, now, new_id, listens=lambda name: listens(self.desk.registry.now, name))
            await self.desk.stores.consent.append(own, owed=owed)
