"""Many citizens at once through the bridge and through nginx with the gate, both with a cache forced on: whose answer does each get (R9)?

nginx caches for everybody in front of it all, whatever the answers say of it (`FORCED`). The applications answer each person with her own
mark, on addresses that are the same for all, so one cached or mixed-up answer is somebody else's mark.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from connectors.apps.forward_auth.kind import ForwardAuth
from connectors.apps.forward_auth.settings import ForwardAuthSettings
from connectors.apps.forward_auth.snippets import INSIDE
from hub.resources import Resources
from hub.wiring import build_house
from idp.applications.models import ConnectorRow
from idp.people.models import Credential, Identifier, IdentifierKind, Person, Status
from tests.connectors.form_login.samples import FORM
from tests.hub.bridge.conftest import Person as Walking
from tests.hub.bridge.older import Older
from tests.hub.bridge.older import running as older_running
from tests.peers.bridged import Town, lines_for_nginx
from tests.peers.programs import older_application, program, running
from tests.servers import free_port
from tests.site import PASSWORD, live_site

OLD_PASSWORD = "kenari-kuning-7731"
GATED, BRIDGED = "rsud-daftar", "aduan-warga"
HEADERS = {"headers": [{"claim": "nik", "field": "X-Pasien-Nik"}, {"claim": "name", "field": "X-Pasien-Nama"}]}
MARKS = {GATED: re.compile(r"350311010190\d{4}"), BRIDGED: re.compile(r"orang=(u\d{4})")}
PATHS = ("/beranda.php", "/beranda.php?halaman=2", "/gambar/logo.png")
AT_ONCE, SIGN_INS_AT_ONCE = 24, 6
FORCED = """\
    proxy_cache_path @FOLDER@/cache keys_zone=semua:4m max_size=64m;
    proxy_cache semua;
    proxy_cache_key $request_uri;
    proxy_cache_valid any 10m;
    proxy_ignore_headers Cache-Control Expires Set-Cookie Vary X-Accel-Expires;
    add_header X-Cache $upstream_cache_status always;
"""

Edit = Callable[[str], str]


def only_pages_cached(site: str) -> str:
    """Return the site without what keeps the application's own pages out of a cache."""
    return re.sub(r" *proxy_cache off;.*\n", "", site, count=1)


@dataclass
class Count:
    """What came back through one of the two ways."""

    own: int = 0
    of_another: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    cached: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Streets:
    """The two ways in, by connector, and how many citizens there are."""

    url: dict[str, str]
    citizens: int


def nik_of(number: int) -> str:
    return f"350311010190{8000 + number:04d}"


def mark_of(way: str, number: int) -> str:
    return nik_of(number) if way == GATED else f"u{number:04d}"


async def _settle(resources: Resources, citizens: int) -> None:
    """Keep the citizens, each with an account of the older system."""
    house, now = await build_house(resources), resources.clock.now()
    hashed = await house.hasher.hash(PASSWORD)
    for number in range(citizens):
        nik = nik_of(number)
        claims = {
            "name": f"Warga {number:04d}",
            "nik": nik,
            "birthdate": "1990-01-01",
            "address": {"kecamatan": "Trenggalek"},
            "kecamatan": "Trenggalek",
        }
        person = Person(f"warga-{number:04d}", Status.ACTIVE, "verified", "id", claims, (), now, now)
        await resources.stores.people.create(person, [Identifier(IdentifierKind.NIK, nik, True)])
        await resources.stores.credentials.put(Credential(f"sandi-{number:04d}", person.id, "password", hashed, now))
        await resources.stores.vault.put(BRIDGED, person.id, mark_of(BRIDGED, number), OLD_PASSWORD, now)


@contextmanager
def older_system(**users: str) -> Iterator[Older]:
    """An older system with a login form, in a thread of its own until the block ends."""
    loop, found, stop = asyncio.new_event_loop(), [], asyncio.Event()
    ready = threading.Event()

    async def serve() -> None:
        async with older_running(**users) as older:
            found.append(older)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@contextmanager
def caching_nginx(folder: Path, port: int, site: str) -> Iterator[None]:
    """nginx with this beside and in its server block, and a cache on for all that does not switch it off."""
    outside, _, site = site.rpartition(INSIDE)
    folder.mkdir()
    temporary = "".join(f"    {name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    inside = f"    access_log off;\n{temporary}{FORCED.replace('@FOLDER@', str(folder))}"
    server = f"{outside}    server {{\n        listen 127.0.0.1:{port};\n        server_name localhost;\n{site}\n    }}\n"
    owner = "user root;\n" if os.getuid() == 0 else ""  # or its worker could not write into a folder of the tests
    head = f"{owner}worker_processes 1;\npid {folder}/nginx.pid;\nevents {{ worker_connections 1024; }}\n"
    (folder / "nginx.conf").write_text(f"{head}http {{\n{inside}{server}}}\n")
    command = [program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log"), "-g", "daemon off;"]
    with running(command, port, folder):
        yield


@contextmanager
def streets(folder: Path, template_folder: Path, citizens: int, edit: Edit = str, **more: Any) -> Iterator[Streets]:
    """Run Gapura, the bridge, both applications and an nginx before each; `edit` changes what stands in the gate's nginx."""
    ports = {name: free_port() for name in (GATED, BRIDGED)}
    url = {name: f"http://localhost:{port}" for name, port in ports.items()}
    users = {mark_of(BRIDGED, number): OLD_PASSWORD for number in range(citizens)}
    with ExitStack() as stack:
        form_system = stack.enter_context(older_system(**users))
        header_system = stack.enter_context(older_application())
        form = {"base_url": url[BRIDGED], "upstream": f"http://127.0.0.1:{form_system.port}", "form": FORM, "session_cookie": "PHPSESSID"}
        gated = {"base_url": url[GATED], **HEADERS}

        async def fill(resources: Resources) -> None:
            await _settle(resources, citizens)
            await resources.stores.registry.save_connector(ConnectorRow(GATED, GATED, "forward_auth", gated))
            await resources.stores.registry.save_connector(ConnectorRow(BRIDGED, BRIDGED, "form_login", form))

        overrides: dict[str, Any] = {
            "gate.trusted_proxies": ["127.0.0.1/32"],
            "outbound.allow": [f"127.0.0.1:{form_system.port}"],
            **more,
        }
        live = stack.enter_context(live_site(folder, template_folder, fill=fill, **overrides))
        bridge = Town(live, folder, ports, free_port())
        stack.callback(bridge.stop)
        bridge.start()
        own = ForwardAuthSettings.model_validate({**gated, "upstream": f"http://127.0.0.1:{header_system}"})
        site = edit(ForwardAuth().proxy_configuration(own, live.issuer))
        stack.enter_context(caching_nginx(folder / "nginx-gate", ports[GATED], site))
        bridged = lines_for_nginx(f"localhost:{ports[BRIDGED]}", bridge.bridge_port)
        stack.enter_context(caching_nginx(folder / "nginx-bridge", ports[BRIDGED], bridged))
        yield Streets(url, citizens)


@asynccontextmanager
async def _browsers(count: int) -> Any:
    limits = httpx.Limits(max_keepalive_connections=0)
    made = [httpx.AsyncClient(timeout=60, limits=limits, verify=False, trust_env=False) for _ in range(count)]
    try:
        yield made
    finally:
        for one in made:
            await one.aclose()


async def ask_all(town: Streets, times: int, *, ways: tuple[str, ...] = (GATED, BRIDGED), seed: int = 1) -> dict[str, Count]:
    """Let everybody sign in and enter, then ask `times` times in random order, many at once; return what came back."""
    chance, room, doors = random.Random(seed), asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(SIGN_INS_AT_ONCE)
    found = {way: Count() for way in ways}

    async def enter(number: int, http: httpx.AsyncClient) -> None:
        async with doors:
            for way in ways:
                person = Walking(http, nik_of(number))
                try:
                    page = await person.go(f"{town.url[way]}/masuk-{number}.php")  # an address that nobody else asks for
                except RuntimeError as error:
                    raise AssertionError(f"{way}: a page that asks for nothing known: {person.trail[-3:]}") from error
                assert MARKS[way].search(page.text), (way, page.status_code, str(page.url), page.text[:300])

    async def ask(number: int, way: str, path: str, http: httpx.AsyncClient) -> None:
        async with room:
            try:
                page = await http.get(town.url[way] + path)
            except httpx.HTTPError as error:
                found[way].failed[type(error).__name__] += 1
                return
            _judge(found[way], way, number, page)

    async with _browsers(town.citizens) as browsers:
        await asyncio.gather(*(enter(number, http) for number, http in enumerate(browsers)))
        asked = [
            (number, way, PATHS[turn % len(PATHS)], http) for number, http in enumerate(browsers) for way in ways for turn in range(times)
        ]
        chance.shuffle(asked)
        await asyncio.gather(*(ask(*one) for one in asked))
    return found


def _judge(count: Count, way: str, number: int, page: httpx.Response) -> None:
    marks = set(MARKS[way].findall(page.text))
    count.cached[page.headers.get("x-cache", "") or "not asked"] += 1
    if marks - {mark_of(way, number)}:
        count.of_another += 1
    elif marks and page.status_code == 200:
        count.own += 1
    else:
        count.failed[str(page.status_code)] += 1


def table(found: dict[str, Count], citizens: int, times: int, seconds: float) -> str:
    lines = ["| way | asked | own mark | of another citizen | no answer | from the cache |", "| --- | --- | --- | --- | --- | --- |"]
    for way, one in found.items():
        asked = one.own + one.of_another + sum(one.failed.values())
        kept = one.cached["HIT"]
        title = "nginx and the gate" if way == GATED else "nginx and the bridge"
        lines.append(f"| {title} | {asked:,} | {one.own:,} | {one.of_another} | {dict(one.failed) or 0} | {kept} |")
    return "\n".join(
        [*lines, "", f"{citizens} citizens, {times} requests each and way, {AT_ONCE} at once, {seconds:.0f} s with their sign-ins"]
    )


def run(folder: Path, template_folder: Path, citizens: int, times: int, **more: Any) -> dict[str, Count]:
    begun = time.monotonic()
    with streets(folder, template_folder, citizens, **more) as town:
        found = asyncio.run(ask_all(town, times))
    print(table(found, citizens, times, time.monotonic() - begun), flush=True)
    return found
