"""What must be shown, what may be released, what an answer and a withdrawal change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent import ledger, record
from consent.models import Basis, LedgerEvent, PurposeState, Standing
from tests.consent.samples import ALL, NOW, YEAR, after, answer, notice

FIRST = notice()
AGREED = after([], answer(FIRST, "dampingi", "kabar"))


def by_purpose(states: list[PurposeState]) -> dict[str, PurposeState]:
    return {state.purpose: state for state in states}


def test_a_first_visit_shows_every_relevant_purpose_and_releases_nothing() -> None:
    found = record.standing(FIRST, [], ALL, NOW)
    assert found.to_show == ("catat", "dampingi", "kabar")
    assert (found.released, found.shown, found.complete) == (frozenset(), frozenset(), False)
    assert found.new == frozenset(), "on a first visit nothing is marked as new: everything is"


def test_an_optional_purpose_is_shown_only_when_one_of_its_claims_is_asked_for() -> None:
    assert record.standing(FIRST, [], frozenset({"name"}), NOW).to_show == ("catat", "dampingi")
    assert record.standing(FIRST, [], frozenset({"phone_number"}), NOW).to_show == ("catat", "dampingi", "kabar")


def test_ux_cn_6_a_full_answer_is_never_asked_again() -> None:
    found = record.standing(FIRST, AGREED, ALL, NOW + YEAR - 1)
    assert found.complete
    assert (found.released, found.shown) == (ALL, ALL)
    assert found.expires_at == NOW + YEAR


def test_only_requested_claims_are_released() -> None:
    assert record.standing(FIRST, AGREED, frozenset({"nik", "nib"}), NOW).released == frozenset({"nik"})


def test_ux_cn_2_a_declined_optional_purpose_counts_as_answered_and_releases_nothing() -> None:
    states = after([], answer(FIRST, "dampingi"))
    found = record.standing(FIRST, states, ALL, NOW)
    assert found.complete
    assert found.released == ALL - {"phone_number"}
    assert "phone_number" in found.shown, "it was shown, and declined"


def test_cn_01_a_claim_asked_for_later_brings_its_purpose_and_marks_it_new() -> None:
    states = after([], answer(FIRST, "dampingi", shown=("catat", "dampingi")))
    assert record.standing(FIRST, states, ALL - {"phone_number"}, NOW).complete
    more = record.standing(FIRST, states, ALL, NOW)
    assert (more.to_show, more.new) == (("kabar",), frozenset({"kabar"}))
    assert "phone_number" not in more.released | more.shown


def test_cn_10_an_expired_consent_is_as_withdrawn() -> None:
    """The last second still counts; the next one does not."""
    assert record.standing(FIRST, AGREED, ALL, NOW + YEAR - 1).complete
    late = record.standing(FIRST, AGREED, ALL, NOW + YEAR)
    assert late.to_show == ("dampingi", "kabar"), "a duty has no end"
    assert late.released == frozenset({"name", "nik"})


@pytest.mark.parametrize("standing", [Standing.REFUSED, Standing.WITHDRAWN])
def test_a_required_consent_is_asked_again_after_no_and_an_optional_one_is_not(standing: Standing) -> None:
    states = [replace(state, standing=standing) if state.basis is Basis.CONSENT else state for state in AGREED]
    found = record.standing(FIRST, states, ALL, NOW)
    assert found.to_show == ("dampingi",)
    assert found.released == frozenset({"name", "nik"})


def test_asking_again_shows_what_is_answered_and_keeps_what_is_released() -> None:
    found = record.standing(FIRST, AGREED, ALL, NOW, ask_again=True)
    assert found.to_show == ("catat", "dampingi", "kabar")
    assert found.released == ALL


def test_an_answer_agrees_informs_and_refuses_each_by_its_basis() -> None:
    changes = ledger.answered(answer(FIRST, "dampingi"), [], {"catat": "r1", "dampingi": "r2", "kabar": "r3"})
    assert [(one.event, one.state.record_id, one.state.standing, one.state.expires_at) for one in changes] == [
        (LedgerEvent.INFORMED, "r1", Standing.INFORMED, None),
        (LedgerEvent.GIVEN, "r2", Standing.IN_FORCE, NOW + YEAR),
        (LedgerEvent.REFUSED, "r3", Standing.REFUSED, None),
    ]
    assert {one.text_sha256 for one in changes} == {FIRST.text_sha256["id"]}, "the hash of the text that was shown"


def test_cn_02_a_tick_for_a_purpose_that_was_not_shown_changes_nothing() -> None:
    changes = ledger.answered(
        answer(FIRST, "dampingi", "kabar", "palsu", shown=("catat", "dampingi")), [], {"catat": "r1", "dampingi": "r2"}
    )
    assert [one.state.purpose for one in changes] == ["catat", "dampingi"]


def test_cn_11_no_to_the_page_refuses_every_purpose_on_it() -> None:
    changes = ledger.answered(answer(FIRST, refused=True), [], {"catat": "r1", "dampingi": "r2", "kabar": "r3"})
    assert {(one.event, one.state.standing) for one in changes} == {(LedgerEvent.REFUSED, Standing.REFUSED)}
    found = record.standing(FIRST, [one.state for one in changes], ALL, NOW)
    assert found.released == frozenset()
    assert found.to_show == ("catat", "dampingi")


def test_ux_ch_1_a_record_keeps_its_id_under_one_text_and_an_older_one_is_closed_as_renewed() -> None:
    again = ledger.answered(answer(FIRST, "dampingi", at=NOW + 9), AGREED, dict.fromkeys(("catat", "dampingi", "kabar"), "unused"))
    assert {one.state.record_id for one in again} == {state.record_id for state in AGREED}

    newer = notice(version="1.1")
    changes = ledger.answered(answer(newer, "dampingi", at=NOW + 9), AGREED, {"catat": "n1", "dampingi": "n2", "kabar": "n3"})
    renewed = {one.state.purpose: one.state for one in changes if one.event is LedgerEvent.RENEWED}
    assert {name: state.standing for name, state in renewed.items()} == dict.fromkeys(("catat", "dampingi", "kabar"), Standing.RENEWED)
    assert {state.record_id for state in renewed.values()} == {state.record_id for state in AGREED}
    assert {one.state.record_id for one in changes if one.event is not LedgerEvent.RENEWED} == {"n1", "n2", "n3"}


def test_ux_cn_4_only_a_consent_in_force_can_be_withdrawn() -> None:
    states = by_purpose(AGREED)
    assert ledger.can_withdraw(states["dampingi"], NOW)
    assert not ledger.can_withdraw(states["dampingi"], NOW + YEAR), "it has ended already"
    assert not ledger.can_withdraw(states["catat"], NOW), "a duty"
    assert not ledger.can_withdraw(replace(states["dampingi"], standing=Standing.WITHDRAWN), NOW)


def test_withdrawing_an_optional_consent_touches_nothing_else() -> None:
    (change,) = ledger.withdrawn(by_purpose(AGREED)["kabar"], FIRST, AGREED, NOW + 5, language="id", channel="portal", officer=None)
    assert (change.event, change.state.purpose) == (LedgerEvent.WITHDRAWN, "kabar")
    assert (change.state.standing, change.state.since, change.state.expires_at) == (Standing.WITHDRAWN, NOW + 5, None)


def test_withdrawing_the_required_consent_ends_the_optional_ones_of_its_service_but_no_duty() -> None:
    other = replace(by_purpose(AGREED)["kabar"], record_id="x", service="sktm")
    changes = ledger.withdrawn(
        by_purpose(AGREED)["dampingi"], FIRST, [*AGREED, other], NOW + 5, language="id", channel="counter", officer="petugas-7"
    )
    assert {change.state.record_id for change in changes} == {by_purpose(AGREED)[name].record_id for name in ("dampingi", "kabar")}
    assert {(change.channel, change.officer) for change in changes} == {("counter", "petugas-7")}, (
        "the channel and the officer are kept with each"
    )
