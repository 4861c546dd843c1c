"""Signing keys in SQL. The private part comes and goes sealed, bound to `signing-key:<kid>`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.documents import to_text
from idp.store import Conflict, SigningKeyRow
from kit.audit import Entry


@dataclass(frozen=True, slots=True)
class SqlKeys:
    """Implements idp.store.KeyStore."""

    database: Database
    trail: Chain

    async def all(self) -> list[SigningKeyRow]:
        async with self.database.read() as connection:
            rows = (await connection.execute(select(t.signing_keys).order_by(t.signing_keys.c.created_at, t.signing_keys.c.kid))).all()
        return [
            SigningKeyRow(row.kid, row.alg, row.state, row.private, orjson.loads(row.public), row.created_at, row.changed_at)
            for row in rows
        ]

    async def add(self, key: SigningKeyRow, audit: Sequence[Entry] = ()) -> None:
        """Raise Conflict for a second active key of one algorithm: two processes that start at once make one key."""
        try:
            async with self.database.write() as connection:
                await connection.execute(insert(t.signing_keys).values(**_columns(key)))
                await append_audit(connection, self.trail, audit)
        except IntegrityError as error:
            raise Conflict(f"an active {key.alg} key exists already") from error

    async def set_states(
        self,
        states: Mapping[str, str],
        now: int,
        audit: Sequence[Entry] = (),
        *,
        expected: Mapping[str, str] | None = None,
        add: Sequence[SigningKeyRow] = (),
    ) -> None:
        """See KeyStore. Keys that stop signing are written first; raise Conflict when two would be active."""
        based_on = expected or {}
        try:
            async with self.database.write() as connection:
                for kid, state in sorted(states.items(), key=lambda item: item[1] == "active"):
                    change = update(t.signing_keys).where(t.signing_keys.c.kid == kid)
                    if kid in based_on:
                        change = change.where(t.signing_keys.c.state == based_on[kid])
                    if (await connection.execute(change.values(state=state, changed_at=now))).rowcount != 1:
                        raise Conflict(f"key {kid} was changed meanwhile")
                for key in add:
                    await connection.execute(insert(t.signing_keys).values(**_columns(key)))
                await append_audit(connection, self.trail, audit)
        except IntegrityError as error:
            raise Conflict("two keys of one algorithm cannot be active") from error


def _columns(key: SigningKeyRow) -> dict[str, object]:
    return {
        "kid": key.kid,
        "alg": key.alg,
        "state": key.state,
        "private": key.private,
        "public": to_text(key.public),
        "created_at": key.created_at,
        "changed_at": key.changed_at,
    }
