"""Processes of the demonstration: the sockets that they inherit, how they are started and stopped, and when they answer."""

from __future__ import annotations

import socket
import subprocess
import time
from dataclasses import dataclass

import httpx


def free_or(port: int, host: str = "127.0.0.1") -> socket.socket:
    """Return a listening socket on the port, or on any free one when that is taken."""
    for wanted in (port, 0):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, wanted))
        except OSError:
            listener.close()
            continue
        listener.listen(512)
        listener.set_inheritable(True)
        return listener
    raise AssertionError("no free port on this machine")


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


@dataclass
class Child:
    """A process of the demonstration: how it is started, and what runs now."""

    command: tuple[str, ...]
    environment: dict[str, str]
    descriptors: tuple[int, ...]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, env=self.environment, pass_fds=self.descriptors)  # noqa: S603 -- our own modules

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        if self.process is not None and not self.ended:
            self.process.terminate()

    def wait(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(timeout=12)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=5)


def silent(urls: list[str], running: list[Child], seconds: float = 60) -> str:
    """Return what keeps an address from answering, as a sentence; empty when all answer."""
    end = time.monotonic() + seconds
    for url in urls:
        while True:
            try:
                httpx.get(url, timeout=2, trust_env=False)
                break
            except httpx.TransportError as error:
                if any(child.ended for child in running):
                    return "a program ended"
                if time.monotonic() > end:
                    return f"{url} does not answer: {error}"
                time.sleep(0.1)
    return ""
