"""The connection test of a connector, carried out: name, port, TLS, sign-in, sample, each timed, under the rules for everything outbound.

Nothing is changed anywhere: one connection is opened and closed, one page or the sample of the settings is asked for.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import httpx

from connectors.apis.settings import ApiSettings
from connectors.calls import Failure, Fault
from connectors.contract import Capability, Connector, Kind
from connectors.probe import Report, Step, Target, judged, of_certificate, of_lifetime, of_status, target, whole
from idp.calls.engine import Engine
from kit.clock import Clock
from kit.outbound import addresses_of, fetch, is_public

PATIENCE = 3.0
FAREWELL = 1.0
MOST_BYTES = 65_536

Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Prober:
    """`allow` lists `host:port` pairs that may be inside our own network; `trust` returns what TLS trusts."""

    kinds: Mapping[str, Kind]
    allow: Collection[str]
    trust: Callable[[], ssl.SSLContext]
    http: httpx.AsyncClient
    engine: Engine
    clock: Clock

    async def run(self, connector: Connector) -> Report:
        """Return what was found; a step that failed ends it."""
        where = target(self.kinds[connector.kind], connector.settings)
        if where is None:
            return whole(None, [judged("dns", "skipped", None, code="no_address")])
        steps: list[Step] = []
        address = await self._port(where, await self._name(where, steps), steps)
        if address and await self._tls(where, address, steps):
            steps += await self._sample(where, connector)
        return whole(where, steps)

    async def _name(self, where: Target, steps: list[Step]) -> list[str]:
        """Return the addresses of the name when all of them may be tried; else none."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                found = await addresses_of(where.host, where.port)
        except (OSError, TimeoutError):
            steps.append(judged("dns", "failed", where, _since(begun), "no_name"))
            return []
        if where.at not in self.allow and not all(is_public(one) for one in found):
            steps.append(judged("dns", "failed", where, _since(begun), "not_public"))
            return []
        steps.append(judged("dns", "passed", where, _since(begun)))
        return list(dict.fromkeys(found))

    async def _port(self, where: Target, addresses: list[str], steps: list[Step]) -> str:
        """Return the address that listens: like a call, which goes on to the next when nothing listens on one family."""
        begun, code = time.monotonic(), ""
        for address in addresses:
            try:
                await _hang_up(await self._open(address, where.port))
            except (OSError, TimeoutError) as error:
                code = "refused" if isinstance(error, ConnectionRefusedError) else "no_answer"
                continue
            steps.append(judged("tcp", "passed", where, _since(begun)))
            return address
        if addresses:
            steps.append(judged("tcp", "failed", where, _since(begun), code))
        return ""

    async def _tls(self, where: Target, address: str, steps: list[Step]) -> bool:
        if not where.tls:
            steps.append(judged("tls", "warned", where, code="plain"))
            return True
        begun = time.monotonic()
        try:
            opened = await self._open(address, where.port, self.trust(), where.host)
        except ssl.SSLCertVerificationError as error:
            steps.append(judged("tls", "failed", where, _since(begun), of_certificate(error.verify_code)))
            return False
        except (OSError, TimeoutError):
            steps.append(judged("tls", "failed", where, _since(begun), "no_tls"))
            return False
        certificate = opened[1].get_extra_info("peercert") or {}
        await _hang_up(opened)
        ends = int(ssl.cert_time_to_seconds(str(certificate["notAfter"])))
        steps.append(of_lifetime(where, ends, self.clock.now(), _since(begun)))
        return True

    async def _open(self, address: str, port: int, trust: ssl.SSLContext | None = None, name: str | None = None) -> Opened:
        async with asyncio.timeout(PATIENCE):
            return await asyncio.open_connection(address, port, ssl=trust, server_hostname=name if trust is not None else None)

    async def _sample(self, where: Target, connector: Connector) -> tuple[Step, ...]:
        """An API is asked for its sample with the connector's own credentials; a web site for its page, as anybody may."""
        begun = time.monotonic()
        settings = connector.settings
        if Capability.API_CALL in self.kinds[connector.kind].capabilities and isinstance(settings, ApiSettings):
            outcome = await self.engine.probe(connector, settings)
            return () if outcome is None else _of_call(where, outcome if isinstance(outcome, Failure) else None, _since(begun))
        try:
            status, _ = await fetch(self.http, where.url, accept="*/*", limit=MOST_BYTES, seconds=PATIENCE)
        except (httpx.HTTPError, httpx.InvalidURL):
            return (judged("auth", "failed", where, _since(begun), "no_http"),)
        return of_status(where, status, _since(begun))


def _of_call(where: Target, failure: Failure | None, spent: int) -> tuple[Step, ...]:
    if failure is None:
        return judged("auth", "passed", where, spent), judged("sample", "passed", where, spent)
    if failure.fault is Fault.REFUSED:
        return (judged("auth", "failed", where, spent, "login_refused", status=401),)
    if failure.fault is Fault.NOT_FOUND:
        return judged("auth", "passed", where, spent), judged("sample", "failed", where, spent, "sample_missing")
    return judged("auth", "passed", where, spent), judged("sample", "failed", where, spent, "sample_failed", status=502)


async def _hang_up(opened: Opened) -> None:
    """End the connection as one does; without a word when the other side does not agree: it could hold the test for half a minute."""
    opened[1].close()
    try:
        async with asyncio.timeout(FAREWELL):
            await opened[1].wait_closed()
    except (OSError, TimeoutError):  # whoever closed first: the connection is gone, which is what was wanted
        opened[1].transport.abort()


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)
