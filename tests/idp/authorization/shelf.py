"""Where a relying party keeps its request objects for us to fetch: a small server on this machine that counts who came."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Shelf:
    """`objects` by path; `asked` are the paths that were fetched, in their order."""

    address: str = ""
    objects: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, text: str) -> str:
        """Lay an object down and return its address."""
        self.objects[path] = text
        return f"http://{self.address}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ", 2)[1]
        self.asked.append(path)
        body = self.objects.get(path, "").encode()
        status = "200 OK" if body else "404 Not Found"
        if body == b"elsewhere":
            status = "302 Found\r\nlocation: /object"
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def a_shelf() -> AsyncIterator[Shelf]:
    shelf = Shelf()
    server = await asyncio.start_server(shelf.serve, "127.0.0.1", 0)
    shelf.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield shelf
    finally:
        server.close()
