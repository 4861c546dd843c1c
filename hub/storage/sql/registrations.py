"""Initial access tokens and the clients made with them in SQL: what is spent, kept and recorded is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, insert, select, update

from hub.storage.sql import tables as t
from hub.storage.sql.chains import Chain, append_audit
from hub.storage.sql.database import Database
from hub.storage.sql.documents import from_text, to_text
from idp.applications.models import Client
from idp.registration.policy import InitialAccessToken, Policy
from kit.audit import Entry


@dataclass(frozen=True, slots=True)
class SqlRegistrations:
    """Implements idp.registration.policy.RegistrationStore."""

    database: Database
    trail: Chain

    async def add(self, token: InitialAccessToken, audit: Sequence[Entry] = ()) -> None:
        row = asdict(token) | {"policy": to_text(token.policy)}
        async with self.database.write() as connection:
            await connection.execute(insert(t.initial_access_tokens).values(**row))
            await append_audit(connection, self.trail, audit)

    async def find(self, digest: str) -> InitialAccessToken | None:
        return await self._one(t.initial_access_tokens.c.digest == digest)

    async def get(self, token_id: str) -> InitialAccessToken | None:
        return await self._one(t.initial_access_tokens.c.id == token_id)

    async def _one(self, condition: Any) -> InitialAccessToken | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(t.initial_access_tokens).where(condition))).one_or_none()
        return None if row is None else _token(row)

    async def all(self) -> list[InitialAccessToken]:
        c = t.initial_access_tokens.c
        async with self.database.read() as connection:
            rows = (await connection.execute(select(t.initial_access_tokens).order_by(c.created_at.desc(), c.id))).all()
        return [_token(row) for row in rows]

    async def revoke(self, token_id: str, now: int, audit: Sequence[Entry] = ()) -> bool:
        c = t.initial_access_tokens.c
        change = update(t.initial_access_tokens).where(c.id == token_id, c.revoked_at.is_(None)).values(revoked_at=now)
        async with self.database.write() as connection:
            if (await connection.execute(change)).rowcount != 1:
                return False
            await append_audit(connection, self.trail, audit)
        return True

    async def register(self, token_id: str, client: Client, now: int, audit: Sequence[Entry] = ()) -> bool:
        """See RegistrationStore: one statement judges and spends, so that two callers never spend the same one."""
        c = t.initial_access_tokens.c
        spend = (
            update(t.initial_access_tokens)
            .where(c.id == token_id, c.revoked_at.is_(None), c.expires_at > now, c.used < c.quota)
            .values(used=c.used + 1)
        )
        async with self.database.write() as connection:
            if (await connection.execute(spend)).rowcount != 1:
                return False
            await connection.execute(insert(t.clients).values(client_id=client.client_id, data=to_text(client)))
            await append_audit(connection, self.trail, audit)
        return True

    async def change(self, client: Client, *, expected: Client, audit: Sequence[Entry] = (), revoke_grants_at: int | None = None) -> bool:
        c, f = t.clients.c, t.families.c
        query = select(t.clients.c.data).where(c.client_id == client.client_id).with_for_update()
        async with self.database.write() as connection:
            data = (await connection.execute(query)).scalar_one_or_none()
            if data is None or from_text(Client, data) != expected:
                return False
            await connection.execute(update(t.clients).where(c.client_id == client.client_id).values(data=to_text(client)))
            if revoke_grants_at is not None:
                live = (f.client_id == client.client_id) & f.revoked_at.is_(None)
                await connection.execute(update(t.families).where(live).values(revoked_at=revoke_grants_at))
            await append_audit(connection, self.trail, audit)
        return True

    async def open_until(self, now: int) -> int:
        c = t.initial_access_tokens.c
        query = select(func.max(c.expires_at)).where(c.revoked_at.is_(None), c.expires_at > now, c.used < c.quota)
        async with self.database.read() as connection:
            return (await connection.execute(query)).scalar_one() or 0


def _token(row: Any) -> InitialAccessToken:
    return InitialAccessToken(**(row._asdict() | {"policy": from_text(Policy, row.policy)}))
