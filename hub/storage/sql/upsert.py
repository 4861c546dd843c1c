"""INSERT … ON CONFLICT DO UPDATE, which SQLite and PostgreSQL spell alike and SQLAlchemy keeps in two dialects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Insert = sqlite.Insert | postgresql.Insert


def insert_for(dialect: str, table: Table) -> Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


async def upsert(connection: AsyncConnection, table: Table, row: Mapping[str, Any], key: Sequence[str]) -> None:
    """Keep `row`, in place of the one that has the same key."""
    made = insert_for(connection.dialect.name, table).values(**row)
    changed = {name: made.excluded[name] for name in row if name not in key}
    await connection.execute(made.on_conflict_do_update(index_elements=[table.c[name] for name in key], set_=changed))
