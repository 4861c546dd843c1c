"""The one way out: deadlines, limits, bulkhead, breaker, guarded addresses, and nothing of it in the log (C12, PV-01)."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest
import structlog

from connectors.apis.answers import status_failure
from connectors.apis.basic.kind import BasicSettings
from connectors.calls import Failure, Fault, OutboundRequest, Response
from hub.outbound import lanes
from hub.settings import OutboundSettings
from idp.calls.outward import Outward
from kit.outbound import Lanes, client
from tests.idp.calls.town import CARD, Town

ADDRESS = "https://api.example.id/x"
SETTINGS = BasicSettings.model_validate(
    {"base_url": "https://api.example.id", "username": "u", "operations": [{"path": "/x"}], "at_once": 2, "timeout_seconds": 0.5}
)
ASKED = OutboundRequest("GET", ADDRESS)


class Upstream(httpx.AsyncBaseTransport):
    """Answers what it is told to: a status, a body in pieces, or nothing at all."""

    def __init__(self) -> None:
        self.status = 200
        self.pieces: list[bytes] = [b"{}"]
        self.headers: dict[str, str] = {}
        self.hold: asyncio.Event | None = None
        self.broken = False
        self.asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.broken:
            raise httpx.ConnectError("refused by 10.0.0.1 for secret-canary", request=request)
        if self.hold is not None:
            await self.hold.wait()

        async def pieces() -> AsyncIterator[bytes]:
            for piece in self.pieces:
                yield piece

        return httpx.Response(self.status, headers=self.headers, content=pieces())


class Moment:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def real_server(*, hangs: bool = False) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server on a port of its own, and the requests that it heard."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            heard.append(await reader.readuntil(b"\r\n\r\n"))
            if hangs:
                await reader.read()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=500)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


@pytest.fixture
async def way() -> AsyncIterator[tuple[Outward, Upstream, Moment]]:
    upstream, moment = Upstream(), Moment()
    async with httpx.AsyncClient(transport=upstream) as http:
        yield Outward(Lanes(lambda _: http), moment), upstream, moment


def as_it_is(response: Response) -> Response | Failure:
    """Read an answer as a kind does that knows nothing but its status."""
    return response if response.status < 500 else Failure(Fault.BROKEN)


def fault(outcome: Response | Failure) -> Fault:
    assert isinstance(outcome, Failure), outcome
    return outcome.fault


async def test_an_answer_is_read_as_it_is(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, _ = way
    upstream.status, upstream.headers = 404, {"Content-Type": "application/json"}
    answer = await outward.send("a", SETTINGS, ASKED, as_it_is)
    assert isinstance(answer, Response)
    assert (answer.status, answer.media_type, answer.body) == (404, "application/json", b"{}")


@pytest.mark.parametrize("what", ["large", "coded", "broken", "silent"])
async def test_what_is_no_whole_answer_in_time_is_none(way: tuple[Outward, Upstream, Moment], what: str) -> None:
    outward, upstream, _ = way
    if what == "large":
        upstream.pieces = [b"x" * 65_536] * 17
    elif what == "coded":
        upstream.headers = {"Content-Encoding": "gzip"}
    elif what == "broken":
        upstream.broken = True
    else:
        upstream.hold = asyncio.Event()
    assert fault(await outward.send("a", SETTINGS, ASKED, as_it_is)) is Fault.UNREACHABLE


async def test_c12_a_connector_holds_as_many_calls_as_it_may_and_no_other_waits(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, _ = way
    upstream.hold = asyncio.Event()
    slow = SETTINGS.model_copy(update={"timeout_seconds": 30})
    held = [asyncio.create_task(outward.send("a", slow, ASKED, as_it_is)) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert fault(await outward.send("a", slow, ASKED, as_it_is)) is Fault.BUSY
    free = asyncio.create_task(outward.send("b", slow, ASKED, as_it_is))
    await asyncio.sleep(0.01)
    assert upstream.asked == 3, "another connector's call went out"
    upstream.hold.set()
    answers = await asyncio.gather(*held, free)
    assert all(isinstance(one, Response) for one in answers)
    assert isinstance(await outward.send("a", slow, ASKED, as_it_is), Response)


async def test_c12_who_failed_five_times_is_left_alone_and_then_asked_by_one(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, moment = way
    upstream.status = 500
    for _ in range(5):
        assert fault(await outward.send("a", SETTINGS, ASKED, as_it_is)) is Fault.BROKEN
        moment.now += 1
    refused = await outward.send("a", SETTINGS, ASKED, as_it_is)
    assert fault(refused) is Fault.BUSY and isinstance(refused, Failure) and 0 < refused.pause <= 16
    assert upstream.asked == 5
    assert fault(await outward.send("b", SETTINGS, ASKED, as_it_is)) is Fault.BROKEN, "another connector is asked"
    moment.now += 15
    upstream.status = 200
    assert isinstance(await outward.send("a", SETTINGS, ASKED, as_it_is), Response)
    assert isinstance(await outward.send("a", SETTINGS, ASKED, as_it_is), Response)


async def test_a_no_is_no_failure_of_the_other_side(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, _ = way
    upstream.status = 422
    for _ in range(20):
        assert isinstance(await outward.send("a", SETTINGS, ASKED, as_it_is), Response)


async def test_c12_a_no_with_500_closes_nothing_to_others_and_a_failure_with_200_does(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, _ = way
    upstream.status = 500
    for _ in range(20):
        assert fault(await outward.send("a", SETTINGS, ASKED, lambda _: Failure(Fault.DECLINED))) is Fault.DECLINED
    assert upstream.asked == 20
    upstream.status = 200
    for _ in range(5):
        assert fault(await outward.send("a", SETTINGS, ASKED, lambda _: Failure(Fault.BROKEN))) is Fault.BROKEN
    assert fault(await outward.send("a", SETTINGS, ASKED, as_it_is)) is Fault.BUSY, "the twin: what the answer says is what counts"


@pytest.mark.parametrize(
    ("request_", "due"),
    [
        (replace(ASKED, headers={"X-Key": "kunci-\u00e9"}), Fault.REFUSED),
        (replace(ASKED, headers={"X-Key": "kunci\nX-Evil: 1"}), Fault.REFUSED),
        (replace(ASKED, url=f"{ADDRESS}?q={'x' * 70_000}"), Fault.MALFORMED),
    ],
    ids=["no ASCII", "a line break", "too long"],
)
async def test_c12_what_cannot_be_sent_is_no_failure_of_the_other_side(request_: OutboundRequest, due: Fault) -> None:
    patient = SETTINGS.model_copy(update={"timeout_seconds": 5})
    async with real_server() as (port, heard), client(allow=[f"127.0.0.1:{port}"]) as http:
        outward = Outward(Lanes(lambda _: http))
        here = replace(request_, url=request_.url.replace("https://api.example.id", f"http://127.0.0.1:{port}"))
        for _ in range(6):
            assert fault(await outward.send("a", patient, here, as_it_is)) is due
        assert heard == []
        good = replace(here, headers={"X-Key": "kunci"}, url=f"http://127.0.0.1:{port}/")
        assert isinstance(await outward.send("a", patient, good, as_it_is), Response)


async def test_c12_who_hangs_holds_neither_connections_nor_names_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two connectors with as many calls as a setting allows, one whose API hangs and one whose name server does; a third is as before."""
    asked, let_go = socket.getaddrinfo, threading.Event()

    def names(host: str, *more: Any, **named: Any) -> Any:
        if host.endswith(".mati.example"):
            let_go.wait(10)
            raise socket.gaierror(socket.EAI_AGAIN, "again")
        return asked(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", names)
    many = SETTINGS.model_copy(update={"at_once": 64, "timeout_seconds": 10})
    async with real_server(hangs=True) as (slow, heard), real_server() as (well, _):
        reach = OutboundSettings(allow=[f"localhost:{slow}", f"localhost:{well}"])
        async with lanes(reach) as clients:
            outward = Outward(clients)
            held = [
                asyncio.create_task(outward.send(name, many, OutboundRequest("GET", address), as_it_is))
                for name, address in (("tanpa-nama", "https://api.mati.example/"), ("diam", f"http://localhost:{slow}/"))
                for _ in range(64)
            ]
            async with asyncio.timeout(4):
                while len(heard) < 64:
                    await asyncio.sleep(0.01)
                answer = await outward.send("sehat", many, OutboundRequest("GET", f"http://localhost:{well}/"), as_it_is)
            assert isinstance(answer, Response) and not any(one.done() for one in held)
            let_go.set()
            for one in held:
                one.cancel()
            await asyncio.gather(*held, return_exceptions=True)


async def test_a_connector_asks_as_many_at_once_as_its_setting_says_now(way: tuple[Outward, Upstream, Moment]) -> None:
    made: list[int] = []

    def make(at_once: int) -> httpx.AsyncClient:
        made.append(at_once)
        return httpx.AsyncClient(transport=way[1])

    async with Lanes(make) as clients:
        outward = Outward(clients)
        for at_once in (2, 2, 4):
            settings = SETTINGS.model_copy(update={"at_once": at_once})
            assert isinstance(await outward.send("a", settings, ASKED, as_it_is), Response)
    assert made == [2, 4]


async def test_who_names_the_time_is_not_asked_before(way: tuple[Outward, Upstream, Moment]) -> None:
    """RFC 6585 §4: 429 with Retry-After. One caller's burst tells all of them; without a time only that caller is told."""
    outward, upstream, moment = way

    async def asked() -> Response | Failure:
        return await outward.send("a", SETTINGS, ASKED, lambda response: status_failure(response) or response)

    upstream.status = 429
    for _ in range(2):
        assert fault(await asked()) is Fault.LIMITED
    assert upstream.asked == 2, "no time was named"
    upstream.headers = {"Retry-After": "7"}
    assert fault(await asked()) is Fault.LIMITED
    upstream.status, upstream.headers = 200, {}
    held = await asked()
    assert isinstance(held, Failure) and (held.fault, held.pause, upstream.asked) == (Fault.LIMITED, 8, 3)
    assert isinstance(await outward.send("b", SETTINGS, ASKED, as_it_is), Response)
    moment.now += 7
    assert isinstance(await asked(), Response)


@pytest.mark.parametrize(("size", "elsewhere"), [(65_536, False), (65_537, True)])
async def test_a_large_answer_is_read_beside_the_loop(way: tuple[Outward, Upstream, Moment], size: int, elsewhere: bool) -> None:
    """Unpacking a megabyte takes a second, in which nobody else would be answered."""
    outward, upstream, _ = way
    upstream.pieces = [b"x" * size]
    thread = await outward.send("a", SETTINGS, ASKED, lambda _: threading.get_ident())
    assert (thread != threading.get_ident()) is elsewhere


async def test_a_caller_that_goes_away_frees_its_place(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, _ = way
    upstream.hold = asyncio.Event()
    for _ in range(5):
        gone = asyncio.create_task(outward.send("a", SETTINGS, ASKED, as_it_is))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
    assert outward.lanes["a"].waiting == 0


async def test_an_address_inside_is_not_reached_unless_it_is_allowed() -> None:
    async with client() as http:
        for address in ("http://127.0.0.1:9/x", "http://169.254.169.254/latest", "http://[::1]:9/"):
            outward = Outward(Lanes(lambda _: http))
            assert fault(await outward.send("a", SETTINGS, replace(ASKED, url=address), as_it_is)) is Fault.UNREACHABLE


async def test_a_redirect_is_not_followed(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, _ = way
    upstream.status, upstream.headers = 302, {"Location": "https://evil.example/"}
    answer = await outward.send("a", SETTINGS, ASKED, as_it_is)
    assert isinstance(answer, Response) and answer.status == 302 and upstream.asked == 1


async def test_pv_01_the_log_names_connector_operation_and_outcome_and_nothing_else(town: Town) -> None:
    with structlog.testing.capture_logs() as lines:
        assert (await town.call("/bpjs/Peserta/nokartu/~/tglSEP/2026-11-24", await town.hers())).status_code == 200
        town.fakes.bpjs.secret = "lain"
        assert (await town.call("/bpjs/SEP/2.0/insert", await town.token("bpjs"), "POST", json={"nik": "canary"})).status_code == 502
    text = json.dumps(lines, default=str)
    called = [line for line in lines if line["event"] == "older_api_called"]
    assert [(line["connector"], line["outcome"], line["operation"]) for line in called] == [
        ("bpjs", "answered", "GET /Peserta/nokartu/{kartu}/tglSEP/{tanggal}"),
        ("bpjs", "upstream_refused", "POST /SEP/2.0/insert"),
    ]
    assert not any(hidden in text for hidden in (CARD, "canary", "SITI PERAGAWATI", town.fakes.bpjs.user_key, "vclaim-rest"))
