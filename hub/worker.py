"""`python -m hub.worker`: a worker process on the socket that its parent opened. Imports no command line, to stay small."""

from __future__ import annotations

import os
import signal
import socket
import sys

# structlog loads rich for pretty tracebacks when it is installed (the command line needs it): 9 MB that a worker, which logs JSON,
# never uses. A None entry makes that import fail, which structlog expects.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]

from hub.serve import run  # noqa: E402 -- after the line above
from hub.settings import SettingsError, load  # noqa: E402 -- the same
from hub.supervisor import SOCKET_VARIABLE  # noqa: E402 -- the same


def main() -> int:
    listener = socket.socket(fileno=int(os.environ.pop(SOCKET_VARIABLE)))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run(load(), listener)
    except SettingsError as error:
        sys.stderr.write(f"gapura: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
