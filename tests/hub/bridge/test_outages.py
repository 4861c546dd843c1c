"""C12: when an older system counts as down. The time is passed in."""

from __future__ import annotations

from hub.bridge.outages import Outages
from kit.breaker import State


def opened() -> Outages:
    outages = Outages()
    for second in range(5):
        outages.failed(second, None)
    assert outages.state(5) is State.OPEN
    return outages


def test_c12_failures_of_the_system_itself_open_for_all() -> None:
    assert not opened().admits(5, "rini")


def test_c12_failures_of_one_person_never_open_and_those_of_two_do() -> None:
    outages = Outages()
    for tenth in range(60):
        outages.failed(tenth / 10, "siti")
    assert outages.state(6) is State.CLOSED
    outages.failed(6, "rini")
    assert outages.state(6) is State.CLOSED, "of one person three count"
    outages.failed(6, "siti")
    outages.failed(6, "rini")
    assert outages.state(6) is State.OPEN


def test_c12_what_lies_long_apart_does_not_add_up() -> None:
    outages = Outages()
    for minute in range(20):
        outages.failed(60 * minute, "siti" if minute % 2 else "rini")
    assert outages.state(1200) is State.CLOSED


def test_c12_an_answer_clears_what_was_in_doubt() -> None:
    outages = Outages()
    for second in (1, 1.1, 1.2):
        outages.failed(second, "siti")
    outages.succeeded(2)
    for second in (2.1, 2.2):
        outages.failed(second, "rini")
    assert outages.state(3) is State.CLOSED


def test_c12_the_one_try_that_one_person_spoils_is_anothers_next() -> None:
    outages = opened()
    assert outages.admits(20, "siti") and not outages.admits(20, "rini")
    outages.failed(21, "siti")
    assert not outages.admits(21, "siti")
    assert outages.admits(21, "rini")
    outages.succeeded(22)
    assert outages.state(22) is State.CLOSED and outages.admits(22, "siti")


def test_c12_two_tries_that_fail_open_again_and_who_is_alone_tries_later() -> None:
    outages = opened()
    assert outages.admits(20, "siti")
    outages.failed(21, "siti")
    assert outages.admits(40, "siti"), "nobody else came"
    outages.failed(41, "siti")
    assert outages.admits(42, "rini")
    outages.failed(43, "rini")
    assert outages.state(43) is State.OPEN
