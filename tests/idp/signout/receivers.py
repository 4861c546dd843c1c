"""Applications as sign-out messages meet them: on this machine, answering as they are told to, and keeping what they got."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson

from kit.secrets import b64url_decode

ANSWERS = {
    "well": b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    "empty": b"HTTP/1.1 204 No Content\r\n\r\n",
    "redirecting": b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
    "failing": b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
    "silent": b"",
}


@dataclass
class Receiver:
    """`answers` may be changed while it runs; `silent` takes the request and says nothing."""

    answers: str
    address: str = ""
    tokens: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def uri(self) -> str:
        return f"http://{self.address}/out"

    def claims(self) -> list[dict[str, Any]]:
        return [orjson.loads(b64url_decode(token.split(".")[1])) for token in self.tokens]

    def headers(self) -> list[dict[str, Any]]:
        return [orjson.loads(b64url_decode(token.split(".")[0])) for token in self.tokens]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:"))
            form = parse_qs((await reader.readexactly(length)).decode(), strict_parsing=True)
            self.paths.append(head.split(" ", 2)[1])
            assert list(form) == ["logout_token"], form
            self.tokens.append(form["logout_token"][0])
            if self.answers == "silent":
                await reader.read()  # until the other side gives up
            writer.write(ANSWERS[self.answers])
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side gave up
        finally:
            writer.close()


@asynccontextmanager
async def receivers(*answers: str) -> AsyncIterator[list[Receiver]]:
    """Open one receiver for each way of answering; `dead` is an address where nobody listens."""
    made = [Receiver(answer) for answer in answers]
    servers = []
    for one in made:
        server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
        one.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        if one.answers == "dead":
            server.close()
        else:
            servers.append(server)
    try:
        yield made
    finally:
        for server in servers:
            server.close()
