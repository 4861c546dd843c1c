"""What one answer left behind is not sent with the next request."""

from __future__ import annotations

import asyncio

import pytest

from kit.outbound import client, is_public


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


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "::", "fd00::1", "fe80::1", "::ffff:10.0.0.1", "::10.0.0.1",
     "64:ff9b::a00:1",      "2002:a00:1::", "fec0::1"],
)  # fmt: skip
def test_dc_03_an_address_of_our_own_network_is_not_public_however_it_is_written(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)
