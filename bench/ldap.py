"""Load on `gapura ldap`, which speaks no HTTP: binds over LDAPS, again and again on connections that stay, as pools of older systems do.

Each bind is decided, not remembered by the connection. Server on core 0, the thread of this client on core 1, as in bench.run.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench import seed
from bench.load import Row
from bench.servers import ROOT, free_port, running
from connectors.apps.ldap import ber, messages
from connectors.apps.ldap.dn import escaped
from consent.models import Answer
from consent.service import ConsentService
from hub.directory.house import build_directory
from hub.resources import open_resources
from hub.settings import Settings
from idp.applications.models import ConnectorRow
from idp.applications.registry import GUARD
from idp.directory.service import DirectoryPasswords
from idp.directory.wiring import DIRECTORY_KEY
from idp.people.identifiers import classify
from idp.sessions.fence import GuardFence
from kit.keys import derive

CONNECTIONS = 16
CONNECTOR, BASE = "bench-ldap", "ou=bench,dc=kabupaten,dc=example"
SETTINGS = {"base_dn": BASE, "uid": "sub", "attributes": [{"claim": "name", "field": "cn"}, {"claim": "email", "field": "mail"}]}
DONE = bytes((messages.BOUND, 7, 0x0A, 1, 0))  # a bind that succeeded


def bind(name: str, password: str) -> bytes:
    return ber.group(ber.integer(1), ber.group(ber.integer(3), ber.octets(name), ber.octets(password, 0x80), tag=messages.BIND))


async def prepared(settings: Settings) -> tuple[str, str]:
    """Keep the connector, let the person of the benchmark agree, and return the name and password she binds with."""
    async with open_resources(settings) as resources:
        stores, clock = resources.stores, resources.clock
        await stores.registry.save_connector(ConnectorRow(CONNECTOR, "bench", "ldap", SETTINGS))
        await resources.expiring.move(GUARD)
        house = await build_directory(resources)
        named = classify(seed.ACCOUNT)
        assert named is not None
        person = (await stores.people.find(*named))[0][0]
        service = house.registry.now.service_for("bench", None)
        notice = house.registry.now.notice_for(service.slug) if service is not None else None
        assert notice is not None
        consent = ConsentService(stores.consent, GuardFence(resources.expiring), clock, lambda: house.registry.now.notices)
        shown = tuple(purpose.id for purpose in notice.purposes)
        await consent.answer(Answer(person.id, notice, shown, frozenset(shown), False, "id", "oidc", clock.now()), notice)
        key = derive(resources.master_key, DIRECTORY_KEY)
        passwords = DirectoryPasswords(stores.directory_passwords, house.deciding, house.registry, resources.expiring, clock, key)
        connector = house.registry.now.connectors[CONNECTOR]
        made = await passwords.make(person, connector, "")
        assert made, "the person of the benchmark may not enter"
        return f"uid={escaped(await passwords.uid(person, connector))},{BASE}", made


@contextmanager
def directory(folder: Path, settings: Settings) -> Iterator[tuple[int, psutil.Process]]:
    """`gapura ldap` on core 0; yields its port and its process."""
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ldap.key", "-out", "ldap.pem")
    subprocess.run(["openssl", "req", "-x509", *key, *names], cwd=folder, check=True, capture_output=True)
    port = free_port()
    environment = {
        "GAPURA_ENVIRONMENT": settings.environment,
        "GAPURA_ISSUER": settings.issuer,
        "GAPURA_STORAGE__DATA_DIR": str(settings.storage.data_dir),
        "GAPURA_STORAGE__EXPIRING_URL": settings.storage.expiring_url,
        "GAPURA_LOG_LEVEL": "WARNING",
        "GAPURA_LDAP__PORT": str(port),
        "GAPURA_LDAP__START_TLS_PORT": "0",
        "GAPURA_LDAP__TLS_CERTIFICATE": str(folder / "ldap.pem"),
        "GAPURA_LDAP__TLS_KEY": str(folder / "ldap.key"),
    }
    with running(["taskset", "-c", "0", sys.executable, "-m", "hub.cli", "ldap"], environment, folder / "ldap.log", ROOT) as process:
        for _ in range(200):
            try:
                ssl.get_server_certificate(("localhost", port), timeout=1)
                break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError((folder / "ldap.log").read_text()[-2000:]) from None
                time.sleep(0.05)
        yield port, psutil.Process(process.pid)


async def load_of(port: int, authority: Path, message: bytes, seconds: int) -> Row:
    """Bind for the seconds from this thread, on core 1, and return what was seen."""
    os.sched_setaffinity(0, {1})
    trusted = ssl.create_default_context(cafile=str(authority))
    took: list[float] = []
    wrong, sample = 0, ""
    end = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal wrong, sample
        reader, writer = await asyncio.open_connection("localhost", port, ssl=trusted)
        while (began := time.perf_counter()) < end:
            writer.write(message)
            answer = await reader.read(4096)
            if DONE not in answer:
                wrong, sample = wrong + 1, answer[:40].hex()
            took.append(time.perf_counter() - began)
        writer.transport.abort()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return Row(len(took) / seconds, statistics.quantiles(took, n=100)[98] * 1000, wrong, sample)
