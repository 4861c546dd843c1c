"""The one way to make an outbound HTTP client: bounded in time and size, no redirects, no cookies kept, public addresses only.

A name is resolved once and the connection goes to the address that was checked, so that a name which changes its mind between check and
connect (DNS rebinding) gains nothing. `allow` lists `host:port` pairs of this deployment that may be private.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection
from http.cookiejar import CookieJar, DefaultCookiePolicy

import anyio
import httpcore
import httpx

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that is given out; the rest is old, local or a way into IPv4 (RFC 4291, 6052)


class Forbidden(httpx.RequestError):
    """The address is not public and not allowed by the settings."""


def is_public(address: str) -> bool:
    """True for an address of the public Internet. IPv4 inside IPv6 is judged as the IPv4 it is."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if found not in GLOBAL_UNICAST:
            return False
    return found.is_global and not found.is_multicast


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the address that was checked, never to a name."""

    def __init__(self, allow: Collection[str]) -> None:
        self.inner = httpcore.AnyIOBackend()
        self.allow = frozenset(allow)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the signature is httpcore's
        local_address: str | None = None,
        socket_options: object = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if f"{host}:{port}" not in self.allow and not all(is_public(address) for address in addresses):
            raise httpcore.ConnectError("the address is not public")
        *others, last = dict.fromkeys(addresses)
        for address in others:  # a name may have an address of a family that nothing listens on
            try:
                return await self.inner.connect_tcp(address, port, timeout, local_address)
            except httpcore.ConnectError:
                continue
        return await self.inner.connect_tcp(last, port, timeout, local_address)

    async def connect_unix_socket(self, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("no sockets of this machine")

    async def sleep(self, seconds: float) -> None:
        await self.inner.sleep(seconds)


class Deferred(httpx.AsyncBaseTransport):
    """Makes its transport when it is first used: reading what is trusted takes time and room, and most processes call nobody."""

    def __init__(self, make: Callable[[], httpx.AsyncHTTPTransport]) -> None:
        self.make = make
        self.made: httpx.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.made is None:
            self.made = self.make()
        return await self.made.handle_async_request(request)

    async def aclose(self) -> None:
        if self.made is not None:
            await self.made.aclose()


def client(
    *, allow: Collection[str] = (), verify: Callable[[], ssl.SSLContext] = ssl.create_default_context, seconds: float = 5.0
) -> httpx.AsyncClient:
    """Return a client for third parties. The caller closes it; bodies are read through `read_limited`.

    `verify` returns what TLS trusts; it is called once, when somebody is called first.
    """

    def make() -> httpx.AsyncHTTPTransport:
        transport = httpx.AsyncHTTPTransport(verify=verify(), trust_env=False, retries=0)
        transport._pool._network_backend = GuardedBackend(allow)
        return transport

    transport = Deferred(make)
    forgets = CookieJar(DefaultCookiePolicy(allowed_domains=()))  # what was answered to one person must not be sent for the next
    return httpx.AsyncClient(transport=transport, timeout=seconds, follow_redirects=False, trust_env=False, cookies=forgets)


async def read_limited(response: httpx.Response, limit: int = 262_144) -> bytes:
    """Return the body of a streamed response; raise httpx.RequestError beyond `limit` bytes."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > limit:
            raise httpx.RequestError("the answer is too large", request=response.request)
        chunks.append(chunk)
    return b"".join(chunks)
