"""How much an older system may send, how long it may take, and what it cannot take away from others (FB-06, C12)."""

from __future__ import annotations

import asyncio
import gzip
import time
import tracemalloc

import pytest

from hub.bridge.errors import OlderTooLarge
from hub.bridge.upstream import _unpacked
from kit.breaker import State
from tests.hub.bridge.conftest import CONNECTOR, HOST, OLD_PASSWORD, Town
from tests.hub.bridge.older import BOMB, GZIP_BOMB, Wire, dripping, endless, reset, told, writes

LARGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 50000000\r\n\r\n" + b"x" * 3_000_000


@pytest.mark.parametrize(
    ("wire", "status"),
    [
        (writes(LARGE), 502),
        (endless, 502),
        (writes(GZIP_BOMB), 502),
        (dripping, 503),
        (writes(b"", after=30), 503),
        (reset, 503),
        (writes(b"\x00\xff garbage\r\n\r\n"), 503),
        (writes(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc"), 502),
        (writes(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n"), 503),
        (writes(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"), 503),
    ],
    ids=["large", "endless", "bomb", "dripping", "silent", "reset", "garbage", "coding", "headers", "cut"],
)
async def test_fb_06_a_page_without_end_is_cut_and_the_person_stays_signed_in(town: Town, wire: Wire, status: int) -> None:
    siti = await town.inside()
    town.older.page["/aneh"] = wire
    started = time.monotonic()
    answer = await siti.http.get(f"{HOST}/aneh")
    assert time.monotonic() - started < 5
    assert answer.status_code == status
    assert "Anda tetap masuk" in answer.text and "tel:" in answer.text and "Dinas Komunikasi" in answer.text
    assert "orang=siti" in (await siti.http.get(f"{HOST}/")).text


async def test_fb_06_a_login_page_without_end_is_cut_too(town: Town) -> None:
    await town.hold("siti", OLD_PASSWORD)
    town.older.page["/login.php"] = endless
    assert (await town.person().go(f"{HOST}/")).status_code == 502
    assert town.older.sent == []


async def test_what_a_person_sends_is_limited(town: Town) -> None:
    siti = await town.inside()
    before = len(town.older.requests)
    assert (await siti.http.post(f"{HOST}/simpan.php", content=b"x" * 1_000_001)).status_code == 413
    assert len(town.older.requests) == before
    assert (await siti.http.post(f"{HOST}/simpan.php", content=b"x" * 999_999)).status_code == 200


async def test_c12_an_older_system_that_is_down_is_left_alone_and_then_asked_by_one(town: Town) -> None:
    siti = await town.inside()
    moment = [1000.0]
    older = town.bridge.olders[CONNECTOR]
    older.steady = lambda: moment[0]
    town.older.page["/mati"] = reset
    for _ in range(5):
        assert (await siti.http.get(f"{HOST}/mati")).status_code == 503
    before = town.older.connections
    answer = await siti.http.get(f"{HOST}/")
    assert answer.status_code == 503 and 1 <= int(answer.headers["retry-after"]) <= 30
    assert town.older.connections == before, "nobody asks it"
    moment[0] += 30
    assert "orang=siti" in (await siti.http.get(f"{HOST}/")).text
    assert (await siti.http.get(f"{HOST}/")).status_code == 200


async def test_c12_a_slow_older_system_takes_no_more_than_its_share(town: Town) -> None:
    await town.configure(at_once=3)
    siti = await town.inside()
    town.older.page["/lambat"] = writes(b"", after=30)
    before = town.older.connections
    started = time.monotonic()
    answers = await asyncio.gather(*(siti.http.get(f"{HOST}/lambat") for _ in range(12)))
    assert time.monotonic() - started < 4, "those who wait for a place wait no longer than the others"
    assert town.bridge.olders[CONNECTOR].outages.state(time.monotonic()) is State.CLOSED, "who found no place says nothing of the system"
    assert {answer.status_code for answer in answers} == {503}
    assert town.older.connections - before <= 3
    assert (await siti.http.get(f"{town.site.issuer}/")).status_code == 200


def test_fb_06_unpacking_takes_no_more_room_than_the_limit() -> None:
    tracemalloc.start()
    with pytest.raises(OlderTooLarge):
        _unpacked("gzip", BOMB, 1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000
    assert _unpacked("gzip", gzip.compress(b"x" * 1_000_000), 1_000_000) == b"x" * 1_000_000
    with pytest.raises(OlderTooLarge):
        _unpacked("gzip", gzip.compress(b"x" * 100)[:-9], 1_000_000)


RINI = ("3503115704859009", "rini")


async def test_c12_the_failing_page_of_one_person_closes_the_system_to_nobody(town: Town) -> None:
    siti, rini = await town.inside(), await town.inside(*RINI)
    town.older.page["/laporan"] = writes(told(503, "terlalu besar"))
    for _ in range(12):
        assert (await siti.http.get(f"{HOST}/laporan")).status_code == 503
    assert (await rini.http.get(f"{HOST}/")).status_code == 200
    for _ in range(5):
        for person in (siti, rini):
            assert (await person.http.get(f"{HOST}/laporan")).status_code == 503
    before = town.older.connections
    assert (await rini.http.get(f"{HOST}/")).status_code == 503
    assert town.older.connections == before, "what fails for two persons is down"


async def test_c12_one_person_takes_a_quarter_of_the_places(town: Town) -> None:
    siti, rini = await town.inside(), await town.inside(*RINI)
    running = most = 0

    async def slow(_: object, writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.4)
        running -= 1
        writer.write(told(200, "x"))

    town.older.page["/lambat"] = slow
    hers = [asyncio.create_task(siti.http.get(f"{HOST}/lambat")) for _ in range(40)]
    await asyncio.sleep(0.2)
    assert (await rini.http.get(f"{HOST}/")).status_code == 200
    await asyncio.gather(*hers)
    assert most == 4, "of sixteen"


async def test_fb_06_a_page_of_nested_forms_holds_nobody_up(town: Town) -> None:
    siti = await town.inside()
    town.older.page["/aneh"] = writes(told(200, "user pass" + "<div><form>" * 120 + "<input>" * 70_000))
    worst, last, done = 0.0, time.monotonic(), False

    async def beat() -> None:
        nonlocal worst, last
        while not done:
            await asyncio.sleep(0.02)
            worst, last = max(worst, time.monotonic() - last), time.monotonic()

    beating = asyncio.create_task(beat())
    answer = await siti.http.get(f"{HOST}/aneh")
    done = True
    await beating
    assert answer.status_code == 200
    assert worst < 1.5, "half a minute, when each form looked through all inputs"
