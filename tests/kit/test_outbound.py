"""What one answer left behind is not sent with the next request."""

from __future__ import annotations

import asyncio

from kit.outbound import client


async def test_an_outbound_client_keeps_no_cookie() -> None:
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: siapa=siti; Path=/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, client(allow=[f"127.0.0.1:{port}"]) as http:
        first = await http.get(f"http://127.0.0.1:{port}/")
        assert first.headers["set-cookie"] == "siapa=siti; Path=/"
        await http.get(f"http://127.0.0.1:{port}/")
        await http.get(f"http://127.0.0.1:{port}/", headers={"Cookie": "siapa=dimas"})
    assert [b"cookie:" in one.lower() for one in heard] == [False, False, True]
    assert b"siapa=dimas" in heard[2]
