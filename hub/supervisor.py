"""Starts and watches the worker processes of one machine. The parent opens the socket; workers inherit it.

One deployment, one set of files: an exclusive lock in the data folder lets a second `gapura serve` on the same files refuse (FT-08).
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from hub.settings import CONFIG_VARIABLE, Settings, SettingsError

SOCKET_VARIABLE = "_GAPURA_SOCKET"
RESTART_PAUSE = 1.0
UNUSABLE = 2  # exit status of a worker whose settings cannot be used
# -OO leaves out docstrings, of which SQLAlchemy and redis alone carry 10 MB, and assert, which states only types here.
WORKER = (sys.executable, "-OO", "-m", "hub.worker")


def lock_data(folder: Path) -> int:
    """Return the descriptor that holds the deployment's lock; raise SettingsError when another deployment holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise SettingsError(f"storage.data_dir: {folder} is in use by another gapura serve; give this one a folder of its own") from error
    os.set_inheritable(descriptor, True)
    return descriptor


def listen(settings: Settings) -> socket.socket:
    """Return a listening socket that child processes inherit."""
    family = socket.AF_INET6 if ":" in settings.server.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.server.host, settings.server.port))
    except OSError as error:
        listener.close()
        raise SettingsError(f"server.port: cannot listen on {settings.server.host}:{settings.server.port} ({error.strerror})") from error
    listener.listen(2048)
    listener.set_inheritable(True)
    return listener


def worker_environment(listener: socket.socket, config: Path | None) -> dict[str, str]:
    environment = dict(os.environ, **{SOCKET_VARIABLE: str(listener.fileno())})
    if config is not None:
        environment[CONFIG_VARIABLE] = str(config.absolute())
    return environment


def supervise(settings: Settings, config: Path | None) -> int:
    """Run the workers until a signal ends them; a worker that dies is started again. Return the exit status."""
    lock = lock_data(settings.storage.data_dir)
    listener = listen(settings)
    environment = worker_environment(listener, config)
    command = list(WORKER)
    if settings.server.workers == 1:
        os.execve(sys.executable, command, environment)  # the worker takes this process's place, and its lock  # noqa: S606 -- no shell
    descriptors = (listener.fileno(), lock)
    workers = [subprocess.Popen(command, env=environment, pass_fds=descriptors) for _ in range(settings.server.workers)]  # noqa: S603 -- our own module
    ending = False

    def end(_: int, __: FrameType | None) -> None:
        nonlocal ending
        ending = True
        for worker in workers:
            worker.terminate()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while not ending:
        for index, worker in enumerate(workers):
            if worker.poll() == UNUSABLE:
                end(0, None)  # settings or schema: trying again changes nothing, and the worker said what to do
            elif worker.poll() is not None and not ending:
                time.sleep(RESTART_PAUSE)
                workers[index] = subprocess.Popen(command, env=environment, pass_fds=descriptors)  # noqa: S603 -- our own module
        time.sleep(0.2)
    return max(worker.wait(timeout=15) or 0 for worker in workers)
