"""The signing keys of this deployment: loaded, rotated on time or by command, removed in an emergency. What changes when is in plan.py.

Other workers and machines follow the guard `keys`, which each asks twice a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson

from idp.keys import plan
from idp.keys.algorithms import SIGNING, Key, generate, is_slow
from idp.keys.material import opened, public_of
from idp.keys.plan import PUBLISHED, Plan, TooSoon, UnknownKey
from idp.keys.signer import Signer
from idp.settings import IdpSettings
from idp.store import Conflict, KeyStore, SigningKeyRow
from kit.audit import AuditEvent, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.sealing import KeyRing

GUARD = "keys"
TURN = 30  # seconds for which one worker has the turn to tend the keys

__all__ = ["GUARD", "KeySchedule", "TooSoon", "UnknownKey"]


class KeySchedule:
    def __init__(self, store: KeyStore, ring: KeyRing, expiring: ExpiringStore, clock: Clock, settings: IdpSettings | None = None) -> None:
        self.store = store
        self.ring = ring
        self.expiring = expiring
        self.clock = clock
        self.settings = settings or IdpSettings()
        self.signer = Signer({}, {})
        self.version = 0
        self._jwks: dict[str, Any] = {"keys": []}
        self._seen = ""
        self._states: dict[str, str] = {}
        self._private: dict[str, Key] = {}

    async def load(self) -> None:
        """Read the keys from the store into the signer and the published set."""
        self._adopt(await self.store.all())

    def _adopt(self, rows: Sequence[SigningKeyRow]) -> None:
        published = [row for row in rows if row.state in PUBLISHED and row.alg in SIGNING]
        published.sort(key=lambda row: (SIGNING.index(row.alg), PUBLISHED.index(row.state)))
        active = {row.alg: (row.kid, self._opened(row)) for row in published if row.state == "active"}
        self._private = dict(active.values())
        self.signer = Signer(active, {row.kid: (row.alg, public_of(row)) for row in published})
        self._jwks = {"keys": [dict(row.public) for row in published]}
        self._states = {row.kid: row.state for row in rows}
        self.version += 1

    async def refresh(self) -> None:
        """Load again when somebody, anywhere, changed the keys. Called twice a second."""
        value = (await self.expiring.guards(GUARD))[GUARD]
        if value != self._seen:
            await self.load()
            self._seen = value

    async def ensure(self) -> None:
        """Make what is missing: an active key of each algorithm and the next one where that is cheap. `tend` makes the other next ones."""
        there = {(row.alg, row.state) for row in await self.store.all()}
        for alg in SIGNING:
            for state in ("active",) if is_slow(alg) else ("active", "next"):
                if (alg, state) not in there:
                    with suppress(Conflict):  # another machine started at the same moment and was first
                        row = await self._made(alg, state)
                        await self.store.add(row, [self._entry(AuditEvent.KEY_ROTATED, row.kid, "system", "", alg, state)])
        await self.load()

    async def tend(self) -> None:
        """Announce missing next keys, rotate what is due, remove what retired long ago. One worker does it; called every few seconds.

        A change that this worker missed, because the expiring store did not answer whoever made it, is seen here.
        """
        rows = await self.store.all()
        if {row.kid: row.state for row in rows} != self._states:
            self._adopt(rows)
        todo = [(alg, found) for alg in SIGNING if (found := self._due([row for row in rows if row.alg == alg])) is not None]
        if todo and await self.expiring.put_if_absent(Put("keys:turn", b"1", TURN)):
            for alg, step in todo:
                with suppress(Conflict):  # an operator was faster; the next turn looks again
                    await self._carry_out(alg, step, actor="system", reason="schedule")
            await self._tell()

    def _due(self, rows: Sequence[SigningKeyRow]) -> Plan | None:
        now, settings = self.clock.now(), self.settings
        if rows and not any(row.state == "next" for row in rows):
            return Plan(make="next")
        if plan.is_due(rows, now, settings.key_rotation_seconds):
            return plan.rotation(rows)
        ended = plan.retirement(rows, now, settings.key_retirement_seconds)
        return ended if ended.states else None

    async def rotate(self, alg: str | None = None, *, actor: str, reason: str = "", at_once: bool = False) -> list[str]:
        """Let the next key sign, keep the old one published, announce a new next one; return the kids that sign now.

        Raise TooSoon when a next key has not been published for a day, unless `at_once`; nothing has changed then.
        """
        now, algorithms = self.clock.now(), [alg] if alg else SIGNING
        rows = {one: [row for row in await self.store.all() if row.alg == one] for one in algorithms}
        early = {one: plan.ready_at(rows[one], now) for one in algorithms if plan.ready_at(rows[one], now) > now}
        if early and not at_once:
            raise TooSoon(early)
        for one in algorithms:
            await self._carry_out(one, plan.rotation(rows[one]), actor=actor, reason=reason)
        await self._tell()
        return [self.signer.active[one][0] for one in algorithms]

    async def roll_back(self, alg: str, *, actor: str, reason: str = "") -> str:
        """Let the key sign again that signed before the last rotation; return its kid. Raise UnknownKey when it is gone."""
        rows = [row for row in await self.store.all() if row.alg == alg]
        await self._carry_out(alg, plan.roll_back(rows), actor=actor, reason=reason)
        await self._tell()
        return self.signer.active[alg][0]

    async def remove(self, kid: str, *, actor: str, reason: str = "") -> None:
        """Stop accepting a key at once: an emergency. Another takes its place, published long enough or not. Raise UnknownKey."""
        rows = await self.store.all()
        alg = next((row.alg for row in rows if row.kid == kid), "")
        await self._carry_out(alg, plan.removal([row for row in rows if row.alg == alg], kid), actor=actor, reason=reason)
        await self._tell()

    async def knows_the_key_of(self, token: str) -> bool:
        """True when the key that this token names is in force here or, made a moment ago, elsewhere."""
        if not self.signer.knows_the_key_of(token):
            await self.refresh()
        return self.signer.knows_the_key_of(token)

    def jwks(self) -> Mapping[str, Any]:
        return self._jwks

    async def _carry_out(self, alg: str, step: Plan, *, actor: str, reason: str) -> None:
        """Do all of the step in one transaction, or raise Conflict when the keys are not any more what it was based on."""
        added = [await self._made(alg, step.make)] if step.make else []
        changes = [*step.states.items(), *((row.kid, row.state) for row in added)]
        entries = [self._entry(_event(state), kid, actor, reason, alg, state) for kid, state in changes]
        await self.store.set_states(step.states, self.clock.now(), entries, expected=step.expected, add=added)

    def _entry(self, event: AuditEvent, kid: str, actor: str, reason: str, alg: str, state: str) -> Entry:
        return Entry(event, actor, f"key:{kid}", self.clock.now(), reason=reason, after={"alg": alg, "state": state})

    async def _tell(self) -> None:
        await self.load()
        await self.expiring.move(GUARD)

    async def _made(self, alg: str, state: str) -> SigningKeyRow:
        """Return a new key, not kept yet; a slow one is made in a thread, while this worker goes on answering."""
        key = await asyncio.to_thread(generate, alg) if is_slow(alg) else generate(alg)
        kid = f"{alg.lower()}-{key.thumbprint()[:16]}"
        public = {**key.as_dict(private=False), "kid": kid, "alg": alg, "use": "sig"}
        private = self.ring.seal(orjson.dumps(key.as_dict(private=True)), context(kid))
        now = self.clock.now()
        return SigningKeyRow(kid, alg, state, private, public, now, now)

    def _opened(self, row: SigningKeyRow) -> Key:
        found = self._private.get(row.kid)
        return found if found is not None else opened(orjson.loads(self.ring.open(row.private, context(row.kid))))


def context(kid: str) -> str:
    """Return what the private part is sealed under."""
    return f"signing-key:{kid}"


def _event(state: str) -> AuditEvent:
    return AuditEvent.KEY_REMOVED if state == "removed" else AuditEvent.KEY_ROTATED
