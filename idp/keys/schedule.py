"""The life of signing keys: next → active → retiring → removed.

The next key is published before it signs, the retiring one after it stopped, so that whoever caches our key set always finds the key of
a token that is still good (JW-15). Other workers and machines follow the guard `keys`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from joserfc.jwk import ECKey, RSAKey

from idp.keys.signer import Key, Signer
from idp.store import KeyStore, SigningKeyRow
from kit.audit import AuditEvent, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.sealing import KeyRing

GUARD = "keys"
ALGORITHMS = ("ES256", "RS256")
PUBLISHED = ("next", "active", "retiring")
RETIRED_AFTER = 86400  # longest life of an ID token hint we honour without its key is nil; a day covers every cache


class UnknownKey(Exception):
    """No key has this kid, or it is the active one and nothing could take its place."""


def generate(alg: str) -> Key:
    return ECKey.generate_key("P-256") if alg == "ES256" else RSAKey.generate_key(2048)


class KeySchedule:
    def __init__(self, store: KeyStore, ring: KeyRing, expiring: ExpiringStore, clock: Clock) -> None:
        self.store = store
        self.ring = ring
        self.expiring = expiring
        self.clock = clock
        self.signer = Signer({}, {})
        self._jwks: dict[str, Any] = {"keys": []}
        self._seen = ""
        self.version = 0

    async def load(self) -> None:
        """Read the keys from the store into the signer and the published set."""
        rows = await self.store.all()
        keys = {row.kid: (row.alg, self._open(row)) for row in rows if row.state in PUBLISHED}
        active = {row.alg: (row.kid, keys[row.kid][1]) for row in rows if row.state == "active"}
        self.signer = Signer(active, keys)
        order = {"active": 0, "next": 1, "retiring": 2}
        published = sorted((row for row in rows if row.state in PUBLISHED), key=lambda row: (ALGORITHMS.index(row.alg), order[row.state]))
        self._jwks = {"keys": [dict(row.public) for row in published]}
        self.version += 1

    async def refresh(self) -> None:
        """Load again when somebody, anywhere, changed the keys. Called twice a second."""
        value = (await self.expiring.guards(GUARD))[GUARD]
        if value != self._seen:
            await self.load()
            self._seen = value

    async def ensure(self) -> None:
        """Make the first keys: one active and one next for each algorithm. Does nothing when they exist."""
        states = {(row.alg, row.state) for row in await self.store.all()}
        for alg in ALGORITHMS:
            for state in ("active", "next"):
                if (alg, state) not in states:
                    await self._add(alg, state, "system")
        await self.load()

    async def rotate(self, alg: str | None = None, *, actor: str) -> list[str]:
        """Let the next key sign, keep the old one published, and make a new next one; return the kids that sign now."""
        now, signing = self.clock.now(), []
        rows = await self.store.all()
        for one in [alg] if alg else ALGORITHMS:
            following = next((row for row in rows if row.alg == one and row.state == "next"), None)
            if following is None:
                following = await self._add(one, "next", actor)
            states = {row.kid: "retiring" for row in rows if row.alg == one and row.state == "active"}
            too_old = {row.kid: "removed" for row in rows if row.state == "retiring" and now - row.changed_at > RETIRED_AFTER}
            entry = Entry(AuditEvent.KEY_ROTATED, actor, f"key:{following.kid}", now, after={"alg": one, "state": "active"})
            await self.store.set_states({**too_old, **states, following.kid: "active"}, now, [entry])
            await self._add(one, "next", actor)
            signing.append(following.kid)
        await self._tell()
        return signing

    async def roll_back(self, alg: str, *, actor: str) -> str:
        """Let the key sign again that signed before the last rotation; return its kid. Raise UnknownKey when it is not published any more.

        The key it replaces becomes the next one, so it stays published: nobody's tokens fail (JW-15).
        """
        now = self.clock.now()
        rows = [row for row in await self.store.all() if row.alg == alg]
        former = max((row for row in rows if row.state == "retiring"), key=lambda row: row.changed_at, default=None)
        if former is None:
            raise UnknownKey(alg)
        states = {row.kid: "next" for row in rows if row.state == "active"} | {row.kid: "removed" for row in rows if row.state == "next"}
        entry = Entry(AuditEvent.KEY_ROTATED, actor, f"key:{former.kid}", now, after={"alg": alg, "state": "active"})
        await self.store.set_states({**states, former.kid: "active"}, now, [entry])
        await self._tell()
        return former.kid

    async def remove(self, kid: str, *, actor: str) -> None:
        """Stop accepting a key at once: an emergency. An active one is replaced by the next first. Raise UnknownKey."""
        now = self.clock.now()
        row = next((row for row in await self.store.all() if row.kid == kid and row.state in PUBLISHED), None)
        if row is None:
            raise UnknownKey(kid)
        if row.state == "active":
            await self.rotate(row.alg, actor=actor)
        await self.store.set_states({kid: "removed"}, now, [Entry(AuditEvent.KEY_REMOVED, actor, f"key:{kid}", now)])
        if row.state == "next":
            await self._add(row.alg, "next", actor)
        await self._tell()

    def jwks(self) -> Mapping[str, Any]:
        return self._jwks

    async def _tell(self) -> None:
        await self.load()
        await self.expiring.move(GUARD)

    async def _add(self, alg: str, state: str, actor: str) -> SigningKeyRow:
        key = generate(alg)
        kid = key.thumbprint()[:16]
        public = {**key.as_dict(private=False), "kid": kid, "alg": alg, "use": "sig"}
        private = orjson.dumps(key.as_dict(private=True))
        now = self.clock.now()
        row = SigningKeyRow(kid, alg, state, self.ring.seal(private, f"signing-key:{kid}"), public, now, now)
        await self.store.add(row, [Entry(AuditEvent.KEY_ROTATED, actor, f"key:{kid}", now, after={"alg": alg, "state": state})])
        return row

    def _open(self, row: SigningKeyRow) -> Key:
        data = orjson.loads(self.ring.open(row.private, f"signing-key:{row.kid}"))
        return ECKey.import_key(data) if row.alg == "ES256" else RSAKey.import_key(data)
