"""Starts and watches the worker processes of one machine. `gapura serve` opens the socket and becomes the watcher; workers are its forks.

One deployment, one set of files: an exclusive lock in the data folder lets a second `gapura serve` on the same files refuse (FT-08).
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

from hub.settings import CONFIG_VARIABLE, Settings, SettingsError

SOCKET_VARIABLE = "_GAPURA_SOCKET"
RESTART_PAUSE = 1.0
GRACE = 15  # seconds that workers have to finish what they answer
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
PR_SET_PDEATHSIG = 1  # prctl(2)
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


def serve(settings: Settings, config: Path | None) -> NoReturn:
    """Become the process that answers, or the one that keeps several of them: it has the lock and the socket of this one."""
    lock_data(settings.storage.data_dir)
    listener = listen(settings)  # a name of its own: unnamed, it would be closed before it is inherited
    os.execve(sys.executable, list(WORKER), worker_environment(listener, config))  # noqa: S606 -- no shell


def watch(count: int, work: Callable[[], int]) -> int:
    """Keep `count` forked processes doing `work` until a signal ends them, and return the exit status. One that dies is started again.

    They are forked after everything is imported: that costs its time and memory once, and a worker that died is back in half a second.
    """
    gc.collect()
    gc.freeze()  # so that a collection in a worker does not write to, and thereby copy, every page of what was imported
    running: set[int] = set()
    ending = False

    def end(_: int, __: FrameType | None) -> None:
        nonlocal ending
        ending = True
        signal.alarm(GRACE)
        _signal_all(running, signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGALRM, lambda _, __: _signal_all(running, signal.SIGKILL))
    for _ in range(count):
        _fork(running, work, lambda: ending)
    worst = 0
    while running:
        pid, status = os.wait()
        running.discard(pid)
        code = os.waitstatus_to_exitcode(status)
        if code == UNUSABLE and not ending:
            end(0, None)  # settings or schema: trying again changes nothing, and the worker said what to do
        if ending:
            worst = max(worst, 0 if code == -signal.SIGTERM else abs(code))  # uvicorn ends by the signal it was sent
            continue
        time.sleep(RESTART_PAUSE)
        _fork(running, work, lambda: ending)
    return worst


def _fork(running: set[int], work: Callable[[], int], ending: Callable[[], bool]) -> None:
    """Start one worker unless it is too late. No signal comes between, so none misses the new process."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        if ending():
            return
        watcher = os.getpid()
        pid = os.fork()
        if pid:
            running.add(pid)
            return
        _end_with(watcher)
        for one in SIGNALS:
            signal.signal(one, signal.SIG_DFL)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    code = 1
    try:
        code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _end_with(watcher: int) -> None:
    """Have Linux end this worker when its watcher is killed: it would keep the files locked, and nobody would stop it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != watcher:
            os._exit(1)  # killed before we could ask


def _signal_all(running: set[int], number: int) -> None:
    for pid in running:
        os.kill(pid, number)  # each is our child and not waited for yet, so its number is its own
