"""`gapura bridge` as a regency runs it: a process beside a running Gapura, behind nginx by the lines of its page, before older systems."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from hub.resources import Resources
from idp.applications.models import ConnectorRow
from tests.peers.programs import HERE, nginx_with, program, running
from tests.servers import free_port
from tests.site import Live, live_site

PAGE = Path(__file__).parents[2] / "docs" / "connectors" / "form_login.md"
Run = Callable[[Path, int], AbstractContextManager[None]]
OLD_PASSWORD = "kenari-kuning-7731"


def block(language: str, number: int = 0) -> str:
    """Return a snippet of the page that a technician follows."""
    return str(re.findall(rf"^```{re.escape(language)}\n(.*?)^```", PAGE.read_text(), re.M | re.S)[number])


def lines_for_nginx(host: str, bridge: int) -> str:
    """Return what the page puts into `server`, for this host and port of the bridge; TLS ends nowhere in the tests."""
    inside = block("nginx").partition("\n    server_name aduan.example.id;\n")[2].rstrip().removesuffix("}")
    assert inside.count("aduan.example.id") == 1 and inside.count("127.0.0.1:8010") == 1
    return inside.replace("aduan.example.id", host).replace("127.0.0.1:8010", f"127.0.0.1:{bridge}")


@dataclass
class Town:
    live: Live
    folder: Path
    ports: dict[str, int]
    bridge_port: int
    process: subprocess.Popen[bytes] | None = None

    def url(self, name: str) -> str:
        return f"http://localhost:{self.ports[name]}"

    def notes(self, name: str) -> list[str]:
        """Return what the older system wrote down."""
        path = self.folder / name / "catatan.txt"
        return path.read_text().splitlines() if path.exists() else []

    def accounts(self, name: str, **accounts: str) -> None:
        (self.folder / name / "akun.json").write_text(json.dumps(accounts))

    def log(self) -> str:
        return (self.folder / "bridge.log").read_text()

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GAPURA_")}
        values = {**self.live.values, "bridge.port": self.bridge_port, "bridge.hub": self.live.issuer}
        told = {f"GAPURA_{k.replace('.', '__').upper()}": json.dumps(v) if isinstance(v, list) else str(v) for k, v in values.items()}
        return {**kept, **told}

    def start(self) -> None:
        with (self.folder / "bridge.log").open("ab") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "hub.cli", "bridge"], env=self.environment(), stdout=log, stderr=log)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                httpx.get(f"http://127.0.0.1:{self.bridge_port}/", timeout=2, trust_env=False)
                return
            except httpx.TransportError:
                assert self.process.poll() is None, self.log()
                time.sleep(0.05)
        raise AssertionError("the bridge did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(15)


@contextmanager
def bridged_town(folder: Path, template_folder: Path, settings: dict[str, dict[str, Any]], run: Run | None = None) -> Iterator[Town]:
    """Run it all. `settings` are those of each connector, with its `application`; `run` runs an older system in a folder on a port, the
    one of that name in tests/peers/php where it is not given."""
    ports = {name: free_port() for name in settings}
    inner = {name: free_port() for name in settings}
    rows = [
        ConnectorRow(
            name,
            application,
            "form_login",
            {**own, "base_url": f"http://localhost:{ports[name]}", "upstream": f"http://127.0.0.1:{inner[name]}"},
        )
        for name, own in settings.items()
        for application in [own.pop("application")]
    ]

    async def fill(resources: Resources) -> None:
        for row in rows:
            await resources.stores.registry.save_connector(row)

    allowed = [f"127.0.0.1:{port}" for port in inner.values()]
    overrides: dict[str, Any] = {"gate.trusted_proxies": ["127.0.0.1/32"], "outbound.allow": allowed}
    with ExitStack() as stack:
        for name in settings:
            sessions = folder / name
            sessions.mkdir()
            stack.enter_context((run or written_in_php)(sessions, inner[name]))
        live = stack.enter_context(live_site(folder, template_folder, fill=fill, **overrides))
        town = Town(live, folder, ports, free_port())
        stack.callback(town.stop)
        town.start()
        for name in settings:
            stack.enter_context(
                nginx_with(folder / f"nginx-{name}", ports[name], lines_for_nginx(f"localhost:{ports[name]}", town.bridge_port))
            )
        yield town


@contextmanager
def written_in_php(folder: Path, port: int) -> Iterator[None]:
    with php_of(HERE / "php" / folder.name, folder, port, {"SESI": str(folder)}):
        yield


@contextmanager
def php_of(served: Path, folder: Path, port: int, environment: dict[str, str]) -> Iterator[None]:
    """Serve a folder by PHP's own server, with several processes; `DALAM` is how the system calls itself."""
    command = [program("php"), "-d", "display_errors=stderr", "-S", f"127.0.0.1:{port}", "-t", str(served)]
    with running(command, port, folder, {"DALAM": f"http://127.0.0.1:{port}", "PHP_CLI_SERVER_WORKERS": "4", **environment}):
        yield
