"""The expiring store in an SQLite file of its own: survives a restart and is shared by the worker processes of one machine.

Called directly, without a thread: a call takes tens of microseconds, less than a hop to a thread and back. Nothing is lost when the
process dies. A power cut may lose the last records (synchronous=NORMAL), so that somebody signs in again; it never undoes the closing or
moving of a guard, which waits for the disk (FULL), so that nothing that was ended comes back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.storage.expiring.records import GUARD_SECONDS, NEVER_MOVED, decode, encode
from kit.clock import Clock
from kit.expiring import Guards, Put, StoreUnavailable
from kit.secrets import new_id

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL, spent BLOB, value BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS record_expires ON record (expires_at);
CREATE TABLE IF NOT EXISTS guard (name TEXT PRIMARY KEY, value TEXT NOT NULL, closed_until INTEGER NOT NULL, expires_at INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counter (key TEXT PRIMARY KEY, count INTEGER NOT NULL, ends_at INTEGER NOT NULL) WITHOUT ROWID;
"""
READ = "SELECT value, spent FROM record WHERE key = ? AND expires_at > ?"
WRITE = "INSERT OR REPLACE INTO record (key, expires_at, spent, value) VALUES (?, ?, NULL, ?)"
SET_GUARD = "INSERT OR REPLACE INTO guard (name, value, closed_until, expires_at) VALUES (?, ?, ?, ?)"
COUNT = """
INSERT INTO counter (key, count, ends_at) VALUES (:key, 1, :now + :window) ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN ends_at <= :now THEN 1 ELSE count + 1 END,
    ends_at = CASE WHEN ends_at <= :now THEN :now + :window ELSE ends_at END
RETURNING count
"""
PURGE_BATCH = 500
BUSY_SECONDS = 2.0


class SqliteStore:
    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        with _answering():
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=64)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(SCHEMA)
        path.chmod(0o600)

    @contextmanager
    def _moving(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is on the disk when it ends."""
        with _answering():
            self._db.execute("PRAGMA synchronous = FULL")
        try:
            with self._writing() as db:
                yield db
        finally:
            with _answering():
                self._db.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the file's write lock from its first statement."""
        with _answering():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _present(self, names: Iterable[str]) -> dict[str, str]:
        asked = tuple(names)
        found = dict.fromkeys(asked, NEVER_MOVED)
        marks = ",".join("?" * len(asked))
        now = self._clock.now()
        query = f"SELECT name, value, closed_until FROM guard WHERE name IN ({marks})"  # noqa: S608 -- only question marks are put in
        for name, value, closed_until in self._db.execute(query, asked):
            found[name] = value + "!" if closed_until > now else value
        return found

    def _stands(self, guards: Guards) -> bool:
        return not guards or (self._present(guards) == guards and not any(value.endswith("!") for value in guards.values()))

    def _all_stand(self, records: Iterable[Put]) -> bool:
        """True when every guard has the one value that all records expect."""
        wanted: dict[str, str] = {}
        for record in records:
            for name, value in record.guards.items():
                if wanted.setdefault(name, value) != value:
                    return False
        return self._stands(wanted)

    def _write(self, records: Iterable[Put]) -> None:
        now = self._clock.now()
        for record in records:
            if record.ttl <= 0:
                self._db.execute("DELETE FROM record WHERE key = ?", (record.key,))
            else:
                self._db.execute(WRITE, (record.key, now + record.ttl, encode(record)))

    def _kept(self, key: str) -> tuple[bytes, bytes | None] | None:
        row: tuple[bytes, bytes | None] | None = self._db.execute(READ, (key, self._clock.now())).fetchone()
        return row

    def _alive(self, key: str) -> bytes | None:
        """Return the value. The record is read before its guards: values never come back, so guards that stand now stood then."""
        row = self._kept(key)
        if row is None or row[1] is not None:
            return None
        guards, value = decode(row[0])
        return value if self._stands(guards) else None

    async def get(self, key: str) -> bytes | None:
        with _answering():
            return self._alive(key)

    async def put(self, *records: Put) -> bool:
        with self._writing():
            if not self._all_stand(records):
                return False
            self._write(records)
            return True

    async def put_if_absent(self, record: Put) -> bool:
        with self._writing():
            row = self._kept(record.key)
            if row is not None and (row[1] is not None or self._stands(decode(row[0])[0])):
                return False
            if not self._stands(record.guards):
                return False
            self._write((record,))
            return True

    async def take(self, key: str) -> bytes | None:
        with self._writing() as db:
            value = self._alive(key)
            if value is not None:
                db.execute("DELETE FROM record WHERE key = ?", (key,))
            return value

    async def spend(self, key: str, token: bytes, *records: Put) -> bytes | None:
        with self._writing() as db:
            row = self._kept(key)
            if row is None:
                return b""
            if row[1] is not None:
                return row[1]
            if not self._stands(decode(row[0])[0]) or not self._all_stand(records):
                return b""
            db.execute("UPDATE record SET spent = ?, value = x'00' WHERE key = ?", (token, key))
            self._write(records)
            return None

    async def delete(self, *keys: str) -> None:
        with self._writing() as db:
            db.executemany("DELETE FROM record WHERE key = ?", [(key,) for key in keys])

    async def guards(self, *names: str) -> dict[str, str]:
        with _answering():
            return self._present(names)

    async def close(self, *names: str, seconds: int = 5) -> None:
        now = self._clock.now()
        with self._moving() as db:
            db.executemany(SET_GUARD, [(name, new_id(), now + seconds, now + GUARD_SECONDS) for name in names])

    async def move(self, *names: str) -> None:
        now = self._clock.now()
        with self._moving() as db:
            db.executemany(SET_GUARD, [(name, new_id(), 0, now + GUARD_SECONDS) for name in names])

    async def increment(self, key: str, window: int) -> int:
        with self._writing() as db:
            count: int = db.execute(COUNT, {"key": key, "now": self._clock.now(), "window": window}).fetchone()[0]
            return count

    async def purge(self, now: int) -> int:
        """Delete one small batch of each table, so that no request waits long for the write lock."""
        gone = 0
        for table, key, moment in (("record", "key", "expires_at"), ("guard", "name", "expires_at"), ("counter", "key", "ends_at")):
            with self._writing() as db:
                inner = f"SELECT {key} FROM {table} WHERE {moment} <= ? LIMIT {PURGE_BATCH}"  # noqa: S608 -- constants of this module
                gone += db.execute(f"DELETE FROM {table} WHERE {key} IN ({inner})", (now,)).rowcount  # noqa: S608 -- the same
        return gone

    async def ping(self) -> None:
        with _answering():
            self._db.execute("SELECT 1 FROM guard LIMIT 1").fetchone()

    async def aclose(self) -> None:
        self._db.close()


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what SQLite cannot do (busy, full, read-only, closed) into StoreUnavailable."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the expiring file does not answer: {type(error).__name__}: {error}") from error
