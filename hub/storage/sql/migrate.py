"""Bringing a database to this version's schema, from inside the program: `upgrade`, `pending`, `current`.

Migrations expand, then contract. A database that a newer release has already changed is refused in clear words.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from hub.settings import SettingsError
from hub.storage.sql.database import answering, create_engine

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
NEWEST = max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))  # files are named by revision
PATIENCE = 120  # seconds that a second process waits for the first one's upgrade
LOCK = 7_203_511  # of the upgrade, on PostgreSQL; SQLite locks its file


class NewerDatabase(SettingsError):
    """The schema was made by a newer release."""


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config  # a worker process needs none of Alembic

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _steps(connection: Connection) -> tuple[str | None, list[str]]:
    """Return the present revision and what is missing, oldest first."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_config())
    present = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if present is not None and present not in known:
        raise NewerDatabase(
            f"storage.database_url: the schema ({present}) was made by a newer release of Gapura; install that release or restore a backup"
        )
    missing = list(scripts.iterate_revisions("heads", present or "base"))
    return present, [f"{script.revision}: {script.doc}" for script in reversed(missing)]


def _upgrade(connection: Connection) -> list[str]:
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    steps = _steps(connection)[1]
    command.upgrade(_config(connection), "heads")
    return steps


async def upgrade(url: str) -> list[str]:
    """Run what is missing, in one transaction, and return it. Of processes that try at once one does it; the others find it done."""
    engine = create_engine(url)
    try:
        with answering():
            async with engine.connect() as plain:
                if plain.dialect.name == "sqlite":  # PostgreSQL waits for the lock in _upgrade
                    await plain.execute(text(f"PRAGMA busy_timeout = {1000 * PATIENCE}"))
                    await plain.rollback()
                connection = await plain.execution_options(writes=True)
                async with connection.begin():
                    return await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def is_current(url: str) -> bool:
    """True when the schema is this release's; False when any step is missing. Without Alembic, whose import costs a worker half a second
    and 10 MB. What is no plain yes is for `pending` to explain."""
    engine = create_engine(url)
    try:
        with answering():
            async with engine.connect() as connection:
                if not await connection.run_sync(lambda plain: inspect(plain).has_table("alembic_version")):
                    return False
                return list((await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars()) == [NEWEST]
    finally:
        await engine.dispose()


async def pending(url: str) -> list[str]:
    """Return the migrations that are missing, `revision: title`. Nothing is changed."""
    engine = create_engine(url)
    try:
        with answering():
            async with engine.connect() as connection:
                return (await connection.run_sync(_steps))[1]
    finally:
        await engine.dispose()


async def current(url: str) -> str | None:
    """Return the revision the database has; None for an empty one."""
    engine = create_engine(url)
    try:
        with answering():
            async with engine.connect() as connection:
                return (await connection.run_sync(_steps))[0]
    finally:
        await engine.dispose()
