"""`python -m hub.worker`: a worker process on the socket that its parent opened. Imports no command line, to stay small."""

from __future__ import annotations

import os
import signal
import socket
import sys

from hub.serve import run
from hub.settings import SettingsError, load
from hub.supervisor import SOCKET_VARIABLE


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
