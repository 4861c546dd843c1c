"""What changes among the keys of one algorithm: never none that signs, never a token whose key is gone too early."""

from __future__ import annotations

import pytest

from idp.keys.plan import ANNOUNCED, Plan, UnknownKey, is_due, ready_at, removal, retirement, roll_back, rotation
from idp.store import SigningKeyRow
from tests.idp.samples import NOW

DAY = 86400


def row(kid: str, state: str, *, created: int = NOW, changed: int = NOW) -> SigningKeyRow:
    return SigningKeyRow(kid, "ES256", state, b"", {}, created, changed)


USUAL = [row("old", "retiring"), row("now", "active"), row("soon", "next"), row("gone", "removed")]


def test_a_rotation_moves_each_key_one_step_and_announces_another() -> None:
    expected = {"now": "active", "soon": "next"}
    assert rotation(USUAL) == Plan({"now": "retiring", "soon": "active"}, expected, "next")


def test_of_several_next_keys_the_one_published_longest_signs_and_no_more_are_made() -> None:
    rows = [*USUAL, row("earlier", "next", created=NOW - 1)]
    assert rotation(rows) == Plan({"now": "retiring", "earlier": "active"}, {"now": "active", "earlier": "next"}, "")


def test_without_a_next_key_a_new_one_signs_at_once() -> None:
    assert rotation([row("now", "active")]) == Plan({"now": "retiring"}, {"now": "active"}, "active")
    assert rotation([]) == Plan({}, {}, "active")


@pytest.mark.parametrize(
    ("kid", "plan"),
    [
        ("old", Plan({"old": "removed"}, {"old": "retiring"}, "")),
        ("now", Plan({"now": "removed", "soon": "active"}, {"now": "active", "soon": "next"}, "next")),
        ("soon", Plan({"soon": "removed"}, {"soon": "next"}, "next")),
    ],
)
def test_jw_15_whatever_is_removed_its_place_is_taken(kid: str, plan: Plan) -> None:
    assert removal(USUAL, kid) == plan


@pytest.mark.parametrize("kid", ["gone", "unknown", ""])
def test_a_key_that_is_not_published_cannot_be_removed(kid: str) -> None:
    with pytest.raises(UnknownKey):
        removal(USUAL, kid)


def test_jw_15_the_way_back_leads_to_the_key_that_signed_last() -> None:
    rows = [*USUAL, row("older", "retiring", changed=NOW - DAY)]
    assert roll_back(rows).states == {"old": "active", "now": "next", "soon": "removed"}
    with pytest.raises(UnknownKey):
        roll_back([row("now", "active"), row("soon", "next")])


@pytest.mark.parametrize(("age", "published", "due"), [(90, 1, True), (89, 1, False), (90, 0, False), (400, 30, True)])
def test_jw_15_a_rotation_is_due_when_one_key_is_old_and_the_other_known(age: int, published: int, due: bool) -> None:
    rows = [row("now", "active", changed=NOW - age * DAY), row("soon", "next", created=NOW - published * DAY)]
    assert is_due(rows, NOW, 90 * DAY) is due
    assert (ready_at(rows, NOW) <= NOW) is (published > 0)


def test_a_key_that_was_rotated_back_to_signs_for_a_whole_term() -> None:
    rows = [row("old", "active", created=NOW - 400 * DAY, changed=NOW), row("soon", "next", created=NOW - 90 * DAY)]
    assert not is_due(rows, NOW + 90 * DAY - 1, 90 * DAY)
    assert is_due(rows, NOW + 90 * DAY, 90 * DAY)
    assert ready_at([], NOW) == NOW + ANNOUNCED


def test_jw_15_a_retiring_key_goes_when_its_time_is_over() -> None:
    rows = [row("old", "retiring", changed=NOW - 31 * DAY), row("former", "retiring", changed=NOW - 31 * DAY + 1), row("now", "active")]
    assert retirement(rows, NOW, 31 * DAY) == Plan({"old": "removed"}, {"old": "retiring"}, "")
