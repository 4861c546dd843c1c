"""The connection test against real sockets: refused ports, certificates that are wrong, an API that refuses our credentials."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.builtin import KINDS
from connectors.contract import Connector, Secret
from connectors.probe import Report
from connectors.registry import build
from hub.storage.expiring.memory import MemoryStore
from idp.calls.wiring import engine_of
from idp.handoff.probing import Prober
from kit.clock import SystemClock
from kit.outbound import Lanes, client
from kit.sealing import KeyRing
from tests.site import free_socket

KEY = ec.generate_private_key(ec.SECP256R1())
DAY = timedelta(days=1)


def certificate(folder: Path, *, name: str = "localhost", ends: timedelta = 90 * DAY) -> ssl.SSLContext:
    """Write a self-signed certificate; return what a server speaks TLS with."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name), *([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))] if name == "localhost" else [])]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 400 * DAY)
        .not_valid_after(now + ends)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(KEY, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    key = KEY.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@asynccontextmanager
async def serving(status: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Answer every request with this status; yield the port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(65_536):
            head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
            writer.write(head.encode())
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]


def web(url: str) -> Connector:
    settings = {"base_url": "https://luar.example.id", "headers": [], "upstream": url}
    return build(kind="forward_auth", connector_id="lama", application="lama", settings=settings)


def api(url: str) -> Connector:
    settings: dict[str, Any] = {"base_url": url, "username": "gapura", "operations": [{"path": "/ping"}], "sample": "/ping"}
    return build(kind="basic", connector_id="api", application="lama", settings=settings, secrets={"password": (Secret("k" * 43),)})


Probe = Callable[..., Any]


@pytest.fixture
async def probe(tmp_path: Path) -> AsyncIterator[Probe]:
    clock = SystemClock()
    store = MemoryStore(clock)

    async def run(connector: Connector, *allow: str, trusted: bool = True) -> Report:
        def trust() -> ssl.SSLContext:
            context = ssl.create_default_context()
            if trusted and (tmp_path / "cert.pem").exists():
                context.load_verify_locations(tmp_path / "cert.pem")
            return context

        async with client(allow=allow, verify=trust) as http:
            engine = engine_of(Lanes(lambda _: http), store, KeyRing({1: b"k" * 32}, 1, b"i" * 32), clock)
            return await Prober(KINDS, allow, trust, http, engine, clock).run(connector)

    yield run
    await store.aclose()


def states(report: Report) -> dict[str, str]:
    return {step.name: step.code or step.state for step in report.steps}


async def test_a_system_that_answers_passes_every_step_and_each_has_its_time(probe: Probe, tmp_path: Path) -> None:
    async with serving(200, certificate(tmp_path)) as port:
        report = await probe(web(f"https://localhost:{port}"), f"localhost:{port}")
    assert states(report) == dict.fromkeys(("dns", "tcp", "tls", "auth", "sample"), "passed") and report.good
    assert all(0 <= step.milliseconds < 5_000 for step in report.steps)


async def test_a_name_that_does_not_exist(probe: Probe) -> None:
    assert states(await probe(web("https://tidak-ada.invalid"))) == {
        "dns": "no_name",
        **dict.fromkeys(("tcp", "tls", "auth", "sample"), "skipped"),
    }


async def test_an_address_inside_that_is_not_allowed_is_not_even_tried(probe: Probe) -> None:
    async with serving(200) as port:
        report = await probe(web(f"http://127.0.0.1:{port}"))
    assert states(report)["dns"] == "not_public" and states(report)["tcp"] == "skipped"
    assert f"127.0.0.1:{port}" in report.steps[0].fix["en"]


async def test_a_port_that_refuses(probe: Probe) -> None:
    with free_socket() as taken:
        port = taken.getsockname()[1]
    report = await probe(web(f"http://127.0.0.1:{port}"), f"127.0.0.1:{port}")
    assert states(report) == {"dns": "passed", "tcp": "refused", "tls": "skipped", "auth": "skipped", "sample": "skipped"}


@pytest.mark.parametrize(
    ("changes", "trusted", "code"),
    [
        ({"ends": -DAY}, True, "expired"),
        ({"name": "lain.example.id"}, True, "wrong_name"),
        ({}, False, "untrusted"),
        ({"ends": 5 * DAY}, True, "soon"),
    ],
)
async def test_a_certificate_that_is_wrong(probe: Probe, tmp_path: Path, changes: dict[str, Any], trusted: bool, code: str) -> None:
    async with serving(200, certificate(tmp_path, **changes)) as port:
        report = await probe(web(f"https://localhost:{port}"), f"localhost:{port}", trusted=trusted)
    assert states(report)["tls"] == code
    assert report.good is (code == "soon") and states(report)["sample"] == ("passed" if code == "soon" else "skipped")


async def test_a_port_without_tls(probe: Probe) -> None:
    async with serving(200) as port:
        assert states(await probe(web(f"https://localhost:{port}"), f"localhost:{port}"))["tls"] == "no_tls"
        report = await probe(web(f"http://localhost:{port}"), f"localhost:{port}")
    assert states(report)["tls"] == "plain" and report.good


@pytest.mark.parametrize(
    ("status", "auth", "sample"),
    [(200, "passed", "passed"), (401, "login_refused", "skipped"), (404, "passed", "sample_missing"), (503, "passed", "sample_failed")],
)
async def test_an_api_is_asked_for_its_sample_with_our_own_credentials(
    probe: Probe, tmp_path: Path, status: int, auth: str, sample: str
) -> None:
    async with serving(status, certificate(tmp_path)) as port:
        report = await probe(api(f"https://localhost:{port}"), f"localhost:{port}")
    assert (states(report)["auth"], states(report)["sample"]) == (auth, sample)


async def test_a_page_that_is_not_there(probe: Probe) -> None:
    async with serving(404) as port:
        assert states(await probe(web(f"http://localhost:{port}"), f"localhost:{port}"))["sample"] == "sample_missing"


async def test_whoever_never_hangs_up_does_not_hold_the_test(probe: Probe, tmp_path: Path) -> None:
    """A server that shakes hands and then neither reads nor closes: TLS would wait 30 seconds for its word."""
    context, done = certificate(tmp_path), threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(20)  # for a test that fails: it must not wait for a connection that never comes
    held: list[ssl.SSLSocket | socket.socket] = []

    def silent() -> None:
        held.append(listening.accept()[0])  # the port's own test
        held.append(context.wrap_socket(listening.accept()[0], server_side=True))
        listening.accept()[0].close()  # the page's
        done.wait(60)

    thread = threading.Thread(target=silent, daemon=True)
    thread.start()
    at = f"localhost:{listening.getsockname()[1]}"
    try:
        async with asyncio.timeout(15):
            found = states(await probe(web(f"https://{at}"), at))
    finally:
        done.set()
        thread.join()
        for one in (*held, listening):
            one.close()
    assert (found["tls"], found["auth"]) == ("passed", "no_http")


async def test_an_address_on_which_nothing_listens_is_passed_over_for_the_next(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    """As calls do: a name may have an address of a family that nothing listens on. What the system's resolver says is set here."""

    def both(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (one, port)) for one in ("127.0.0.9", "127.0.0.1")]

    async with serving(200) as port:
        monkeypatch.setattr(socket, "getaddrinfo", both)
        found = states(await probe(web(f"http://ganda.example.id:{port}"), f"ganda.example.id:{port}"))
    assert (found["tcp"], found["sample"]) == ("passed", "passed")


async def test_dc_11_a_name_with_one_address_inside_is_tried_at_none(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:  # DC-11
    """Else whoever holds the name chooses, by its order, what inside is looked at."""

    def mixed(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (one, port)) for one in ("127.0.0.1", "8.8.8.8")]

    async with serving(200) as port:
        monkeypatch.setattr(socket, "getaddrinfo", mixed)
        report = await probe(web(f"http://ganda.example.id:{port}"))
    assert states(report) == {"dns": "not_public", "tcp": "skipped", "tls": "skipped", "auth": "skipped", "sample": "skipped"}
