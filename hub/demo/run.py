"""`gapura serve --demo`: the demonstration regency with eight applications, on this machine, for this machine only.

Everybody in it is invented and shares one password, which is printed. That is why it refuses a public address.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from socket import socket
from types import FrameType
from typing import Any

from connectors.apps.saml.own import make_signing
from connectors.contract import Secret
from hub.commands.bridge import PROCESS as BRIDGE
from hub.demo import telling
from hub.demo.announce import announcement
from hub.demo.processes import Child, free_or, port_of, silent
from hub.demo.rows import read
from hub.demo.seed import More, seed
from hub.prepare import prepare
from hub.resources import master_key, open_resources
from hub.settings import PREFIX, Settings, load
from hub.supervisor import RESTART_PAUSE, SOCKET_VARIABLE, WORKER, lock_data
from hub.wiring import build_house

PORTS = {
    "usaha-kecil": 8101,
    "e-link": 8102,
    "rsud-daftar": 8103,
    "simpeg": 8105,
    "arsip-daerah": 8106,
    "e-office": 8107,
    "pajak-daerah": 8108,
    "aduan-warga": 8109,  # the bridge answers there
}
BEHIND = {"older": 8104, "aduan-warga:own": 8110}  # what only a gate in front may reach
LOOPBACK = ("127.0.0.1/32", "::1/128")
Secrets = Mapping[str, Mapping[str, tuple[Secret, ...]]]


def demo_settings(listener: socket | None = None, reached: Sequence[str] = ()) -> Settings:
    """Return the settings of the demonstration, which its workers read again from the environment. `reached`: what Gapura calls here."""
    os.environ[f"{PREFIX}ENVIRONMENT"] = "demo"
    given = load()
    chosen = {
        "STORAGE__DATA_DIR": None if "data_dir" in given.storage.model_fields_set else "data/demo",
        "LOG_LEVEL": None if "log_level" in given.model_fields_set else "WARNING",  # the table of people should stay in sight
        "IDP__SANDBOX_CODE": given.idp.sandbox_code or read("personas")["sign_in"]["one_time_code"],
        "IDP__ADDRESS_TRIES": None if "address_tries" in given.idp.model_fields_set else "300",  # everybody comes from one address here
        "GATE__TRUSTED_PROXIES": json.dumps(LOOPBACK),
        "OUTBOUND__ALLOW": json.dumps([*given.outbound.allow, *(address.partition("://")[2] for address in reached)]),
        "ISSUER": None if listener is None or "issuer" in given.model_fields_set else f"http://localhost:{port_of(listener)}",
    }
    os.environ.update({PREFIX + name: value for name, value in chosen.items() if value is not None})
    return load()


async def fill(settings: Settings, places: dict[str, str], more: More) -> Secrets:
    """Bring the files to this version and seed them; return the secrets of connectors."""
    await prepare(settings)
    async with open_resources(settings) as resources:
        house = await build_house(resources)
        await seed(resources, house, places, more)
        await house.flush()
        return await resources.stores.connector_secrets.all()


def ours(command: tuple[str, ...], listener: socket, *others: int) -> Child:
    """Return a process of Gapura itself, with our settings, that answers on the socket."""
    return Child(command, dict(os.environ, **{SOCKET_VARIABLE: str(listener.fileno())}), (listener.fileno(), *others))


def main() -> int:
    """Run the demonstration until SIGINT or SIGTERM; return the exit status."""
    first = demo_settings()
    lock = lock_data(first.storage.data_dir)
    listeners = {"gapura": free_or(first.server.port, first.server.host)}
    listeners |= {name: free_or(port) for name, port in (PORTS | BEHIND).items()}
    origins = {name: f"http://localhost:{port_of(listeners[name])}" for name in PORTS}
    upstreams = {name: f"http://127.0.0.1:{port_of(listeners[name])}" for name in BEHIND}
    settings = demo_settings(listeners["gapura"], [*origins.values(), *upstreams.values()])
    descriptors = {name: listener.fileno() for name, listener in listeners.items()}
    running: list[Child] = []
    ending = False

    def end(_: int, __: FrameType | None) -> None:
        nonlocal ending
        ending = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        running = telling.applications(settings.issuer, descriptors, origins, upstreams["older"], master_key(settings))
        for child in running:  # they get ready while the files are filled
            child.start()
        signing = make_signing(origins["e-office"], int(time.time()))
        certificate = signing[signing.index("-----BEGIN CERTIFICATE") :]
        more: dict[str, dict[str, Any]] = {
            "aduan-warga": {"upstream": upstreams["aduan-warga:own"]},
            "e-office": {"signing_certificates": [certificate]},
        }
        secrets = asyncio.run(fill(settings, origins, more))
        own = {**descriptors, "aduan-warga": descriptors["aduan-warga:own"]}
        later = [
            ours(WORKER, listeners["gapura"], lock),
            telling.systems(settings.issuer, own, origins, secrets, signing.removesuffix(certificate)),
            ours(BRIDGE, listeners["aduan-warga"]),
        ]
        for child in later:
            running.append(child)
            child.start()
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
