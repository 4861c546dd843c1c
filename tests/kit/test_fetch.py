"""Reading what stands at somebody's address: as it was sent, in time, and never so that one host keeps us from the others."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from kit import outbound
from kit.outbound import AT_ONCE, TooBusy, addresses_of, client, fetch

PLAIN = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbaik"
LONG_LABEL = f"https://{'a' * 70}.example.com/o"


class Host:
    """A server of a third party: it writes `answer`, then `drip` once every `pause` seconds."""

    def __init__(self, answer: bytes, drip: bytes = b"", pause: float = 0.05) -> None:
        self.answer, self.drip, self.pause = answer, drip, pause
        self.heard: list[bytes] = []
        self.address = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.heard.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(self.answer)
            await writer.drain()
            while self.drip:
                await asyncio.sleep(self.pause)
                writer.write(self.drip)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side had enough
        finally:
            writer.close()


@asynccontextmanager
async def town(*hosts: Host) -> AsyncIterator[httpx.AsyncClient]:
    """Open these hosts, and the client that may reach them."""
    servers = [await asyncio.start_server(host.serve, "127.0.0.1", 0) for host in hosts]
    for host, server in zip(hosts, servers, strict=True):
        host.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        async with client(allow=[host.address for host in hosts]) as http:
            yield http
    finally:
        for server in servers:
            server.close()


async def read(http: httpx.AsyncClient, host: Host, seconds: float = 5, limit: int = 16_384) -> tuple[int, bytes]:
    return await fetch(http, f"http://{host.address}/", accept="*/*", limit=limit, seconds=seconds)


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip", "deflate", "br", "zstd", "identity, gzip", "x"])
async def test_jw_11_a_coded_answer_is_refused_and_not_unpacked(coding: str) -> None:
    body = gzip.compress(gzip.compress(b"\0" * 20_000_000, 9), 9)
    assert len(body) < 1000, "on the way it is nothing"
    host = Host(b"HTTP/1.1 200 OK\r\ncontent-encoding: %s\r\ncontent-length: %d\r\n\r\n" % (coding.encode(), len(body)) + body)
    async with town(host) as http:
        tracemalloc.start()
        try:
            with pytest.raises(httpx.RequestError, match="coded"):
                await read(http, host)
            assert tracemalloc.get_traced_memory()[1] < 5_000_000
        finally:
            tracemalloc.stop()
    assert b"accept-encoding: identity\r\n" in host.heard[0].lower() and host.heard[0].lower().count(b"accept-encoding") == 1


@pytest.mark.parametrize("head", [b"", b"content-encoding: identity\r\n", b"Content-Encoding: Identity\r\n"])
async def test_jw_11_an_answer_as_it_is_is_read(head: bytes) -> None:
    host = Host(b"HTTP/1.1 200 OK\r\n" + head + PLAIN.partition(b"\r\n")[2])
    async with town(host) as http:
        assert await read(http, host) == (200, b"baik")


async def test_an_answer_that_is_too_large_or_a_failure_is_not_read() -> None:
    large = Host(b"HTTP/1.1 200 OK\r\ncontent-length: 17000\r\n\r\n" + b"a" * 17_000)
    failing = Host(b"HTTP/1.1 404 Not Found\r\ncontent-length: 17000\r\n\r\n" + b"a" * 17_000)
    async with town(large, failing) as http:
        with pytest.raises(httpx.RequestError, match="too large"):
            await read(http, large)
        assert await read(http, large, limit=17_000) == (200, b"a" * 17_000)
        assert await read(http, failing) == (404, b"")


async def test_lo_06_one_deadline_holds_for_the_whole_answer_however_it_drips() -> None:
    body = Host(b"HTTP/1.1 200 OK\r\ncontent-length: 16000\r\n\r\n", drip=b"a")
    head = Host(b"HTTP/1.1 200 OK\r\n", drip=b"x-more: a\r\n")
    async with town(body, head) as http:
        for host in (body, head):
            began = time.monotonic()
            with pytest.raises(httpx.TimeoutException):
                await read(http, host, seconds=0.3)
            assert time.monotonic() - began < 2, "each piece came in time, the whole did not"


async def test_lo_06_the_deadline_holds_for_the_look_up_of_the_name_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: Any, **__: Any) -> Any:
        time.sleep(0.6)  # a thread of its own waits for a name server
        raise socket.gaierror("late")

    monkeypatch.setattr("socket.getaddrinfo", slow)
    async with client() as http:
        began = time.monotonic()
        with pytest.raises(httpx.TimeoutException):
            await fetch(http, "https://rp.example/", accept="*/*", limit=1, seconds=0.1)
        assert time.monotonic() - began < 0.5


async def test_lo_06_a_host_that_does_not_answer_keeps_nobody_from_another() -> None:
    dead, living = Host(b"", drip=b"H", pause=5), Host(PLAIN)
    async with town(dead, living) as http:
        waiting = [asyncio.create_task(fetch(http, f"http://{dead.address}/{n}", accept="*/*", limit=9)) for n in range(100)]
        await asyncio.sleep(0.3)
        refused = [one for one in waiting if one.done()]
        assert len(refused) == 100 - AT_ONCE and all(isinstance(one.exception(), TooBusy) for one in refused)
        assert await read_by_name(http, living) == (200, b"baik")
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert not outbound._awaited[http], "what was given up counts no more"
        assert await read(http, living) == (200, b"baik"), "and its host may be asked again"


async def read_by_name(http: httpx.AsyncClient, host: Host) -> tuple[int, bytes]:
    """Read from a host of another name: `localhost` is one, and the same server."""
    pool: Any = http._transport
    named = f"localhost:{host.address.partition(':')[2]}"
    pool.made._pool._network_backend.allow |= {named}
    return await fetch(http, f"http://{named}/", accept="*/*", limit=9)


@pytest.mark.parametrize("url", [LONG_LABEL, f"https://{'a.' * 150}example/"])
async def test_dc_03_what_can_be_no_name_is_an_address_that_cannot_be_reached(url: str) -> None:
    with pytest.raises(OSError):
        await addresses_of(httpx.URL(url).host, 443)
    async with client() as http:
        with pytest.raises(httpx.ConnectError):
            await fetch(http, url, accept="*/*", limit=1)
