"""`python -m hub.bridge.run`: the process of the bridge. Opens what a worker of the hub opens, and little else."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from urllib.parse import urlsplit

import structlog
import uvicorn

from hub.bridge.app import Bridge
from hub.bridge.entering import Entering
from hub.bridge.gate import Gate
from hub.bridge.jar import Jars
from hub.bridge.linking import Linking
from hub.bridge.pages import FOLDER, BridgePages
from hub.connections import MOST_CONNECTIONS, PatientProtocol, allow_files
from hub.following import RegistryFollower
from hub.logging import configure
from hub.outbound import outbound, trusted
from hub.regency import regency_of
from hub.resources import Resources, database_url, open_resources
from hub.settings import Settings, SettingsError, load
from hub.storage.sql.migrate import is_current
from hub.supervisor import SOCKET_VARIABLE
from idp.applications.registry import Registry
from kit.keys import derive
from kit.outbound import client
from kit.web.assets import Assets
from kit.web.cookies import CookieJar
from kit.web.csrf import Csrf
from kit.web.pages import Pages, templates

log = structlog.get_logger("bridge")

FOLLOW = 0.5  # seconds between two looks at what operators changed
HUB_SECONDS = 5.0
UNUSABLE = 2


async def build(resources: Resources) -> tuple[Bridge, RegistryFollower]:
    """Return the bridge on these resources, with the registry loaded, and what keeps that up to date."""
    settings, clock = resources.settings, resources.clock
    registry = Registry()
    follower = RegistryFollower(resources, registry)
    await follower()
    cookies = CookieJar(secure=settings.secure)
    csrf_key = derive(resources.master_key, "bridge-csrf")
    pages = Pages(templates(FOLDER), Assets(), cookies, Csrf(csrf_key, settings.issuer), regency_of(settings), clock)
    hub = settings.bridge.hub or settings.issuer
    to_hub = client(allow=(_pair(hub),), verify=partial(trusted, settings.outbound.ca_file), seconds=HUB_SECONDS)
    gate = Gate(to_hub, hub, settings.issuer, resources.expiring, cookies, clock)
    jars = Jars(resources.expiring, resources.stores.ring, clock)
    entering = Entering(resources.stores.vault, jars, resources.expiring, clock)
    own_pages = BridgePages(pages, registry, csrf_key, settings.issuer)
    linking = Linking(entering, own_pages, resources.expiring)
    return Bridge(registry, gate, entering, linking, own_pages, partial(outbound, settings.outbound)), follower


def _pair(url: str) -> str:
    """Return `host:port` of an address, as the outbound guard compares it."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or {'https': 443, 'http': 80}[parts.scheme]}"


@asynccontextmanager
async def tended(*jobs: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Do the jobs again and again until the block ends; one that fails is logged, and tried again."""

    async def tend() -> None:
        while True:
            await asyncio.sleep(FOLLOW)
            for job in jobs:
                try:
                    await job()
                except Exception as error:  # whatever it is, the next round may do better
                    log.warning("job_failed", kind=type(error).__name__)

    task = asyncio.create_task(tend())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def serve(settings: Settings, listener: socket.socket) -> None:
    """Answer until SIGTERM or SIGINT."""
    if settings.storage.expiring_url == "memory":
        raise SettingsError("storage.expiring_url: memory belongs to one process; the bridge and the hub need one that both see")
    if not await is_current(database_url(settings)):
        raise SettingsError("storage: the schema is not that of this version; start gapura serve, or run gapura migrate, first")
    async with open_resources(settings) as resources:
        bridge, follower = await build(resources)
        config = uvicorn.Config(
            bridge,
            http=PatientProtocol,
            ws="none",
            loop="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=10,
            timeout_keep_alive=15,
            limit_concurrency=MOST_CONNECTIONS,
        )
        async with tended(follower, resources.stores.data_keys.refresh):
            try:
                await uvicorn.Server(config).serve(sockets=[listener])
            finally:
                await bridge.aclose()
                await bridge.gate.http.aclose()


def listen(settings: Settings) -> socket.socket:
    """Return the socket of `bridge.port`, or the one that was opened for this process before."""
    inherited = os.environ.pop(SOCKET_VARIABLE, "")
    if inherited:
        return socket.socket(fileno=int(inherited))
    host, port = settings.bridge.host, settings.bridge.port
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingsError(f"bridge.port: cannot listen on {host}:{port} ({error.strerror})") from error
    listener.listen(2048)
    return listener


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


def main() -> int:
    try:
        settings = load()
        configure(settings.log_level)
        allow_files()
        with asyncio.Runner(loop_factory=_loop) as runner:
            runner.run(serve(settings, listen(settings)))
    except SettingsError as error:
        sys.stderr.write(f"gapura: {error}\n")
        return UNUSABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
