"""An application that takes notices as docs/how-to/hear-of-withdrawals.md tells it to: the snippet itself, behind a plain server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "hear-of-withdrawals.md"


@dataclass
class Application:
    """`fails` answers in place of the snippet while it is set; `pushed` are the tokens as they came."""

    events: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    pushed: list[bytes] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    fails: bytes = b""
    address: str = ""
    names: dict[str, Any] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"http://{self.address}/peristiwa"

    def trust(self, issuer: str, application: str, jwks: dict[str, Any]) -> None:
        """Run the snippet, with the provider's public keys in place of fetching them."""
        snippet = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[0]
        exec(compile(snippet, str(PAGE), "exec"), self.names)  # our own page
        keys = jwt.PyJWKSet.from_dict(jwks)
        self.names |= {
            "ISSUER": issuer,
            "APPLICATION": application,
            "keys": _Keys(keys),
            "stop_using": lambda sub, event, record: self.events.append((sub, event, record)),
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:"))
            body = await reader.readexactly(length)
            self.heads.append(head)
            self.pushed.append(body)
            if self.fails:
                writer.write(self.fails)
            else:
                status, answer = self.names["receive"](body)
                writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (status, len(answer)) + answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side gave up
        finally:
            writer.close()


@dataclass
class _Keys:
    held: jwt.PyJWKSet

    def get_signing_key_from_jwt(self, token: str) -> jwt.PyJWK:
        return self.held[jwt.get_unverified_header(token)["kid"]]


@asynccontextmanager
async def an_application() -> AsyncIterator[Application]:
    made = Application()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    made.address = f"{host}:{port}"
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()
