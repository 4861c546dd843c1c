"""A newer text: the answer to the older one holds for what did not change, what is new is asked, what is gone is told (UX CN-6, CN-01)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from consent import ledger, record
from consent.differences import Kind, differences, promises_the_same
from consent.models import Basis, ConsentStanding, LedgerEvent, Notice, NoticeClaim, PurposeState, Standing
from tests.consent.samples import ALL, DUTY, EXTRA, NEEDED, NOW, WORDS, YEAR, after, answer, notice, purpose

FIRST = notice()
AGREED = after([], answer(FIRST, "dampingi", "kabar"))
OTHER = {"id": "untuk hal lain", "en": "for something else"}
MANY = purpose("kabar", Basis.CONSENT, False, "phone_number", "email", valid_for=YEAR)


def newer(*purposes: Any, version: str = "1.1", **changes: Any) -> Notice:
    return replace(notice(*purposes, version=version), **changes)


def stands(
    text: Notice, states: list[PurposeState], requested: frozenset[str] = ALL | {"email"}, at: int = NOW, *older: Notice
) -> ConsentStanding:
    return record.standing(text, states, requested, at, texts={one.id: one for one in (FIRST, *older)})


def by_purpose(states: list[PurposeState], text: Notice) -> dict[str, PurposeState]:
    return {state.purpose: state for state in states if state.notice == text.id}


def test_ux_cn_6_a_newer_text_that_says_the_same_asks_nothing_and_releases_the_same() -> None:
    found = stands(newer(DUTY, NEEDED, EXTRA), AGREED)
    assert (found.complete, found.new, found.news) == (True, frozenset(), False)
    assert (found.released, found.expires_at) == (ALL, NOW + YEAR), "and no longer than what was agreed to"


def test_ux_cn_6_only_the_new_purpose_is_asked() -> None:
    text = newer(DUTY, NEEDED, EXTRA, purpose("surat", Basis.CONSENT, False, "email", valid_for=YEAR))
    found = stands(text, AGREED)
    assert (found.to_show, found.new, found.asked) == (("surat",), frozenset({"surat"}), {"surat": frozenset({"email"})})
    left_out = after(AGREED, answer(text, shown=("surat",)), FIRST)
    found = stands(text, left_out)
    assert (found.complete, found.released) == (True, ALL)


def test_cn_01_one_claim_more_in_an_optional_purpose_asks_for_that_claim_alone_and_the_first_answer_stays() -> None:
    text = newer(DUTY, NEEDED, MANY)
    found = stands(text, AGREED)
    assert found.asked == {"kabar": frozenset({"email"})}
    declined = after(AGREED, answer(text, shown=("kabar",), asked=found.asked, chosen={"kabar": frozenset()}, at=NOW + 60), FIRST)
    state = by_purpose(declined, text)["kabar"]
    assert (state.standing, state.claims, state.expires_at) == (Standing.IN_FORCE, frozenset({"phone_number"}), NOW + YEAR)
    taken = after(AGREED, answer(text, "kabar", shown=("kabar",), asked=found.asked, at=NOW + 60), FIRST)
    assert by_purpose(taken, text)["kabar"].claims == frozenset({"phone_number", "email"})
    assert stands(text, taken).released == ALL | {"email"}


def test_cn_01_one_claim_more_in_a_required_consent_is_asked_before_anything_goes_out() -> None:
    text = newer(DUTY, purpose("dampingi", Basis.CONSENT, True, "kecamatan", "nib", valid_for=YEAR), EXTRA)
    found = stands(text, AGREED)
    assert (found.complete, found.asked) == (False, {"dampingi": frozenset({"nib"})})
    states = after(AGREED, answer(text, "dampingi", shown=("dampingi",), asked=found.asked, at=NOW + 60), FIRST)
    assert by_purpose(states, text)["dampingi"].claims == frozenset({"kecamatan", "nib"})


WIDER = {
    "words": replace(EXTRA, text=OTHER),
    "why of a claim": replace(EXTRA, claims=(replace(EXTRA.claims[0], purpose=OTHER),)),
    "basis": replace(EXTRA, basis=Basis.CONTRACT),
    "rule": replace(EXTRA, rule="Perda 2/2026"),
    "retention": replace(EXTRA, retention=OTHER),
    "longer": replace(EXTRA, valid_for=YEAR + 1),
    "without end": replace(EXTRA, valid_for=None),
    "required": replace(EXTRA, required=True),
}


@pytest.mark.parametrize("changed", WIDER.values(), ids=WIDER.keys())
def test_ux_cn_6_what_is_done_with_the_data_changed_so_it_is_asked_again(changed: Any) -> None:
    text = newer(DUTY, NEEDED, changed)
    found = stands(text, AGREED)
    assert (found.to_show, found.new) == (("kabar",), frozenset({"kabar"}))
    assert "phone_number" not in found.released
    assert differences(FIRST, text), "and the difference can be said in words"


@pytest.mark.parametrize("field", ["recipients", "controller"])
def test_ux_cn_6_other_recipients_ask_about_everything_again(field: str) -> None:
    text = newer(DUTY, NEEDED, EXTRA, **{field: OTHER if field == "recipients" else "DINKES"})
    assert stands(text, AGREED).to_show == ("catat", "dampingi", "kabar")


def test_an_older_text_that_is_not_at_hand_counts_for_nothing() -> None:
    text = newer(DUTY, NEEDED, EXTRA)
    found = record.standing(text, AGREED, ALL, NOW)
    assert (found.to_show, found.released) == (("catat", "dampingi", "kabar"), frozenset())


def test_ux_cn_6_a_text_that_only_takes_away_asks_nothing_stops_it_at_once_and_is_told() -> None:
    first = newer(DUTY, NEEDED, MANY, version="1.0")
    agreed = after([], answer(first, "dampingi", "kabar"))
    text = newer(DUTY, EXTRA)
    found = stands(text, agreed, ALL | {"email"}, NOW, first)
    assert (found.complete, found.news) == (True, True)
    assert found.released == frozenset({"name", "nik", "phone_number"}), "neither the email nor what the dropped purpose released"
    told = ledger.answered(answer(text, shown=(), at=NOW + 60), agreed, {"catat": "n1", "kabar": "n2"}, {first.id: first})
    assert {(one.event, one.state.purpose, one.state.standing) for one in told} == {
        (LedgerEvent.ENDED, "dampingi", Standing.ENDED),
        (LedgerEvent.RENEWED, "kabar", Standing.RENEWED),
        (LedgerEvent.CARRIED, "kabar", Standing.IN_FORCE),
    }
    (carried,) = [one.state for one in told if one.event is LedgerEvent.CARRIED]
    assert (carried.claims, carried.since, carried.expires_at) == (frozenset({"phone_number"}), NOW, NOW + YEAR), "no longer than before"
    kept = {state.record_id: state for state in agreed} | {one.state.record_id: one.state for one in told}
    after_it = stands(text, list(kept.values()), ALL, NOW + 60, first)
    assert (after_it.complete, after_it.news, after_it.released) == (True, False, found.released), "told once"


def test_an_answer_that_was_declined_is_not_asked_again_by_a_text_that_says_the_same() -> None:
    declined = after([], answer(FIRST, "dampingi"))
    found = stands(newer(DUTY, NEEDED, EXTRA), declined)
    assert (found.complete, found.released) == (True, ALL - {"phone_number"})


def test_cn_10_an_answer_to_an_older_text_ends_when_it_said() -> None:
    found = stands(newer(DUTY, NEEDED, EXTRA), AGREED, ALL, NOW + YEAR)
    assert found.to_show == ("dampingi", "kabar")
    assert found.released == frozenset({"name", "nik"})


def test_ux_cn_6_the_difference_is_said_in_words() -> None:
    email = NoticeClaim("email", {"id": "Email", "en": "Email"}, "general", OTHER)
    grown = replace(EXTRA, claims=(email,), text=OTHER, retention={"id": "5 tahun", "en": "5 years"}, valid_for=2 * YEAR, required=True)
    text = newer(DUTY, replace(NEEDED, basis=Basis.PUBLIC_TASK), grown, recipients={"id": "BPJS", "en": "BPJS"})
    found = differences(FIRST, text)
    assert [one.kind for one in found] == [
        Kind.ADDED, Kind.REMOVED, Kind.BASIS, Kind.PURPOSE, Kind.RETENTION, Kind.VALIDITY, Kind.NECESSITY, Kind.RECIPIENTS,
    ]  # fmt: skip
    assert (found[0].what["id"], found[1].what["id"]) == ("Email", "phone_number")
    assert (found[2].before["id"], found[2].after["id"]) == ("Persetujuan Anda (Perda 1/2025)", "Tugas pelayanan publik (Perda 1/2025)")
    assert (found[5].before["id"], found[5].after["en"]) == ("365 hari", "730 days")
    assert found[7].after["en"] == "BPJS"
    assert differences(FIRST, newer(DUTY, NEEDED, EXTRA)) == ()


def test_what_only_got_smaller_is_the_same_promise() -> None:
    smaller = replace(MANY, claims=EXTRA.claims, valid_for=YEAR - 1)
    assert promises_the_same(newer(MANY), MANY, newer(smaller), smaller)
    assert not promises_the_same(newer(smaller), smaller, newer(EXTRA), EXTRA), "a day more is a longer promise"
    assert promises_the_same(newer(NEEDED), NEEDED, newer(NEEDED), replace(NEEDED, required=False))
    assert WORDS != OTHER
