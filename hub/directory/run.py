"""`python -m hub.directory.run`: opens what the workers open, follows the registry, answers until a signal, and ends in order."""

from __future__ import annotations

import asyncio
import signal
import sys
from functools import partial

import structlog

from connectors.registry import DIRECTORIES
from hub.connections import allow_files
from hub.directory.house import build_directory
from hub.directory.server import Server
from hub.directory.tls import context
from hub.logging import configure
from hub.resources import database_url, open_resources
from hub.settings import Settings, SettingsError, load
from hub.storage.sql.migrate import is_current

log = structlog.get_logger("hub")


KIND = "ldap"


async def serve(settings: Settings) -> None:
    """Answer until SIGTERM or SIGINT; raise SettingsError for what must be changed first."""
    own = settings.ldap
    tls = context(own)
    if settings.storage.expiring_url == "memory":
        raise SettingsError("storage.expiring_url: memory belongs to one process; the directory shares it with `gapura serve`")
    if not own.port and not own.start_tls_port:
        raise SettingsError("ldap.port: set it or ldap.start_tls_port")
    if not await is_current(database_url(settings)):
        raise SettingsError("storage: the schema is not this version's; run `gapura migrate`, or start `gapura serve` first")
    ended = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, ended.set)
    async with open_resources(settings) as resources:
        house = await build_directory(resources)
        server = Server(partial(DIRECTORIES[KIND].converse, house.desk(KIND)), tls, own.connections, own.connections_per_address)
        house.maintenance.start()
        try:
            _listen(server, settings)
            log.info("ldap_listens", host=own.host, ldaps=own.port, start_tls=own.start_tls_port)
            await ended.wait()
        finally:
            await server.stop()
            await house.maintenance.stop()
            await house.disclosures.flush()


def _listen(server: Server, settings: Settings) -> None:
    own = settings.ldap
    for name, port, tls in (("port", own.port, True), ("start_tls_port", own.start_tls_port, False)):
        if port:
            try:
                server.listen(own.host, port, tls=tls)
            except OSError as error:
                raise SettingsError(f"ldap.{name}: cannot listen on {own.host}:{port} ({error.strerror})") from error


def main() -> int:
    """Answer until a signal ends it; return the exit status."""
    try:
        settings = load()
        configure(settings.log_level)
        allow_files()
        with asyncio.Runner(loop_factory=_loop) as runner:
            runner.run(serve(settings))
    except SettingsError as error:
        sys.stderr.write(f"gapura: {error}\n")
        return 2
    return 0


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


if __name__ == "__main__":
    sys.exit(main())
