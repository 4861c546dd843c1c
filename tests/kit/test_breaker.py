"""The breaker, second by second."""

from __future__ import annotations

import pytest

from kit.breaker import Breaker, Rule, State

RULE = Rule(failures=3, window=10, rest=20)


def opened(at: float = 2) -> Breaker:
    breaker = Breaker(RULE)
    for moment in (at - 2, at - 1, at):
        assert breaker.admits(moment)
        breaker.failed(moment)
    return breaker


def test_it_opens_with_the_last_failure_too_many_and_admits_nobody() -> None:
    breaker = Breaker(RULE)
    breaker.failed(0)
    breaker.failed(1)
    assert breaker.state(1) is State.CLOSED and breaker.admits(1)
    breaker.failed(2)
    assert breaker.state(2) is State.OPEN
    assert not breaker.admits(2) and not breaker.admits(21.9)
    assert breaker.retry_after(2) == 21


def test_c12_with_the_usual_rule_five_seconds_of_patience_and_an_outage_it_is_open_within_ten_seconds() -> None:
    breaker = Breaker()
    for _ in range(5):  # five people come in the first seconds; each waits five seconds for nothing
        assert breaker.admits(3)
    for second in (5, 6, 7, 8, 8):
        breaker.failed(second)
    assert breaker.state(8) is State.OPEN
    assert breaker.state(8 + 30) is State.HALF_OPEN


def test_failures_far_apart_and_failures_between_successes_open_nothing() -> None:
    breaker = Breaker(RULE)
    for moment in (0, 6, 12, 18, 24):
        breaker.failed(moment)
        assert breaker.state(moment) is State.CLOSED
    breaker = Breaker(RULE)
    for moment in range(20):
        breaker.failed(moment)
        breaker.succeeded(moment)
    assert breaker.state(20) is State.CLOSED


def test_half_open_one_may_try_and_what_came_of_it_decides() -> None:
    breaker = opened(2)
    assert breaker.state(22) is State.HALF_OPEN
    assert [breaker.admits(22) for _ in range(3)] == [True, False, False]
    breaker.failed(23)
    assert breaker.state(23) is State.OPEN and not breaker.admits(42.9)
    assert breaker.admits(43)
    breaker.succeeded(44)
    assert breaker.state(44) is State.CLOSED
    breaker.failed(45)
    assert breaker.state(45) is State.CLOSED, "it begins to count anew"


def test_a_try_that_was_given_up_or_never_told_blocks_nobody() -> None:
    breaker = opened(2)
    assert breaker.admits(22)
    breaker.abandoned()
    assert breaker.admits(22)
    assert not breaker.admits(41.9)
    assert breaker.admits(42)


def test_an_answer_from_before_the_outage_closes_nothing_and_prolongs_nothing() -> None:
    breaker = opened(2)
    breaker.succeeded(3)
    assert breaker.state(3) is State.OPEN
    breaker.failed(10)
    assert breaker.state(22) is State.HALF_OPEN


@pytest.mark.parametrize("wrong", [{"failures": 0}, {"window": 0}, {"rest": 31}, {"rest": 0}])
def test_a_rule_without_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="failures from 1"):
        Rule(**wrong)  # type: ignore[arg-type]
