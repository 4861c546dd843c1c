"""Real servers for tests: one Redis and one PostgreSQL, started at the first use in a test run and stopped, by their own ids, at its end.

A missing program skips the tests that need it, by name; with CI=true it is a failure.
"""

from __future__ import annotations

import atexit
import contextlib
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

STARTED: dict[str, Any] = {}


def missing(tool: str) -> None:
    """Skip the test because a program is not there; fail where everything must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{tool} is not installed")
    pytest.skip(f"needs {tool}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _folder(owner: tuple[int, int] | None = None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="gapura-test-"))
    if owner is not None:
        os.chown(folder, *owner)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _stop(process: subprocess.Popen[bytes], sign: int) -> None:
    if process.poll() is None:
        process.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
    if process.poll() is None:
        process.kill()
        process.wait(5)


def start_redis(*options: str, path: Path | None = None) -> tuple[subprocess.Popen[bytes], str]:
    """Start a Redis of one's own on a Unix socket and return process and URL; the caller may stop or kill it."""
    program = shutil.which("redis-server")
    if program is None:
        missing("redis-server")
    folder = _folder()
    path = path or folder / "redis.sock"
    command = [str(program), "--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--save", "", "--appendonly", "no", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(_stop, process, 15)
    _until(path.exists, process, "redis-server")
    return process, f"unix://{path}"


def redis_server() -> str:
    """Return the URL of an empty database on the run's Redis: nobody else has its number."""
    if "redis" not in STARTED:
        STARTED["redis"] = start_redis("--databases", "4096")[1]
    STARTED["database"] = STARTED.get("database", 0) + 1
    return f"{STARTED['redis']}?db={STARTED['database']}"


redis_url = redis_server


def _until(ready: Any, process: subprocess.Popen[bytes], name: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"{name} did not start")
        time.sleep(0.02)


def _postgres_tool(name: str) -> str:
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}")) or [path for path in [shutil.which(name)] if path]
    if not found:
        missing("postgresql")
    return found[-1]


def _other_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as postgres, or nobody."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise AssertionError("no user to run PostgreSQL as")


class Postgres:
    """A cluster of one's own. Only a durable one waits for the disk: nobody cuts the power of the others."""

    def __init__(self, *, durable: bool = False) -> None:
        self.durable = durable
        initdb, self.program = _postgres_tool("initdb"), _postgres_tool("postgres")
        self.user = _other_user()
        self.folder = _folder((self.user["user"], self.user["group"]) if self.user else None)
        self.port = free_port()
        command = [initdb, "-D", str(self.folder / "data"), "-U", "gapura", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.user)
        self.start()

    def start(self) -> None:
        options: dict[str, Any] = {
            "unix_socket_directories": self.folder,
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "max_connections": 200,
        }
        if not self.durable:
            options["fsync"] = "off"
        command = [self.program, "-D", str(self.folder / "data"), *(f"--{key}={value}" for key, value in options.items())]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **self.user)
        atexit.register(_stop, self.process, 2)
        _until(self._answers, self.process, "postgres")

    def _answers(self) -> bool:
        command = [_postgres_tool("pg_isready"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "gapura", "-d", "postgres"]
        return subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as an operator with psql would, and return what it prints."""
        command = [
            _postgres_tool("psql"),
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "gapura",
            "-d",
            database,
            "-XqAt",
            "-c",
            statement,
        ]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def fresh(self, template: str = "template1") -> str:
        """Return the URL of a new database: empty, or a copy of the named one."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql+asyncpg://gapura@127.0.0.1:{self.port}/{name}"


def postgres() -> Postgres:
    if "postgres" not in STARTED:
        STARTED["postgres"] = Postgres()
    found: Postgres = STARTED["postgres"]
    return found


def postgres_server() -> str:
    """Return the URL of a fresh database on the run's PostgreSQL."""
    return postgres().fresh()


postgres_database = postgres_server
