"""Guessing is slowed, survives everything, and shuts no owner out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hub.resources import open_resources
from hub.storage.expiring.memory import MemoryStore
from idp.people.models import IdentifierKind
from idp.signin.authenticate import No, SignedIn
from idp.signin.known_device import KnownDevice
from idp.signin.throttle import FORGET_AFTER, MOST_FAILURES, Throttle
from tests.idp.signin.desk import DEVICE_KEY, Desk, desk_of, email
from tests.site import PASSWORD, Site

WHO = "korban@example.id"


async def judged(desk: Desk, times: int, *, gap: int = 0, address: str = "") -> int:
    """Return how many of so many wrong guesses were judged, each from an address of its own."""
    before = desk.hasher.verifications
    for number in range(times):
        await desk.try_password(WHO, address=address or f"10.{number // 250}.{number % 250}.1")
        desk.site.clock.advance(gap)
    return desk.hasher.verifications - before


async def test_lg_03_five_guesses_are_judged_then_the_pace_slows(site: Site) -> None:
    desk = desk_of(site)
    await desk.person(email(WHO))
    assert await judged(desk, 200) == 5
    waits = []
    for _ in range(6):
        outcome = await desk.try_password(WHO, address="198.51.100.1")
        assert isinstance(outcome, No) and outcome.wait is not None
        waits.append(outcome.wait.until - site.clock.now())
        site.clock.advance(waits[-1])
        outcome = await desk.try_password(WHO, address=f"198.51.{waits[-1] % 250}.2")
        assert outcome == No(), "judged at the minute that was named"
    assert waits == [2, 4, 8, 16, 32, 900]


async def test_lg_03_the_tenth_failure_names_the_time_and_the_right_password_waits_too(site: Site) -> None:
    desk = desk_of(site)
    await desk.person(email(WHO))
    await judged(desk, 10, gap=40)
    refused = await desk.try_password(WHO, PASSWORD, address="192.0.2.1")
    assert isinstance(refused, No) and refused.wait is not None and refused.wait.locked
    site.clock.advance(refused.wait.until - site.clock.now() - 1)
    assert isinstance(await desk.try_password(WHO, PASSWORD, address="192.0.2.2"), No)
    site.clock.advance(1)
    assert isinstance(await desk.try_password(WHO, PASSWORD, address="192.0.2.3"), SignedIn)


async def test_lg_03_never_a_hundred_consecutive_failures(site: Site) -> None:
    desk = desk_of(site)
    account = desk.throttle.account("email", WHO)
    admitted = 0
    for _ in range(150):
        wait = await desk.throttle.admit(account)
        admitted += wait is None
        site.clock.advance(4 * 3600 + 1)
    assert admitted == MOST_FAILURES
    assert MOST_FAILURES * len(IdentifierKind) < 100, "of all the identifiers that a person can have"
    assert (await desk.throttle.admit(account)) is not None
    site.clock.advance(FORGET_AFTER)
    assert (await desk.throttle.admit(account)) is None, "thirty quiet days are forgotten"


async def test_lg_03_the_count_survives_a_restart_and_a_flushed_store(site: Site, tmp_path: Path) -> None:
    desk = desk_of(site)
    assert await judged(desk, 6) == 5
    flushed = desk_of(site, expiring=MemoryStore(site.clock))
    refused = await flushed.try_password(WHO, address="198.51.100.1")
    assert isinstance(refused, No) and refused.wait is not None
    async with open_resources(site.house.settings, site.clock) as again:
        restarted = Throttle(again.stores.credentials, again.expiring, again.stores.ring, site.house.settings.idp, site.clock)
        assert await restarted.admit(restarted.account("email", WHO)) is not None
        assert await restarted.admit(restarted.account("email", "lain@example.id")) is None


async def test_r8_of_two_hundred_parallel_guesses_five_are_judged(site: Site) -> None:
    desk = desk_of(site)
    await desk.person(email(WHO))
    before = desk.hasher.verifications
    outcomes = await asyncio.gather(*(desk.try_password(WHO, address=f"10.1.{number}.1") for number in range(200)))
    assert desk.hasher.verifications - before == 5
    assert sum(outcome == No() for outcome in outcomes) == 5


async def test_a_success_forgives(site: Site) -> None:
    desk = desk_of(site)
    await desk.person(email(WHO))
    await judged(desk, 4)
    assert isinstance(await desk.try_password(WHO, PASSWORD), SignedIn)
    assert await judged(desk, 9) == 5


async def test_lg_04_one_address_over_many_accounts_is_slowed_and_told_once(site: Site) -> None:
    desk = desk_of(site)
    most = site.house.settings.idp.address_tries
    with capture_logs() as lines:
        outcomes = [await desk.try_password(f"orang{number}@example.id", address="203.0.113.9") for number in range(most + 3)]
    assert [outcome == No() for outcome in outcomes] == [True] * most + [False] * 3
    alarms = [line for line in lines if line["event"] == "sign_in_tries_over_limit"]
    assert [(line["scope"], line["network"]) for line in alarms] == [("address", "203.0.113.0/24")]
    site.clock.advance(61)
    assert await desk.try_password("orang0@example.id", address="203.0.113.9") == No()


@pytest.mark.parametrize(
    ("scope", "times", "address"),
    [
        ("network", 5, "203.0.113.{}"),
        ("network", 5, "2001:db8:1:1::{:x}"),
        ("site", 20, "2001:db8:1:{:x}::1"),
        ("block", 50, "2001:db8:{:x}::1"),
    ],
)
async def test_lg_04_a_network_is_slowed_though_each_address_is_quiet(site: Site, scope: str, times: int, address: str) -> None:
    desk = desk_of(site)
    most = site.house.settings.idp.address_tries * times
    with capture_logs() as lines:
        found = [await desk.throttle.address_is_slow(address.format(number % 250 if times == 5 else number)) for number in range(most + 1)]
    assert [wait is not None for wait in found] == [False] * most + [True]
    assert [line["scope"] for line in lines] == [scope]
    assert await desk.throttle.address_is_slow("198.51.100.1") is None


async def test_lg_05_a_line_that_is_refused_uses_up_nobody_elses_tries(site: Site) -> None:
    desk = desk_of(site)
    for _ in range(site.house.settings.idp.address_tries * 6):
        await desk.throttle.address_is_slow("203.0.113.9")
    assert await desk.throttle.address_is_slow("203.0.113.9") is not None
    assert await desk.throttle.address_is_slow("203.0.113.10") is None, "the same network"


async def test_lg_05_whoever_tries_from_everywhere_shuts_nobody_out(site: Site, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Everybody together has an alarm and no limit: a limit for all would be one attacker's switch for the whole regency."""
    monkeypatch.setattr("idp.signin.throttle.GLOBAL_PER_MINUTE", 4)
    desk = desk_of(site)
    with capture_logs() as lines:
        found = [await desk.throttle.address_is_slow(f"10.{number}.0.1") for number in range(7)]
    assert found == [None] * 7
    assert [line["scope"] for line in lines] == ["everybody"], "told once"


async def test_lg_05_the_owner_gets_in_on_a_known_device_while_the_account_is_locked(site: Site) -> None:
    desk = desk_of(site)
    person = await desk.person(email(WHO))
    mark = KnownDevice(DEVICE_KEY).remembering(person.id)
    await judged(desk, 12, gap=40)
    assert isinstance(locked := await desk.try_password(WHO, PASSWORD, address="192.0.2.1"), No) and locked.wait is not None
    assert isinstance(await desk.try_password(WHO, PASSWORD, address="192.0.2.1", device=mark), SignedIn)
    assert isinstance(await desk.try_password(WHO, PASSWORD, address="192.0.2.1"), SignedIn), "and the owner's success forgives"


async def test_lg_05_a_known_device_passes_a_slowed_network_but_not_its_own_budget(site: Site) -> None:
    desk = desk_of(site)
    person = await desk.person(email(WHO))
    mark = KnownDevice(DEVICE_KEY).remembering(person.id)
    for number in range(40):
        await desk.try_password(f"orang{number}@example.id", address="203.0.113.9")
    for _ in range(5):
        assert await desk.try_password(WHO, device=mark) == No()
    slowed = await desk.try_password(WHO, PASSWORD, device=mark)
    assert isinstance(slowed, No) and slowed.wait is not None


async def test_lg_05_a_mark_of_another_account_or_another_key_is_no_mark(site: Site) -> None:
    desk = desk_of(site)
    await desk.person(email(WHO))
    other = await desk.person(email("lain@example.id"))
    await judged(desk, 12, gap=40)
    for mark in (KnownDevice(DEVICE_KEY).remembering(other.id), KnownDevice(b"x" * 32).remembering(other.id), "~~.~", "x" * 500):
        refused = await desk.try_password(WHO, PASSWORD, address="192.0.2.1", device=mark)
        assert isinstance(refused, No) and refused.wait is not None


def test_a_shared_phone_remembers_four_accounts() -> None:
    cookie = ""
    for person in ("a", "b", "c", "d", "e"):
        cookie = KnownDevice(DEVICE_KEY, cookie).remembering(person)
    device = KnownDevice(DEVICE_KEY, cookie)
    assert [bool(device.of(person)) for person in "abcde"] == [False, True, True, True, True]
    again = KnownDevice(DEVICE_KEY, device.remembering("c"))
    assert [bool(again.of(person)) for person in "bcde"] == [True] * 4, "an account that signs in again takes no second place"
    assert len(cookie) <= 400 and again.of("c") != device.of("c")
