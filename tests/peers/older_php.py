"""Older applications in PHP, each on a free port, before a Gapura of their own."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hub.resources import Resources
from idp.applications.models import ConnectorRow
from tests.peers.programs import program, running

HERE = Path(__file__).parent / "php"


@contextmanager
def php(folder: Path, port: int, *router: str, **environment: str) -> Iterator[str]:
    """Serve the folder, or the router, by PHP's own server until the block ends; give the address."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = ("-d", "display_errors=stderr", "-d", "opcache.enable=0")  # a file that a test writes anew is read anew
    command = [program("php"), *fresh, "-S", f"localhost:{port}", "-t", str(folder), *router]
    with running(command, port, folder, environment):
        yield f"http://localhost:{port}"


def connected(row: ConnectorRow, secrets: Mapping[str, str]) -> Callable[[Resources], Awaitable[None]]:
    """Return what fills a site with this connector and its secrets."""

    async def fill(resources: Resources) -> None:
        await resources.stores.registry.save_connector(row)
        for name, value in secrets.items():
            await resources.stores.connector_secrets.add(row.id, name, value, now=int(time.time()), former_until=0)

    return fill


def row_of(connector: str, application: str, kind: str, **settings: Any) -> ConnectorRow:
    return ConnectorRow(connector, application, kind, settings)
