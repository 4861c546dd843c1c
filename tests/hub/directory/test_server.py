"""Connections: how many, how long, in which order, and what TLS must not let through. Over real sockets."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509

from connectors.apps.ldap import ber, messages
from connectors.apps.ldap.messages import Result
from connectors.directory import Found, Reply
from hub.directory import link as module
from hub.directory.server import Server
from hub.directory.tls import context
from hub.settings import LdapSettings, SettingsError
from tests.connectors.ldap.directory import BASE, KIND, PASSWORD, SECRET, SYSTEM, FakeDirectory, bind, extended, read, search
from tests.idp.proofs.authority import SERVER_AUTH, make

SITI_DN = f"uid=siti@example.id,{BASE}"
UNBIND = ber.group(ber.integer(9), b"\x42\x00")


@pytest.fixture
def papers(tmp_path: Path) -> LdapSettings:
    """A certificate for the real time: the client's library knows no other."""
    now = int(time.time())
    ca = make("Otoritas", None, ca=True, uses=(SERVER_AUTH,), now=now)
    pair = make("localhost", ca, uses=(SERVER_AUTH,), names=(x509.DNSName("localhost"),), now=now)
    (tmp_path / "ca.pem").write_text(ca.pem)
    (tmp_path / "ldap.pem").write_text(pair.pem)
    (tmp_path / "ldap.key").write_text(pair.key_pem)
    return LdapSettings(tls_certificate=str(tmp_path / "ldap.pem"), tls_key=str(tmp_path / "ldap.key"))


@dataclass
class Place:
    server: Server
    desk: FakeDirectory
    trusted: ssl.SSLContext
    plain: int = 0
    secure: int = 0
    open: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self, *, tls: bool = True) -> Client:
        where = {"ssl": self.trusted, "server_hostname": "localhost"} if tls else {}
        reader, writer = await asyncio.open_connection("127.0.0.1", self.secure if tls else self.plain, **where)  # type: ignore[arg-type]
        self.open.append(writer)
        return Client(reader, writer)


@dataclass
class Client:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def read(self) -> bytes:
        """Return the next message."""
        start = await self.reader.readexactly(2)
        size = start[1]
        if size & 0x80:
            more = await self.reader.readexactly(size & 0x7F)
            start, size = start + more, int.from_bytes(more, "big")
        return start + await self.reader.readexactly(size)

    async def code(self, data: bytes = b"") -> int:
        self.writer.write(data)
        return code_of(await self.read())

    async def ended(self, seconds: float = 5) -> bool:
        """True when the other side ends the connection within the time."""
        try:
            async with asyncio.timeout(seconds):
                while await self.reader.read(4096):
                    pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True


def code_of(message: bytes) -> int:
    return read(Reply(message)).code


@pytest.fixture
async def place(papers: LdapSettings) -> AsyncIterator[Place]:
    desk = FakeDirectory()
    server = Server(partial(KIND.converse, desk), context(papers), 40, 40)
    trusted = ssl.create_default_context(cafile=str(Path(papers.tls_certificate).parent / "ca.pem"))
    made = Place(server, desk, trusted)
    made.plain = server.listen("127.0.0.1", 0, tls=False)
    made.secure = server.listen("127.0.0.1", 0, tls=True)
    yield made
    for writer in made.open:
        writer.transport.abort()
    await server.stop(1)


async def test_binds_over_ldaps_and_after_start_tls(place: Place) -> None:
    client = await place.connect()
    assert await client.code(bind(SITI_DN, PASSWORD)) == 0
    client = await place.connect(tls=False)
    assert await client.code(bind(SITI_DN, PASSWORD)) == Result.CONFIDENTIALITY_REQUIRED, "LD-08"
    assert await client.code(extended(messages.START_TLS)) == 0
    await client.writer.start_tls(place.trusted, server_hostname="localhost")
    assert await client.code(bind(SITI_DN, PASSWORD)) == 0
    assert await client.code(extended(messages.START_TLS)) == Result.OPERATIONS_ERROR


async def test_ld_08_what_came_before_tls_is_never_read_as_if_after(place: Place) -> None:
    """CVE-2011-0411: a request slipped in behind StartTLS by whoever stands between."""
    client = await place.connect(tls=False)
    client.writer.write(extended(messages.START_TLS) + bind(SITI_DN, "slipped-in"))
    assert await client.ended()
    assert place.desk.failures == []


async def test_ld_08_older_tls_is_refused(place: Place) -> None:
    with pytest.warns(DeprecationWarning):
        place.trusted.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning):
        place.trusted.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError, ValueError)):
        await place.connect()


async def test_pipelined_requests_are_answered_in_their_order(place: Place) -> None:
    client = await place.connect()
    client.writer.write(bind(SYSTEM, SECRET) + search(BASE, "(uid=siti@example.id)") + extended(messages.WHO_AM_I) + UNBIND)
    tags = []
    for _ in range(4):
        message = await client.read()
        tags.append(message[message.index(b"\x02\x01\x01") + 3])
    assert tags == [messages.BOUND, messages.ENTRY, messages.DONE, messages.EXTENDED_DONE]
    assert await client.ended()


async def test_bytes_that_come_one_by_one_are_a_message_too(place: Place) -> None:
    client = await place.connect()
    for byte in bind(SITI_DN, PASSWORD):
        client.writer.write(bytes((byte,)))
        await client.writer.drain()
    assert code_of(await client.read()) == 0


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\n\r\n", b"\x30\x84\x7f\xff\xff\xff", b"\x30\x03\x02\x01\x01"], ids=["http", "huge", "nothing"]
)
async def test_what_is_no_message_ends_the_connection_with_a_notice(place: Place, data: bytes) -> None:
    client = await place.connect()
    client.writer.write(data)
    notice = await client.read()
    assert messages.DISCONNECTION.encode() in notice and code_of(notice) == Result.PROTOCOL_ERROR
    assert await client.ended()


async def test_so_many_connections_and_no_more(place: Place) -> None:
    place.server.most_each = 3
    clients = [await place.connect(tls=False) for _ in range(4)]
    assert await clients[3].ended()
    assert await clients[0].code(extended(messages.WHO_AM_I)) == 0
    clients[0].writer.write(UNBIND)
    assert await clients[0].ended()
    again = await place.connect(tls=False)
    assert await again.code(extended(messages.WHO_AM_I)) == 0
    place.server.most = 3
    assert await (await place.connect(tls=False)).ended()


def hurried(monkeypatch: pytest.MonkeyPatch, **seconds: float) -> None:
    for name, value in seconds.items():
        monkeypatch.setattr(module, f"{name.upper()}_SECONDS", value)


async def test_ld_06_a_stranger_who_never_stops_asking_does_not_stay_and_who_is_known_does(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried(monkeypatch, stranger=0.5)
    modify = ber.group(ber.integer(5), ber.element(0x66, b""))  # refused, and costs nothing

    async def kept(client: Client, seconds: float) -> bool:
        """True when the connection is still there after so long, in which it asked without end."""
        gone = asyncio.create_task(client.ended(60))
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end and not gone.done():
                client.writer.write(modify * 500)
                await client.writer.drain()
                await asyncio.sleep(0)
            return not gone.done()
        except OSError:
            return False
        finally:
            gone.cancel()

    assert not await kept(await place.connect(), 6)
    client = await place.connect()
    assert await client.code(bind(SYSTEM, SECRET)) == 0
    assert await kept(client, 1.5)


async def test_ld_06_who_guesses_too_often_is_let_go(place: Place) -> None:
    client = await place.connect()
    codes = [await client.code(bind(SITI_DN, f"salah-{turn}")) for turn in range(place.desk.most + 1)]
    assert codes == [Result.INVALID_CREDENTIALS] * place.desk.most + [Result.BUSY]
    assert await client.ended()
    assert await (await place.connect()).code(bind(SITI_DN, PASSWORD)) == 0, "the twin: a good password is not held up"


async def test_a_stranger_does_not_stay(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried(monkeypatch, stranger=0.3)
    for tls in (True, False):
        client = await place.connect(tls=tls)
        client.writer.write(extended(messages.WHO_AM_I))
        assert await client.ended(4)


async def test_half_a_message_holds_no_place(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried(monkeypatch, message=0.3)
    client = await place.connect()
    assert await client.code(bind(SITI_DN, PASSWORD)) == 0
    for byte in search(BASE, "(uid=x)")[:12]:
        client.writer.write(bytes((byte,)))
        await asyncio.sleep(0.01)
    assert await client.ended(4)


async def test_a_handshake_that_never_comes_holds_no_place(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried(monkeypatch, handshake=0.3)
    _, writer = await asyncio.open_connection("127.0.0.1", place.secure)
    place.open.append(writer)
    for _ in range(100):
        await asyncio.sleep(0.05)
        if not place.server.links:
            break
    assert not place.server.links


async def test_whoever_bound_may_wait(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried(monkeypatch, stranger=0.2)
    client = await place.connect()
    assert await client.code(bind(SITI_DN, PASSWORD)) == 0
    assert not await client.ended(1.6)
    assert await client.code(extended(messages.WHO_AM_I)) == 0


async def test_what_is_being_answered_is_answered_before_the_end(place: Place) -> None:
    going = asyncio.Event()
    start = asyncio.Event()

    async def slow(_: object, __: str, ___: str) -> Found | None:
        start.set()
        await going.wait()
        return None

    place.desk.by_key = slow  # type: ignore[assignment,method-assign]
    busy, idle = await place.connect(), await place.connect()
    assert await busy.code(bind(SYSTEM, SECRET)) == 0
    assert await idle.code(bind(SYSTEM, SECRET)) == 0
    busy.writer.write(search(BASE, "(uid=siti@example.id)"))
    await start.wait()
    stopping = asyncio.create_task(place.server.stop(5))
    assert messages.DISCONNECTION.encode() in await idle.read()
    going.set()
    assert code_of(await busy.read()) == 0
    assert messages.DISCONNECTION.encode() in await busy.read()
    await stopping
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", place.plain)


async def test_a_handshake_on_its_way_keeps_nothing_from_ending(place: Place) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", place.secure)
    place.open.append(writer)
    while not place.server.links:
        await asyncio.sleep(0.01)
    await place.server.stop(1)
    assert not place.server.links


async def test_a_fault_of_ours_ends_one_connection_only(place: Place) -> None:
    async def broken(*_: object) -> Found | None:
        raise RuntimeError("a fault")

    place.desk.by_key = broken  # type: ignore[method-assign]
    client, other = await place.connect(), await place.connect()
    assert await client.code(bind(SYSTEM, SECRET)) == 0
    client.writer.write(search(BASE, "(uid=siti@example.id)"))
    assert await client.ended()
    assert await other.code(bind(SYSTEM, SECRET)) == 0


def test_without_a_certificate_nothing_is_served(tmp_path: Path, papers: LdapSettings) -> None:
    wrong: list[Callable[[], LdapSettings]] = [
        LdapSettings,
        lambda: LdapSettings(tls_certificate=papers.tls_certificate),
        lambda: LdapSettings(tls_certificate=papers.tls_key, tls_key=papers.tls_key),
        lambda: LdapSettings(tls_certificate=str(tmp_path / "none"), tls_key=papers.tls_key),
    ]
    for settings in wrong:
        with pytest.raises(SettingsError, match=r"^ldap\.tls_certificate: "):
            context(settings())
