"""One engine, two ways to use it: `read` and `write`. A write is one transaction that nobody else's write can slip into.

SQLite: WAL, every commit is on the disk before it returns (synchronous=FULL), a write takes the file's lock from its first statement.
PostgreSQL: read committed; rows that decide are locked or changed by one statement; no statement takes longer than 3 s.
What the database cannot do (gone, full, busy, too slow) becomes StoreUnavailable; what contradicts its rules stays IntegrityError.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import event, exc, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from kit.expiring import StoreUnavailable

STATEMENT_MS = 3000
STRONG_COMMIT = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')"
)


def create_engine(url: str, *, read_only: bool = False) -> AsyncEngine:
    """Return an engine with this house's settings for the named database. `read_only`: the database itself refuses every write."""
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_async_engine(url, pool_size=4, max_overflow=4, pool_timeout=5)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        if read_only:
            event.listen(engine.sync_engine, "connect", _only_read_sqlite)
        return engine
    settings = {"statement_timeout": str(STATEMENT_MS), "lock_timeout": str(STATEMENT_MS), "jit": "off", "application_name": "gapura"}
    if read_only:
        settings["default_transaction_read_only"] = "on"
    engine = create_async_engine(
        url, pool_size=5, max_overflow=5, pool_timeout=3, connect_args={"server_settings": settings, "timeout": 3, "command_timeout": 5}
    )
    event.listen(engine.sync_engine, "connect", _prepare_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions begin where this module says, not where the driver guesses
    cursor = connection.cursor()
    for setting in ("busy_timeout = 5000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _only_read_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_postgresql(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute(STRONG_COMMIT)
    cursor.close()
    connection.commit()


class Database:
    """`counting` lists the statements sent meanwhile, so that a test can say that a path needs none."""

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self.engine = create_engine(url, read_only=read_only)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._listeners: list[list[str]] = []
        self._turn = asyncio.Lock()
        event.listen(self.engine.sync_engine, "before_cursor_execute", self._count)

    def _count(self, _c: object, _cursor: object, statement: str, *_: object) -> None:
        if self._listeners and not statement.startswith("BEGIN"):
            for heard in self._listeners:
                heard.append(statement)

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """Yield a list that grows by each statement sent until the block ends."""
        heard: list[str] = []
        self._listeners.append(heard)
        try:
            yield heard
        finally:
            self._listeners = [other for other in self._listeners if other is not heard]

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Each statement sees what is committed when it starts: no transaction to begin and end, one round trip for one question."""
        with answering():
            async with self.engine.connect() as plain:
                yield plain if self.sqlite else await plain.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Commit when the block ends, roll back when it raises. Writers of one process queue here instead of polling SQLite's lock."""
        with answering():
            async with self._turn if self.sqlite else nullcontext(), self.engine.connect() as plain:
                connection = await plain.execution_options(writes=True)
                async with connection.begin():
                    yield connection

    async def aclose(self) -> None:
        await self.engine.dispose()


@contextmanager
def answering() -> Iterator[None]:
    try:
        yield
    except (exc.IntegrityError, exc.ProgrammingError, exc.DataError):
        raise
    except (exc.DBAPIError, exc.TimeoutError, OSError, TimeoutError) as error:
        cause = getattr(error, "orig", None) or error  # without the statement and its parameters
        raise StoreUnavailable(f"the database does not answer: {type(error).__name__}: {cause}") from error
