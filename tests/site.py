"""A whole Gapura for tests: in this process over ASGI, or as a real server on a free port.

The demonstration regency is seeded once per test run into an SQLite file; each site works on a copy of it, so that a test may do what it
likes. Time stands still unless a test moves it. Argon2 is set to its cheapest allowed values: what is tested is what happens, not how long
it takes.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
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
from hub.supervisor import SOCKET_VARIABLE, WORKER
from hub.wiring import House, build_house
from idp.applications.models import Client, ClientSecret
from kit.clock import FixedClock
from kit.secrets import digest
from tests.forms import Browser

ISSUER = "http://localhost:8000"
PASSWORD = "pagi cerah di pantai prigi"
CODE = "000000"
SITI = "3503115203889001"
VERIFIER = "a-verifier-that-is-long-enough-0123456789-abcdefgh"
NOW = 1_795_500_000  # 24 November 2026
ONE_ADDRESS = {"idp.address_tries": 100_000}  # every person of a test with real connections comes from 127.0.0.1
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


def _variable(value: Any) -> str:
    """Return the value as the environment carries it: lists as JSON."""
    return json.dumps(value) if isinstance(value, list | tuple) else str(value)


@dataclass
class Live:
    """A real deployment on a free port. `start` and `stop` may be called again and again: the files stay."""

    folder: Path
    values: dict[str, Any]
    workers: int
    listener: socket.socket
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return str(self.values["issuer"])

    def start(self) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GAPURA_")}
        environment.update({f"GAPURA_{key.replace('.', '__').upper()}": _variable(value) for key, value in self.values.items()})
        environment[SOCKET_VARIABLE] = str(self.listener.fileno())
        with (self.folder / "server.log").open("ab") as log:
            self.processes = [
                subprocess.Popen(list(WORKER), env=environment, pass_fds=(self.listener.fileno(),), stderr=log, stdout=log)
                for _ in range(self.workers)
            ]

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(15)
        self.processes = []

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait(15)
        self.processes = []


@contextmanager
def live_site(
    folder: Path,
    template_folder: Path,
    *,
    workers: int = 1,
    clients: tuple[Client, ...] = (),
    fill: Callable[[Resources], Awaitable[None]] | None = None,
    **overrides: Any,
) -> Iterator[Live]:
    """Run real worker processes on a free port. `storage.database_url` is seeded when given, else the template copied."""
    with free_socket() as listener:
        scheme = "https" if "server.tls_certificate" in overrides else "http"
        issuer = f"{scheme}://localhost:{listener.getsockname()[1]}"
        values = {"environment": "demo", "issuer": issuer, "storage.data_dir": folder / "data", **CHEAP, **ONE_ADDRESS, **overrides}
        asyncio.run(_fill(load(**values), template_folder, clients, fill))
        listener.set_inheritable(True)
        live = Live(folder, values, workers, listener)
        live.start()
        try:
            wait_ready(issuer, ca_file=overrides.get("outbound.ca_file", ""))
            yield live
        finally:
            live.stop()


async def _fill(
    settings: Settings, template_folder: Path, clients: tuple[Client, ...], more: Callable[[Resources], Awaitable[None]] | None
) -> None:
    if settings.storage.database_url:
        from hub.storage.sql.migrate import upgrade

        await upgrade(settings.storage.database_url)
        await prepare(settings)
    else:
        shutil.copytree(await template(template_folder), settings.storage.data_dir)
    async with open_resources(settings) as resources:
        if settings.storage.database_url:
            await seed(resources, await build_house(resources))
        for client in clients:
            await resources.stores.registry.save_client(client)
        if more is not None:
            await more(resources)


def wait_ready(issuer: str, seconds: float = 20, *, ca_file: str = "") -> None:
    """Return when the server says it is ready; `ca_file` is whom it must be vouched for by, when it answers TLS itself."""
    trusted = ssl.create_default_context(cafile=ca_file or None)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if httpx.get(issuer + "/readyz", timeout=2, verify=trusted).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{issuer} was not ready within {seconds} s")


TEST_SECRET = "test-secret-test-secret-test-secret-test-1"
CALLBACK = "https://rp.example/cb"


def test_client(application: str = "usaha-kecil", **changes: Any) -> Client:
    """Return a client of the application for tests: secret `TEST_SECRET`, callback `CALLBACK`, every scope of the catalogue."""
    values: dict[str, Any] = {
        "client_id": "rp-test",
        "application": application,
        "auth_method": "client_secret_basic",
        "redirect_uris": (CALLBACK,),
        "scopes": frozenset({"openid", "profile", "email", "phone", "address", "offline_access", *CLAIM_SCOPES, *SERVICE_SCOPES}),
        "secrets": (ClientSecret(digest(TEST_SECRET), TEST_SECRET[:8], 0),),
        "grant_types": frozenset({"authorization_code", "refresh_token", "client_credentials"}),
        **changes,
    }
    return Client(**values)


test_client.__test__ = False  # type: ignore[attr-defined] # a factory, not a test


CLAIM_SCOPES = ("name", "nik", "nip", "birthdate", "gender", "kecamatan", "phone_number", "nib", "bpjs_number", "no_kk")
SERVICE_SCOPES = ("layanan:pendampingan-usaha", "layanan:antrean-puskesmas", "layanan:imunisasi-anak")


async def register(site: Site, client: Client) -> Client:
    """Keep the client and let this process see it at once."""
    await site.resources.stores.registry.save_client(client)
    await site.house.reload()
    return client


@dataclass
class Party:
    """A relying party of a test: its own browser of the person, its own back channel."""

    site: Site
    browser: Browser
    client_id: str = "rp-test"
    secret: str = TEST_SECRET
    redirect_uri: str = CALLBACK
    scope: str = "openid name nik kecamatan phone_number"

    @property
    def auth(self) -> tuple[str, str]:
        return (self.client_id, self.secret)

    async def start(self, **more: str) -> httpx.Response:
        """Open the authorization request in the person's browser."""
        scope = more.pop("scope", self.scope)
        return await self.browser.go("/authorize?" + authorize_query(self.client_id, self.redirect_uri, scope, **more))

    async def code(self, account: str = SITI, password: str = PASSWORD, **more: str) -> str:
        """Walk through sign-in and consent as far as they are asked, and return the code."""
        page = await self.start(**more)
        for _ in range(6):
            location = page.headers.get("location", "")
            if page.status_code == 303 and location.startswith(self.redirect_uri):
                answer = answer_of(location)
                assert "code" in answer, answer
                return answer["code"]
            assert page.status_code == 200, (page.status_code, page.text[:300])
            if 'name="sandi"' in page.text:
                page = await self.browser.sign_in(account, password)
            else:
                page = await self.browser.submit(button="lanjutkan")
        raise AssertionError(f"no code after six pages: {self.browser.trail}")

    async def redeem(self, code: str, http: httpx.AsyncClient | None = None, **more: str) -> httpx.Response:
        data = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri, "code_verifier": VERIFIER, **more}
        return await (http or self.site.http()).post("/token", data=data, auth=self.auth)

    async def tokens(self, **more: str) -> dict[str, Any]:
        response = await self.redeem(await self.code(**more))
        assert response.status_code == 200, response.text
        return response.json()  # type: ignore[no-any-return]

    async def refresh(self, token: str, **more: str) -> httpx.Response:
        return await self.site.http().post("/token", data={"grant_type": "refresh_token", "refresh_token": token, **more}, auth=self.auth)

    async def userinfo(self, token: str) -> httpx.Response:
        return await self.site.http().get("/userinfo", headers={"authorization": f"Bearer {token}"})

    async def introspect(self, token: str) -> httpx.Response:
        return await self.site.http().post("/introspect", data={"token": token}, auth=self.auth)


async def new_party(site: Site, **changes: Any) -> Party:
    client = await register(site, test_client(**changes))
    return Party(site, site.browser(), client.client_id, redirect_uri=client.redirect_uris[0])
