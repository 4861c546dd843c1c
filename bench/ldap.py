"""`python -m bench.ldap`: binds a second at `gapura ldap`, beside an empty handler with one round trip to Redis in the same run.

One connection after StartTLS or LDAPS is bound again and again, as pools of older systems do; each bind is decided, not remembered by the
connection. Server on core 0, this client on core 1, as in bench.run. A search of the person's own entry follows in the second mode.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvloop

from bench import baseline, seed
from bench.connectors import line
from bench.load import run_wrk
from bench.servers import ROOT, _running, empty_handler, free_port, gapura, redis
from connectors.apps.ldap import ber, messages
from connectors.apps.ldap.dn import escaped
from consent.models import Answer
from consent.service import ConsentService
from hub.directory.house import build_directory
from hub.resources import open_resources
from hub.settings import Settings, load
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


def own_entry(name: str) -> bytes:
    body = [ber.octets(name), ber.integer(0, ber.ENUMERATED), ber.integer(0, ber.ENUMERATED), ber.integer(0), ber.integer(0)]
    body += [ber.element(ber.BOOLEAN, b"\0"), ber.octets("objectClass", 0x87), ber.group(ber.octets("cn"), ber.octets("mail"))]
    return ber.group(ber.integer(1), ber.group(*body, tag=messages.SEARCH))


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
def directory(folder: Path, settings: Settings) -> Iterator[int]:
    """`gapura ldap` on core 0; yields its port."""
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
    with _running(["taskset", "-c", "0", sys.executable, "-m", "hub.cli", "ldap"], environment, folder / "ldap.log", ROOT) as process:
        for _ in range(200):
            try:
                ssl.get_server_certificate(("localhost", port), timeout=1)
                break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError((folder / "ldap.log").read_text()[-2000:]) from None
                time.sleep(0.05)
        yield port


async def load_of(port: int, authority: Path, messages_of_a_turn: list[bytes], seconds: int) -> tuple[float, float, int]:
    """Return turns a second, the 99th percentile in ms, and how many answers were wrong."""
    trusted = ssl.create_default_context(cafile=str(authority))
    took: list[float] = []
    wrong = 0
    end = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal wrong
        reader, writer = await asyncio.open_connection("localhost", port, ssl=trusted)
        while (began := time.perf_counter()) < end:
            for at, message in enumerate(messages_of_a_turn):
                writer.write(message)
                buffer = bytearray(await reader.read(4096))
                wanted = DONE if at == 0 else bytes((messages.DONE, 7, 0x0A, 1, 0))
                while wanted not in buffer and len(buffer) < 4096 and (more := await reader.read(4096)):
                    buffer += more
                wrong += wanted not in buffer
            took.append(time.perf_counter() - began)
        writer.transport.abort()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return len(took) / seconds, statistics.quantiles(took, n=100)[98] * 1000, wrong


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.ldap", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    chosen = parser.parse_args()
    wrongs = 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gapura-bench-")))
        urls = [stack.enter_context(redis(folder)) for _ in range(2)]
        issuer, _ = stack.enter_context(gapura(folder, urls[0]))
        empty = stack.enter_context(empty_handler(folder, urls[1]))
        settings = load(environment="development", issuer=issuer, **{"storage.data_dir": folder / "data", "storage.expiring_url": urls[0]})
        name, password = asyncio.run(prepared(settings))
        port = stack.enter_context(directory(folder, settings))
        os.sched_setaffinity(0, {1})
        turns = {"bind": [bind(name, password)], "bind and search": [bind(name, password), own_entry(name)]}
        for number in range(chosen.rounds):
            work = folder / "work"
            work.write_text(line(baseline.PATH) + "\n")
            base = run_wrk(empty, "connectors.lua", {"WORK": str(work), "MARK": baseline.BODY[:100]}, seconds=chosen.seconds)
            for mode, turn in turns.items():
                rate, p99, wrong = uvloop.run(load_of(port, folder / "ldap.pem", turn, chosen.seconds))
                wrongs += wrong
                ratio = f"{rate / base.rate:.2f} of {base.rate:,.0f}/s of the empty handler"
                print(f"round {number + 1} {mode:16} {rate:8,.0f}/s  p99 {p99:6.2f} ms  wrong {wrong}  {ratio}", flush=True)
    return 1 if wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
