"""The one way to make an outbound HTTP client: bounded in time and size, no redirects, no cookies kept, public addresses only.

`fetch` is how third parties' documents are read: one deadline over everything, no more than a few at once from one host, and the answer as
it was sent: a coding is refused, because a kilobyte of it may stand for a gigabyte (JW-11).

A name is resolved once and the connection goes to the address that was checked, so that a name which changes its mind between check and
connect (DNS rebinding) gains nothing. `allow` lists `host:port` pairs of this deployment that may be private.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from weakref import WeakKeyDictionary

import httpcore
import httpx

PATIENCE = 5.0  # seconds for one answer, from the look-up of the name to the last byte, however it drips
AT_ONCE = 8  # answers that are awaited from one host
LOOKUPS = 16  # names that are looked up at once; a name server that does not answer holds each for a while
AS_IT_IS = {"Accept-Encoding": "identity"}
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that is given out; the rest is old, local or a way into IPv4 (RFC 4291, 6052)


class Forbidden(httpx.RequestError):
    """The address is not public and not allowed by the settings."""


class TooBusy(httpx.RequestError):
    """This host is being asked as often as it may be; it has to answer first."""


def _resolvers(most: int = LOOKUPS) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(most, thread_name_prefix="names")


_REGISTERED = _resolvers()
_awaited: WeakKeyDictionary[httpx.AsyncClient, Counter[str]] = WeakKeyDictionary()  # by host


async def addresses_of(host: str, port: int, resolvers: ThreadPoolExecutor = _REGISTERED) -> list[str]:
    """Return the addresses of a name; raise OSError when it has none, or can be no name (a label is too long). RFC 1035 §2.3.4."""
    work = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = await asyncio.get_running_loop().run_in_executor(resolvers, work)
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, "no name") from error
    return [str(entry[4][0]) for entry in found]


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

    def __init__(self, allow: Collection[str], lookups: int = LOOKUPS) -> None:
        self.inner = httpcore.AnyIOBackend()
        self.allow = frozenset(allow)
        self.resolvers = _resolvers(lookups)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the signature is httpcore's
        local_address: str | None = None,
        socket_options: object = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await addresses_of(host, port, self.resolvers)
        except OSError as error:
            raise httpcore.ConnectError("the name has no address") from error
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
    *,
    allow: Collection[str] = (),
    verify: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    seconds: float = 5.0,
    at_once: int = 0,
) -> httpx.AsyncClient:
    """Return a client for third parties. The caller closes it; bodies are read through `read_limited`.

    `verify` returns what TLS trusts; it is called once, when somebody is called first. `at_once` bounds its connections and its look-ups
    of names; 0: as many as suit a whole process.
    """
    limits = httpx.Limits(max_connections=at_once or 100, max_keepalive_connections=at_once or 20)

    def make() -> httpx.AsyncHTTPTransport:
        transport = httpx.AsyncHTTPTransport(verify=verify(), trust_env=False, retries=0, limits=limits)
        transport._pool._network_backend = GuardedBackend(allow, at_once or LOOKUPS)
        return transport

    transport = Deferred(make)
    forgets = CookieJar(DefaultCookiePolicy(allowed_domains=()))  # what was answered to one person must not be sent for the next
    return httpx.AsyncClient(
        transport=transport, timeout=seconds, follow_redirects=False, trust_env=False, cookies=forgets, headers=AS_IT_IS
    )


class Lanes:
    """A client for each third party by its name: its connections and look-ups are its own, so that who hangs keeps no other waiting (C12).

    `make` returns a client for so many calls at once. A lane whose number changes gets a new client; the former one is closed by `aclose`
    with the rest, because calls may still be on their way in it.
    """

    def __init__(self, make: Callable[[int], httpx.AsyncClient]) -> None:
        self._make = make
        self._clients: dict[tuple[str, int], httpx.AsyncClient] = {}

    def of(self, name: str, at_once: int) -> httpx.AsyncClient:
        key = (name, at_once)
        if key not in self._clients:
            self._clients[key] = self._make(at_once)
        return self._clients[key]

    async def __aenter__(self) -> Lanes:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        while self._clients:
            await self._clients.popitem()[1].aclose()


async def fetch(http: httpx.AsyncClient, url: str, *, accept: str, limit: int, seconds: float = PATIENCE) -> tuple[int, bytes]:
    """Return status and body of what stands at the address, all of it within `seconds`. The body of a failure is not read.

    Raise httpx.HTTPError when it cannot be had, is larger than `limit` bytes, or its host has not answered others yet (TooBusy), so that
    one host holds neither the connections nor the time of all (LO-06); httpx.InvalidURL when it is no address.
    """
    host = httpx.URL(url).host
    awaited = _awaited.setdefault(http, Counter())
    if awaited[host] >= AT_ONCE:
        raise TooBusy("the host has not answered others yet")
    awaited[host] += 1
    try:
        async with asyncio.timeout(seconds), http.stream("GET", url, headers={"Accept": accept, **AS_IT_IS}) as response:
            return response.status_code, await read_limited(response, limit) if response.status_code == 200 else b""
    except TimeoutError as error:
        raise httpx.ReadTimeout(f"no whole answer within {seconds:g} s") from error
    finally:
        awaited[host] -= 1
        if not awaited[host]:
            del awaited[host]


async def read_limited(response: httpx.Response, limit: int = 262_144) -> bytes:
    """Return the body of a streamed response; raise httpx.RequestError beyond `limit` bytes, and for a body that is coded."""
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise httpx.RequestError("the answer is coded, although it was asked for as it is", request=response.request)
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():  # nothing of it is coded, so these are the bytes that were sent
        size += len(chunk)
        if size > limit:
            raise httpx.RequestError("the answer is too large", request=response.request)
        chunks.append(chunk)
    return b"".join(chunks)
