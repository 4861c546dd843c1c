"""One optional claim left out or taken back by itself; and specific data, which end after a year whatever the text says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent import ledger, record
from consent.models import Basis, LedgerEvent, PurposeState, Standing
from tests.consent.samples import ALL, DUTY, NEEDED, NOW, YEAR, after, answer, notice, purpose

MANY = purpose("kabar", Basis.CONSENT, False, "phone_number", "email", "address", valid_for=YEAR)
TEXT = notice(DUTY, NEEDED, MANY)
WANTED = ALL | {"email", "address"}
SOME = after([], answer(TEXT, "dampingi", "kabar", chosen={"kabar": frozenset({"phone_number", "email", "nib"})}))
HEALTH = purpose("kesehatan", Basis.CONSENT, False, "bpjs_number", valid_for=3 * YEAR)
CHILDREN = purpose("anak", Basis.PUBLIC_TASK, True, "children")
CLINIC = notice(DUTY, CHILDREN, HEALTH)


def of(states: list[PurposeState], name: str) -> PurposeState:
    return next(state for state in states if state.purpose == name)


def test_ux_cn_2_with_one_optional_claim_left_out_exactly_the_others_are_released() -> None:
    assert of(SOME, "kabar").claims == frozenset({"phone_number", "email"}), "a claim that is not of the purpose is not believed"
    found = record.standing(TEXT, SOME, WANTED, NOW)
    assert (found.complete, found.released) == (True, WANTED - {"address"})
    assert "address" in found.shown, "it was asked, and left out: nobody asks again"


def test_no_tick_at_all_is_a_refusal_of_the_purpose() -> None:
    states = after([], answer(TEXT, "dampingi", "kabar", chosen={"kabar": frozenset()}))
    assert of(states, "kabar").standing is Standing.REFUSED


def test_a_required_consent_is_agreed_to_whole() -> None:
    states = after([], answer(TEXT, "dampingi", chosen={"dampingi": frozenset()}))
    assert of(states, "dampingi").claims == NEEDED.claim_names


def test_another_choice_within_five_seconds_is_another_answer() -> None:
    again = answer(TEXT, "dampingi", "kabar", chosen={"kabar": frozenset({"phone_number"})}, at=NOW + 1)
    (change,) = ledger.answered(again, SOME, dict.fromkeys(("catat", "dampingi", "kabar"), "unused"))
    assert change.state.claims == frozenset({"phone_number"})


def test_one_optional_claim_is_taken_back_alone_and_the_ledger_names_it() -> None:
    state = of(SOME, "kabar")
    arguments = {"language": "id", "channel": "portal", "officer": None}
    (change,) = ledger.withdrawn(state, TEXT, SOME, NOW + 60, claims=frozenset({"email"}), **arguments)  # type: ignore[arg-type]
    assert (change.event, change.claims, change.at) == (LedgerEvent.WITHDRAWN, frozenset({"email"}), NOW + 60)
    assert (change.state.standing, change.state.claims) == (Standing.IN_FORCE, frozenset({"phone_number"}))
    states = [change.state if one.record_id == state.record_id else one for one in SOME]
    found = record.standing(TEXT, states, WANTED, NOW + 60)
    assert (found.complete, found.released) == (True, ALL)


@pytest.mark.parametrize(("claims", "events"), [({"address"}, 0), ({"phone_number", "email"}, 1)], ids=["never agreed", "all of them"])
def test_taking_back_nothing_changes_nothing_and_taking_back_all_ends_the_record(claims: set[str], events: int) -> None:
    changes = ledger.withdrawn(
        of(SOME, "kabar"), TEXT, SOME, NOW + 60, language="id", channel="portal", officer=None, claims=frozenset(claims)
    )
    assert [one.state.standing for one in changes] == [Standing.WITHDRAWN] * events


def test_of_a_required_consent_no_part_can_be_taken_back() -> None:
    changes = ledger.withdrawn(
        of(SOME, "dampingi"), TEXT, SOME, NOW, language="id", channel="portal", officer=None, claims=frozenset({"kecamatan"})
    )
    assert {one.state.purpose for one in changes} == {"dampingi", "kabar"}, "the whole service ends"


def test_specific_data_end_after_a_year_whatever_the_text_says() -> None:
    states = after([], answer(CLINIC, "kesehatan"))
    assert of(states, "kesehatan").expires_at == NOW + YEAR, "three years said the text"
    assert of(states, "anak").expires_at == NOW + YEAR, "a public task is told again after a year"
    assert of(states, "catat").expires_at is None
    wanted = frozenset({"bpjs_number", "children", "name"})
    late = record.standing(CLINIC, states, wanted, NOW + YEAR)
    assert (late.to_show, late.released) == (("anak", "kesehatan"), frozenset({"name"}))


def test_a_row_from_before_the_rule_ends_after_a_year_too() -> None:
    states = [replace(state, expires_at=None) for state in after([], answer(CLINIC, "kesehatan"))]
    wanted = frozenset({"bpjs_number", "children"})
    assert record.standing(CLINIC, states, wanted, NOW + YEAR - 1).released == wanted
    assert record.standing(CLINIC, states, wanted, NOW + YEAR).released == frozenset()
    assert record.standing(CLINIC, states, wanted, NOW).expires_at == NOW + YEAR, "nothing that is issued outlives it"


def test_which_purposes_have_a_page_of_their_own_is_said() -> None:
    assert record.standing(CLINIC, [], frozenset({"bpjs_number"}), NOW).specific == frozenset({"anak", "kesehatan"})
    assert record.standing(TEXT, [], WANTED, NOW).specific == frozenset()


def test_asking_again_goes_page_by_page() -> None:
    states = after([], answer(CLINIC, "kesehatan"))
    wanted = frozenset({"bpjs_number"})
    assert record.standing(CLINIC, states, wanted, NOW, ask_again=True).to_show == ("catat", "anak", "kesehatan")
    left = record.standing(CLINIC, states, wanted, NOW, ask_again=True, done=frozenset({"catat", "anak"}))
    assert left.to_show == ("kesehatan",)
    assert record.standing(CLINIC, [], wanted, NOW, ask_again=True, done=frozenset({"catat"})).to_show == ("catat", "anak", "kesehatan")


def test_what_was_answered_on_an_earlier_page_of_the_visit_makes_the_next_one_no_news() -> None:
    states = after([], answer(CLINIC, shown=("catat", "anak")))
    wanted = frozenset({"bpjs_number"})
    first_visit = record.standing(CLINIC, states, wanted, NOW, done=frozenset({"catat", "anak"}))
    assert (first_visit.to_show, first_visit.new) == (("kesehatan",), frozenset())
    later = record.standing(CLINIC, states, wanted, NOW)
    assert (later.to_show, later.new, later.seen) == (("kesehatan",), frozenset({"kesehatan"}), {"kesehatan": frozenset()})
