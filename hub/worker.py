"""`python -m hub.worker`: the processes that answer, on a socket that was opened before. Imports no command line, to stay small."""

from __future__ import annotations

import os
import signal
import socket
import sys
from functools import partial

# structlog loads rich for pretty tracebacks when it is installed (the command line needs it): 9 MB that a worker, which logs JSON,
# never uses. A None entry makes that import fail, which structlog expects.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]

from hub.serve import run  # noqa: E402 -- after the line above
from hub.settings import Settings, SettingsError, load  # noqa: E402 -- the same
from hub.supervisor import SOCKET_VARIABLE, UNUSABLE, watch  # noqa: E402 -- the same


def main() -> int:
    listener = socket.socket(fileno=int(os.environ.pop(SOCKET_VARIABLE)))
    try:
        settings = load()
    except SettingsError as error:
        return _unusable(error)
    work = partial(answer, settings, listener)
    return work() if settings.server.workers == 1 else watch(settings.server.workers, work)


def answer(settings: Settings, listener: socket.socket) -> int:
    """Answer until a signal ends it; return the exit status."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run(settings, listener)
    except SettingsError as error:
        return _unusable(error)
    return 0


def _unusable(error: SettingsError) -> int:
    sys.stderr.write(f"gapura: {error}\n")
    return UNUSABLE


if __name__ == "__main__":
    sys.exit(main())
