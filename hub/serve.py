"""One worker process: opens the resources, wires the house, answers on a socket that its parent opened, and ends in order."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import structlog
import uvicorn

from hub.app import create_app
from hub.connections import MOST_CONNECTIONS, PatientProtocol, allow_files
from hub.logging import configure
from hub.prepare import prepare
from hub.resources import open_resources
from hub.settings import Settings
from hub.wiring import build_house

log = structlog.get_logger("hub")


async def serve(settings: Settings, listener: socket.socket) -> None:
    """Answer until SIGTERM or SIGINT; open requests get 10 s to finish."""
    await prepare(settings)
    async with open_resources(settings) as resources:
        house = await build_house(resources)
        config = uvicorn.Config(
            create_app(house),
            **_tls(settings),
            loop="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            timeout_graceful_shutdown=10,
            timeout_keep_alive=15,
            limit_concurrency=MOST_CONNECTIONS,
            h11_max_incomplete_event_size=16384,
        )
        if settings.outbound.allow:
            log.warning("outbound_allowed", pairs=settings.outbound.allow)
        house.maintenance.start()
        try:
            await uvicorn.Server(config).serve(sockets=[listener])
        finally:
            await house.maintenance.stop()
            await house.flush()


def _tls(settings: Settings) -> dict[str, Any]:
    """Return how uvicorn reads requests: plainly behind a proxy, or with TLS of our own."""
    if not settings.server.tls_certificate:
        return {"http": PatientProtocol}
    from hub.tls import TlsProtocol, context  # only a deployment without a proxy needs it

    return {"http": TlsProtocol, "ssl_context_factory": lambda _, __: context(settings.server)}


def run(settings: Settings, listener: socket.socket) -> None:
    configure(settings.log_level)
    allow_files()
    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(serve(settings, listener))


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()
