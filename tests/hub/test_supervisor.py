"""Several workers on one machine: one that dies comes back, a signal ends all of them in order, and unusable settings end everything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil

from tests.crash.deployment import MASTER_KEY
from tests.servers import free_port, postgres_server, redis_url
from tests.site import wait_ready


def started(folder: Path, port: int, **more: str) -> subprocess.Popen[bytes]:
    """Return a `gapura serve` with two workers on fresh files."""
    settings = {
        "ENVIRONMENT": "development",
        "ISSUER": f"http://127.0.0.1:{port}",
        "SERVER__PORT": str(port),
        "SERVER__WORKERS": "2",
        "STORAGE__DATA_DIR": str(folder / "data"),
        **more,
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GAPURA_")}
    environment |= {f"GAPURA_{name}": value for name, value in settings.items()}
    with (folder / "log").open("wb") as log:
        return subprocess.Popen([sys.executable, "-m", "hub.cli", "serve"], env=environment, stdout=log, stderr=log)


def workers(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children()


def test_a_worker_that_dies_is_started_again_and_a_signal_ends_all(tmp_path: Path) -> None:
    port = free_port()
    process = started(tmp_path, port)
    try:
        wait_ready(f"http://127.0.0.1:{port}")
        first, second = workers(process)
        first.kill()
        end = time.monotonic() + 15
        while len(found := workers(process)) != 2 or first in found:
            assert time.monotonic() < end, "no worker in its place"
            time.sleep(0.05)
        assert second in found, "the other one is left alone"
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in found)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(5)


def test_workers_end_with_the_process_that_watches_them(tmp_path: Path) -> None:
    port = free_port()
    process = started(tmp_path, port)
    wait_ready(f"http://127.0.0.1:{port}")
    found = workers(process)
    process.kill()
    process.wait(5)
    assert len(psutil.wait_procs(found, timeout=15)[0]) == 2


def test_an_older_schema_ends_it_with_what_to_do_instead_of_starting_again_and_again(tmp_path: Path) -> None:
    more = {"STORAGE__DATABASE_URL": postgres_server(), "STORAGE__EXPIRING_URL": redis_url(), "STORAGE__MASTER_KEY": MASTER_KEY}
    process = started(tmp_path, free_port(), **more)
    assert process.wait(30) == 2
    assert "run gapura migrate" in (tmp_path / "log").read_text()
