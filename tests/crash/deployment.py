"""A real `gapura serve` with its worker processes, which can be killed as a power cut would: all of it at once, at any moment."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from hub.demo.seed import seed
from hub.prepare import prepare
from hub.resources import Resources, database_url, open_resources
from hub.settings import Settings, load
from hub.storage.sql.migrate import upgrade
from hub.wiring import build_house
from idp.people.models import Credential, Identifier, IdentifierKind, Person, Status
from tests.servers import Postgres, free_port, redis_url
from tests.site import CHEAP, PASSWORD, test_client, wait_ready

MASTER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"


@dataclass
class Deployment:
    folder: Path
    values: dict[str, object]
    process: subprocess.Popen[bytes] | None = None
    pids: list[int] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return str(self.values["issuer"])

    @property
    def settings(self) -> Settings:
        return load(**self.values)

    def start(self) -> float:
        """Start everything and return after how many seconds it was ready."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GAPURA_")}
        environment |= {f"GAPURA_{key.replace('.', '__').upper()}": str(value) for key, value in self.values.items()}
        started = time.perf_counter()
        with (self.folder / "server.log").open("ab") as log:
            command = [sys.executable, "-m", "hub.cli", "serve"]
            self.process = subprocess.Popen(command, env=environment, start_new_session=True, stdout=log, stderr=log)
        wait_ready(self.issuer, 30)
        return time.perf_counter() - started

    def kill(self) -> int:
        """kill -9 the whole process group; return how many processes died when nothing of it runs any more."""
        assert self.process is not None
        leader = psutil.Process(self.process.pid)
        family = [leader, *leader.children(recursive=True)]
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        end = time.monotonic() + 10
        while any(_runs(one) for one in family):
            assert time.monotonic() < end, "a killed process still runs"
            time.sleep(0.005)
        self.process = None
        return len(family)


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def deploy(folder: Path, store: str, *, citizens: int, workers: int) -> Deployment:
    """Return a deployment on fresh stores with the demonstration regency, a test client and some citizens more."""
    port = free_port()
    values: dict[str, object] = {
        "environment": "demo",
        "issuer": f"http://localhost:{port}",
        "server.port": port,
        "server.workers": workers,
        "storage.data_dir": folder / "data",
        **CHEAP,
        "idp.address_tries": 100_000,
    }
    if store == "postgresql":
        values |= {
            "storage.database_url": Postgres(durable=True).fresh(),
            "storage.expiring_url": redis_url(),
            "storage.master_key": MASTER_KEY,
        }
    shutil.rmtree(folder / "data", ignore_errors=True)
    settings = load(**values)
    await upgrade(database_url(settings))
    await prepare(settings)
    async with open_resources(settings) as resources:
        house = await build_house(resources)
        await seed(resources, house)
        await resources.stores.registry.save_client(test_client())
        hashed = await house.hasher.hash(PASSWORD)
        await asyncio.gather(*(_citizen(resources, number, hashed) for number in range(citizens)))
    return Deployment(folder, values)


def nik_of(number: int) -> str:
    return f"350311010190{8000 + number:04d}"


async def _citizen(resources: Resources, number: int, hashed: str) -> None:
    now = resources.clock.now()
    nik = nik_of(number)
    claims = {"name": f"Warga Uji {number}", "nik": nik, "address": {"kecamatan": "Trenggalek"}, "kecamatan": "Trenggalek"}
    person = Person(f"warga-{number:04d}", Status.ACTIVE, "verified", "id", claims, (), now, now)
    await resources.stores.people.create(person, [Identifier(IdentifierKind.NIK, nik, True)])
    await resources.stores.credentials.put(Credential(f"sandi-{number:04d}", person.id, "password", hashed, now))
