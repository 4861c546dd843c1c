"""An older system that can be told to misbehave on the wire. Its well-behaved sisters, written in PHP, are in tests/peers.

It keeps sessions in memory and writes down what arrived: which requests, which fields of each sent form.
"""

from __future__ import annotations

import asyncio
import gzip
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

LOGIN = """<!doctype html><title>Masuk</title><form method="post" action="/proses_login.php">
<input type="hidden" name="tok" value="{tok}"><input name="user"><input type="password" name="pass"></form>"""
FAILED = "<p>Username atau password salah: {typed}</p>"

Wire = Callable[["Older", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Older:
    users: dict[str, str] = field(default_factory=dict)
    port: int = 0
    sessions: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    sent: list[list[tuple[str, str]]] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    page: dict[str, Wire] = field(default_factory=dict)  # path -> what is written instead of the usual
    logins: int = 0
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        method, target, _ = first.split(" ")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            assert name.lower() not in headers, f"{name} twice"
            headers[name.lower()] = value
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests.append((method, target, headers, body))
        path = urlsplit(target).path
        if path in self.page:
            await self.page[path](self, writer)
            return False
        writer.write(self._answer(method, path, target, headers, body))
        await writer.drain()
        return "close" not in headers.get("connection", "")

    def _answer(self, method: str, path: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
        cookies = dict(one.split("=", 1) for one in headers.get("cookie", "").split("; ") if "=" in one)
        session = cookies.get("PHPSESSID", "")
        who = self.sessions.get(session, "")
        if path == "/login.php":
            fresh = secrets.token_hex(8)
            self.sessions[fresh] = ""
            return told(200, LOGIN.format(tok=fresh), f"Set-Cookie: PHPSESSID={fresh}; path=/")
        if path == "/proses_login.php" and method == "POST":
            pairs = parse_qsl(body.decode(), keep_blank_values=True)
            self.sent.append(pairs)
            form = dict(pairs)
            self.tries.append(form["user"])
            if form.get("tok") != session or self.users.get(form["user"]) != form["pass"]:
                return told(200, FAILED.format(typed=form["pass"]))
            self.logins += 1
            self.sessions[session] = form["user"]
            return told(302, "", "Location: /beranda.php")
        if path == "/logout.php":
            self.sessions.pop(session, None)
            return told(302, "", "Location: /login.php")
        if not who:
            return told(302, "", "Location: /login.php")
        text = f"<p>orang={who}</p><p>{method} {target}</p><p>isi={body.decode('latin-1')}</p>"
        return told(200, text, "Set-Cookie: lihat=1; path=/", f"X-Orang: {who}", "Cache-Control: public, max-age=600")


def told(status: int, text: str, *headers: str) -> bytes:
    body = text.encode()
    lines = (f"HTTP/1.1 {status} x", "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode() + body


def writes(*parts: bytes, after: float = 0) -> Wire:
    """Return what writes these bytes instead of a usual answer."""

    async def wire(_: Older, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(after)
        for part in parts:
            writer.write(part)
            await writer.drain()

    return wire


async def endless(_: Older, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        await writer.drain()


async def dripping(_: Older, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1\r\nx\r\n")
        await writer.drain()
        await asyncio.sleep(0.1)


async def reset(_: Older, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


BOMB = gzip.compress(b"\0" * 50_000_000, 9)
GZIP_BOMB = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB


@asynccontextmanager
async def running(**users: str) -> AsyncIterator[Older]:
    older = Older(users)
    server = await asyncio.start_server(older.serve, "127.0.0.1", 0)
    older.port = server.sockets[0].getsockname()[1]
    try:
        yield older
    finally:
        server.close()
