"""A whole Gapura for tests: in this process over ASGI, or as a real server on a free port.

The demonstration regency is seeded once per test run into an SQLite file; each site works on a copy of it, so that a test may do what it
likes. Time stands still unless a test moves it. Argon2 is set to its cheapest allowed values: what is tested is what happens, not how long
it takes.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from hub.app import create_app
from hub.demo.seed import seed
from hub.prepare import prepare
from hub.resources import Resources, open_resources
from hub.settings import Settings, load
from hub.supervisor import SOCKET_VARIABLE
from hub.wiring import House, build_house
from kit.clock import FixedClock
from tests.forms import Browser

ISSUER = "http://localhost:8000"
PASSWORD = "pagi cerah di pantai prigi"
CODE = "000000"
SITI = "3503115203889001"
VERIFIER = "a-verifier-that-is-long-enough-0123456789-abcdefgh"
NOW = 1_795_500_000  # 24 November 2026
CHEAP = {"idp.argon2_memory_kib": 7168, "idp.argon2_time": 1, "idp.sandbox_code": CODE}
TEMPLATE: dict[str, Path] = {}


def challenge(verifier: str = VERIFIER) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def settings_for(folder: Path, **overrides: Any) -> Settings:
    values = {"environment": "demo", "issuer": ISSUER, "storage.data_dir": folder, "storage.expiring_url": "memory", **CHEAP, **overrides}
    return load(**values)


async def template(folder: Path) -> Path:
    """Return the data folder of a seeded demonstration regency, made once per process."""
    if "folder" not in TEMPLATE:
        settings = settings_for(folder)
        await prepare(settings)
        async with open_resources(settings, FixedClock(NOW)) as resources:
            await seed(resources, await build_house(resources))
        TEMPLATE["folder"] = folder
    return TEMPLATE["folder"]


@dataclass
class Site:
    """The running house, its clock, and a browser for each person a test needs."""

    house: House
    resources: Resources
    clock: FixedClock
    app: Any
    issuer: str = ISSUER
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def http(self, address: str = "127.0.0.1", **options: Any) -> httpx.AsyncClient:
        """Return a fresh browser: no cookies, no redirects followed."""
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, client=(address, 40000)), base_url=self.issuer, follow_redirects=False, **options
        )
        self.clients.append(client)
        return client

    def browser(self, address: str = "127.0.0.1") -> Browser:
        return Browser(self.http(address))


@asynccontextmanager
async def open_site(folder: Path, template_folder: Path, **overrides: Any) -> AsyncIterator[Site]:
    """Open a whole house on a copy of the seeded regency, in this process."""
    source = await template(template_folder)
    data = folder / "data"
    shutil.copytree(source, data)
    clock = FixedClock(NOW)
    async with open_resources(settings_for(data, **overrides), clock) as resources:
        house = await build_house(resources)
        site = Site(house, resources, clock, create_app(house))
        try:
            yield site
        finally:
            for client in site.clients:
                await client.aclose()
            await house.flush()


def authorize_query(client_id: str, redirect_uri: str, scope: str = "openid", **more: str) -> str:
    """Return a correct authorization request; `more` replaces or adds parameters, an empty value removes one."""
    parameters = {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": scope,
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        **more,
    }
    return urlencode({name: value for name, value in parameters.items() if value != ""})


def answer_of(location: str) -> dict[str, str]:
    """Return the parameters of an authorization response."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def free_socket() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    return listener


@contextmanager
def live_server(
    folder: Path, *, workers: int = 1, template_folder: Path | None = None, prepared: bool = False, **overrides: Any
) -> Iterator[str]:
    """Run real worker processes on a free port and yield the issuer. The data folder survives, so that a test can start it again."""
    listener = free_socket()
    issuer = f"http://localhost:{listener.getsockname()[1]}"
    data = folder / "data"
    values = {"environment": "demo", "issuer": issuer, "storage.data_dir": data, **CHEAP, **overrides}
    if not data.exists() and template_folder is not None and not values.get("storage.database_url"):
        shutil.copytree(asyncio.run(template(template_folder)), data)
    elif not prepared:
        settings = load(**values)
        asyncio.run(prepare_and_seed(settings))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GAPURA_")}
    environment.update({f"GAPURA_{key.replace('.', '__').upper()}": str(value) for key, value in values.items()})
    environment[SOCKET_VARIABLE] = str(listener.fileno())
    listener.set_inheritable(True)
    log = (folder / "server.log").open("ab")
    processes = [
        subprocess.Popen([sys.executable, "-m", "hub.worker"], env=environment, pass_fds=(listener.fileno(),), stderr=log, stdout=log)
        for _ in range(workers)
    ]
    try:
        wait_ready(issuer)
        yield issuer
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(15)
        log.close()
        listener.close()


async def prepare_and_seed(settings: Settings) -> None:
    if settings.storage.database_url:
        from hub.storage.sql.migrate import upgrade

        await upgrade(settings.storage.database_url)
    await prepare(settings)
    async with open_resources(settings) as resources:
        house = await build_house(resources)
        if not await resources.stores.people.count():
            await seed(resources, house)


def wait_ready(issuer: str, seconds: float = 20) -> None:
    """Return when the server says it is ready."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if httpx.get(issuer + "/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{issuer} was not ready within {seconds} s")
