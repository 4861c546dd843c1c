"""`gapura serve --demo`: the demonstration regency with three applications, on this machine, for this machine only.

Everybody in it is invented and shares one password, which is printed. That is why it refuses a public address.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from types import FrameType
from typing import Any

import httpx

from hub.demo.announce import announcement
from hub.demo.child import VARIABLE, WORDS
from hub.demo.rows import read
from hub.demo.seed import demo_secret, seed
from hub.prepare import prepare
from hub.resources import master_key, open_resources
from hub.settings import PREFIX, Settings, load
from hub.supervisor import RESTART_PAUSE, SOCKET_VARIABLE, WORKER, lock_data
from hub.wiring import build_house

PORTS = {"usaha-kecil": 8101, "e-link": 8102, "rsud-daftar": 8103, "older": 8104}
LOOPBACK = ("127.0.0.1/32", "::1/128")


def free_or(port: int, host: str = "127.0.0.1") -> socket.socket:
    """Return a listening socket on the port, or on any free one when that is taken."""
    for wanted in (port, 0):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, wanted))
        except OSError:
            listener.close()
            continue
        listener.listen(512)
        listener.set_inheritable(True)
        return listener
    raise AssertionError("no free port on this machine")


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


@dataclass
class Child:
    """A process of the demonstration: how it is started, and what runs now."""

    command: tuple[str, ...]
    environment: dict[str, str]
    descriptors: tuple[int, ...]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, env=self.environment, pass_fds=self.descriptors)  # noqa: S603 -- our own modules

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        if self.process is not None and not self.ended:
            self.process.terminate()

    def wait(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(timeout=12)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=5)


def demo_settings(listener: socket.socket | None = None) -> Settings:
    """Return the settings of the demonstration, which its workers read again from the environment."""
    os.environ[f"{PREFIX}ENVIRONMENT"] = "demo"
    given = load()
    chosen = {
        "STORAGE__DATA_DIR": None if "data_dir" in given.storage.model_fields_set else "data/demo",
        "LOG_LEVEL": None if "log_level" in given.model_fields_set else "WARNING",  # the table of people should stay in sight
        "IDP__SANDBOX_CODE": given.idp.sandbox_code or read("personas")["sign_in"]["one_time_code"],
        "IDP__ADDRESS_TRIES": None if "address_tries" in given.idp.model_fields_set else "300",  # everybody comes from one address here
        "GATE__TRUSTED_PROXIES": json.dumps(LOOPBACK),
        "ISSUER": None if listener is None or "issuer" in given.model_fields_set else f"http://localhost:{port_of(listener)}",
    }
    os.environ.update({PREFIX + name: value for name, value in chosen.items() if value is not None})
    return load()


def parties(issuer: str, origins: dict[str, str], master_key: bytes) -> dict[str, dict[str, Any]]:
    """Return what the two applications that use OpenID Connect are told."""
    services, agencies = read("services")["services"], {row["code"]: row["short_name"] for row in read("agencies")["agencies"]}
    names = {row["id"]: (row["name"], agencies[row["agency"]]) for row in read("services")["applications"]}
    found = {}
    for application in ("usaha-kecil", "e-link"):
        own = [row for row in services if row["application"] == application]
        found[application] = {
            "name": names[application][0],
            "agency": names[application][1],
            "application": application,
            "services": [
                {
                    "slug": row["slug"],
                    "label": row["name"]["id"],
                    "scope": " ".join(["openid", f"layanan:{row['slug']}", *(claim["claim"] for claim in row["claims"])]),
                }
                for row in own
            ],
            "issuer": issuer,
            "origin": origins[application],
            "secret": demo_secret(master_key, application),
        }
    return found


async def fill(settings: Settings, places: dict[str, str]) -> None:
    """Bring the files to this version and seed them."""
    await prepare(settings)
    async with open_resources(settings) as resources:
        house = await build_house(resources)
        await seed(resources, house, places)
        await house.flush()


def applications(settings: Settings, listeners: dict[str, socket.socket], origins: dict[str, str], key: bytes) -> list[Child]:
    """Return the programs beside Gapura. They are told what they need and inherit none of Gapura's settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}

    def program(module: str, name: str, told: dict[str, Any]) -> Child:
        descriptor = listeners[name].fileno()
        environment = {**clean, VARIABLE: json.dumps({**told, "socket": descriptor})}
        return Child((sys.executable, "-m", f"hub.demo.{module}"), environment, (descriptor,))

    system = next(row for row in read("legacy-systems")["systems"] if row["id"] == "rsud-daftar")
    rows = [{"header": row["field"], "label": WORDS[row["claim"]]} for row in system["attribute_map"]]
    host = origins["rsud-daftar"].split("://", 1)[1]
    upstream = f"http://127.0.0.1:{port_of(listeners['older'])}"
    return [
        *(program("party", name, told) for name, told in parties(settings.issuer, origins, key).items()),
        program("older", "older", {"rows": rows, "issuer": settings.issuer}),
        program("proxy", "rsud-daftar", {"issuer": settings.issuer, "host": host, "upstream": upstream}),
    ]


def gapura(listener: socket.socket, lock: int) -> Child:
    return Child(WORKER, dict(os.environ, **{SOCKET_VARIABLE: str(listener.fileno())}), (listener.fileno(), lock))


def silent(urls: list[str], running: list[Child], seconds: float = 60) -> str:
    """Return what keeps an address from answering, as a sentence; empty when all answer."""
    end = time.monotonic() + seconds
    for url in urls:
        while True:
            try:
                httpx.get(url, timeout=2, trust_env=False)
                break
            except httpx.TransportError as error:
                if any(child.ended for child in running):
                    return "a program ended"
                if time.monotonic() > end:
                    return f"{url} does not answer: {error}"
                time.sleep(0.1)
    return ""


def main() -> int:
    """Run the demonstration until SIGINT or SIGTERM; return the exit status."""
    first = demo_settings()
    lock = lock_data(first.storage.data_dir)
    listeners = {"gapura": free_or(first.server.port, first.server.host)}
    listeners |= {name: free_or(port) for name, port in PORTS.items()}
    settings = demo_settings(listeners["gapura"])
    origins = {name: f"http://localhost:{port_of(listeners[name])}" for name in PORTS if name != "older"}
    running: list[Child] = []
    ending = False

    def end(_: int, __: FrameType | None) -> None:
        nonlocal ending
        ending = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        running = applications(settings, listeners, origins, master_key(settings))
        for child in running:  # they get ready while the files are filled
            child.start()
        asyncio.run(fill(settings, origins))
        running.append(gapura(listeners["gapura"], lock))
        running[-1].start()
        problem = silent([f"{settings.issuer}/readyz", *(f"{origin}/aset/" for origin in origins.values())], running)
        if not problem:
            print(announcement(settings.issuer, origins), flush=True)
        elif not ending:
            print(f"gapura: the demonstration did not start: {problem}", file=sys.stderr)
            return 1
        while not ending:
            time.sleep(0.2)
            for child in running:
                if child.ended and not ending:
                    time.sleep(RESTART_PAUSE)
                    child.start()
    finally:
        for child in running:
            child.stop()
        for child in running:
            child.wait()
    return 0
