"""The one way out: deadlines, limits, bulkhead, breaker, guarded addresses, and nothing of it in the log (C12, PV-01)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import structlog

from connectors.apis.basic.kind import BasicSettings
from connectors.calls import Failure, Fault, OutboundRequest, Response
from idp.calls.outward import Outward
from kit.outbound import client
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


@pytest.fixture
async def way() -> AsyncIterator[tuple[Outward, Upstream, Moment]]:
    upstream, moment = Upstream(), Moment()
    async with httpx.AsyncClient(transport=upstream) as http:
        yield Outward(http, moment), upstream, moment


def fault(outcome: Response | Failure) -> Fault:
    assert isinstance(outcome, Failure), outcome
    return outcome.fault


async def test_an_answer_is_read_as_it_is(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, _ = way
    upstream.status, upstream.headers = 404, {"Content-Type": "application/json"}
    answer = await outward.send("a", SETTINGS, ASKED)
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
    assert fault(await outward.send("a", SETTINGS, ASKED)) is Fault.UNREACHABLE


async def test_c12_a_connector_holds_as_many_calls_as_it_may_and_no_other_waits(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, _ = way
    upstream.hold = asyncio.Event()
    slow = SETTINGS.model_copy(update={"timeout_seconds": 30})
    held = [asyncio.create_task(outward.send("a", slow, ASKED)) for _ in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert fault(await outward.send("a", slow, ASKED)) is Fault.BUSY
    free = asyncio.create_task(outward.send("b", slow, ASKED))
    await asyncio.sleep(0.01)
    assert upstream.asked == 3, "another connector's call went out"
    upstream.hold.set()
    answers = await asyncio.gather(*held, free)
    assert all(isinstance(one, Response) for one in answers)
    assert isinstance(await outward.send("a", slow, ASKED), Response)


async def test_c12_who_failed_five_times_is_left_alone_and_then_asked_by_one(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, moment = way
    upstream.status = 500
    for _ in range(5):
        assert isinstance(await outward.send("a", SETTINGS, ASKED), Response)
        moment.now += 1
    refused = await outward.send("a", SETTINGS, ASKED)
    assert fault(refused) is Fault.BUSY and isinstance(refused, Failure) and 0 < refused.pause <= 16
    assert upstream.asked == 5
    assert isinstance(await outward.send("b", SETTINGS, ASKED), Response), "another connector is asked"
    moment.now += 15
    upstream.status = 200
    assert isinstance(await outward.send("a", SETTINGS, ASKED), Response)
    assert isinstance(await outward.send("a", SETTINGS, ASKED), Response)


async def test_a_no_is_no_failure_of_the_other_side(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, _ = way
    upstream.status = 422
    for _ in range(20):
        assert isinstance(await outward.send("a", SETTINGS, ASKED), Response)


async def test_a_caller_that_goes_away_frees_its_place(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, _ = way
    upstream.hold = asyncio.Event()
    for _ in range(5):
        gone = asyncio.create_task(outward.send("a", SETTINGS, ASKED))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
    assert outward.lanes["a"].waiting == 0


async def test_an_address_inside_is_not_reached_unless_it_is_allowed() -> None:
    async with client() as http:
        for address in ("http://127.0.0.1:9/x", "http://169.254.169.254/latest", "http://[::1]:9/"):
            assert fault(await Outward(http).send("a", SETTINGS, replace(ASKED, url=address))) is Fault.UNREACHABLE


async def test_a_redirect_is_not_followed(way: tuple[Outward, Upstream, Moment]) -> None:
    outward, upstream, _ = way
    upstream.status, upstream.headers = 302, {"Location": "https://evil.example/"}
    answer = await outward.send("a", SETTINGS, ASKED)
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
