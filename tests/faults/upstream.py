"""An older system that is down, slow, resetting or talking garbage: `python -m tests.faults.upstream <port> <mode>`.

A process of its own, so that what it sends costs neither the measured programs nor the measuring one their turn. The mode `refused` is no
process at all, and `healthy` a system that is well.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

MODES = ("refused", "silent", "reset", "garbage", "endless")
SILENCE = 30.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LOGIN = """<form method="post" action="/proses_login.php"><input type="hidden" name="tok" value="1"><input name="user">
<input type="password" name="pass"></form>"""
LINGER = struct.pack("ii", 1, 0)  # closing then sends RST instead of FIN


async def silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(SILENCE)


async def reset(writer: asyncio.StreamWriter) -> None:
    """The head of an answer, and then RST."""
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\n{")
    await writer.drain()
    await asyncio.sleep(0.01)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
    writer.transport.abort()


async def garbage(writer: asyncio.StreamWriter) -> None:
    writer.write(bytes(range(256)) * 8)
    await writer.drain()


async def endless(writer: asyncio.StreamWriter) -> None:
    """Chunks without end, faster than anybody needs them and slow enough to leave the machine to others."""
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


def healthy(asked: bytes) -> bytes:
    """Return the answer to a request: a login form that takes everybody, the page of who is inside, or an empty JSON object."""
    method, target = asked.split(b" ", 2)[:2]
    if target == b"/login.php":
        return _told("200 OK", LOGIN, "Set-Cookie: PHPSESSID=satu; path=/")
    if method == b"POST" and target == b"/proses_login.php":
        return _told("302 Found", "", "Location: /beranda.php")
    if target == b"/beranda.php":
        inside = b"PHPSESSID=satu" in asked
        return _told("200 OK", "<p>orang=siti</p>") if inside else _told("302 Found", "", "Location: /login.php")
    return _told("200 OK", "{}")


def _told(status: str, text: str, *headers: str) -> bytes:
    kind = "application/json" if text == "{}" else "text/html"
    fixed = (f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(text)}", "Connection: close")
    return "\r\n".join((*fixed, *headers, "", text)).encode()


ANSWERS: dict[str, Callable[[asyncio.StreamWriter], Awaitable[None]]] = {
    "silent": silent,
    "reset": reset,
    "garbage": garbage,
    "endless": endless,
}


async def serve(port: int, mode: str) -> None:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = b"" if mode == "silent" else await reader.read(65_536)
            if mode == "healthy":
                writer.write(healthy(asked) if asked else b"")
                await writer.drain()
            else:
                await ANSWERS[mode](writer)
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


@dataclass
class Upstream:
    """One address, and what happens there now."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    def be(self, mode: str) -> None:
        """Behave in this way from now on; return when it does."""
        self.stop()
        if mode == "refused":
            return
        command = [sys.executable, "-m", "tests.faults.upstream", str(self.port), mode]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("the upstream did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
