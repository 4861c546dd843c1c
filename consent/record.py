"""What the record says about the present text, pure: what must be shown, what may be released, until when.

An answer to an older text holds for what the new one says in the same words (differences.py), so that people are asked only about what is
new. A check reads the present states and the texts, never the history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consent.differences import promises_the_same
from consent.models import ConsentStanding, Notice, Purpose, PurposeState, Standing

ANSWERED = (Standing.IN_FORCE, Standing.INFORMED, Standing.REFUSED, Standing.WITHDRAWN, Standing.HELD)
LONGEST_SPECIFIC = 365 * 86400  # seconds that an answer about specific data stands at most
NO_TEXTS: Mapping[str, Notice] = {}


@dataclass(frozen=True, slots=True)
class Known:
    """What the record says about one purpose of the present text: from the answer to it, or to an older text that promised the same."""

    state: PurposeState | None = None
    answered: frozenset[str] = frozenset()  # claims that were asked or told about
    agreed: frozenset[str] = frozenset()  # claims that may be released while `holds`
    ends: int | None = None
    holds: bool = False


def valid_seconds(purpose: Purpose) -> int | None:
    """Return how long an answer stands by its text: what concerns specific data a year at most; None: as long as the text."""
    if purpose.specific:
        return min(purpose.valid_for or LONGEST_SPECIFIC, LONGEST_SPECIFIC)
    return purpose.valid_for if purpose.needs_answer else None


def ends_at(purpose: Purpose, state: PurposeState) -> int | None:
    """Return when an answer ends: what concerns specific data a year after it at the latest, whatever the text said."""
    if not purpose.specific:
        return state.expires_at
    longest = state.since + LONGEST_SPECIFIC
    return longest if state.expires_at is None else min(state.expires_at, longest)


def known(purpose: Purpose, notice: Notice, states: Sequence[PurposeState], texts: Mapping[str, Notice], now: int) -> Known:
    """Return what the record says about this purpose. An answer to an older text counts only for what that text said in the same words;
    one whose text is not at hand counts for nothing."""
    names = purpose.claim_names
    present = next((state for state in states if state.notice == notice.id and state.purpose == purpose.id), None)
    if present is not None:
        return _known(purpose, present, names, now)
    answers = [state for state in states if state.purpose == purpose.id and state.notice in texts and state.standing in ANSWERED]
    newest = max(answers, key=lambda state: (state.last_seq, state.since), default=None)
    if newest is None:
        return Known()
    old = texts[newest.notice]
    before = old.purpose(purpose.id)
    if before is None or not promises_the_same(old, before, notice, purpose):
        return Known()
    return _known(purpose, newest, names & before.claim_names, now)


def _known(purpose: Purpose, state: PurposeState, answered_claims: frozenset[str], now: int) -> Known:
    ends = ends_at(purpose, state)
    holds = state.covers(now) and (ends is None or now < ends)
    return Known(state, answered_claims, state.claims & purpose.claim_names, ends, holds)


def is_relevant(purpose: Purpose, requested: frozenset[str]) -> bool:
    """A required purpose always belongs on the page; an optional one when one of its claims is asked for."""
    return purpose.required or bool(purpose.claim_names & requested)


def to_ask(purpose: Purpose, record: Known) -> frozenset[str]:
    """Return the claims that the person must be asked or told about now. A required consent that was refused, withdrawn or has expired is
    asked again; an optional one that was declined or withdrawn is not, until the text changes."""
    if record.state is None or record.state.standing not in ANSWERED:
        return purpose.claim_names
    declined = not purpose.required and record.state.standing in (Standing.REFUSED, Standing.WITHDRAWN, Standing.HELD)
    return purpose.claim_names - record.answered if record.holds or declined else purpose.claim_names


def standing(
    notice: Notice,
    states: Sequence[PurposeState],
    requested: frozenset[str],
    now: int,
    *,
    ask_again: bool = False,
    done: frozenset[str] = frozenset(),
    texts: Mapping[str, Notice] = NO_TEXTS,
) -> ConsentStanding:
    """Return which purposes must be shown and which claims may be released for one request (UX CN-6, CN-01).

    `texts` are the versions that the states may belong to, by id. `ask_again` shows what is answered too, but for the purposes in `done`,
    which were answered on an earlier page of this visit.
    """
    records = {purpose.id: known(purpose, notice, states, texts, now) for purpose in notice.purposes}
    asked: dict[str, frozenset[str]] = {}
    for purpose in notice.purposes:
        record = records[purpose.id]
        open_claims = purpose.claim_names if ask_again and purpose.id not in done else to_ask(purpose, record)
        if open_claims and is_relevant(purpose, requested) and (purpose.required or open_claims & requested):
            asked[purpose.id] = open_claims
    grown = {name for name in asked if records[name].state is None or asked[name] < _names(notice, name)}
    before = [state for state in states if state.notice != notice.id or state.purpose not in done]
    holding = [record for record in records.values() if record.holds]
    ends = [record.ends for record in holding if record.ends is not None]
    return ConsentStanding(
        notice=notice.id,
        to_show=tuple(asked),
        new=frozenset(grown) if before else frozenset(),
        released=frozenset().union(*(record.agreed for record in holding)) & requested,
        shown=frozenset().union(*(record.answered for record in records.values())),
        expires_at=min(ends) if ends else None,
        asked=asked,
        specific=frozenset(purpose.id for purpose in notice.purposes if purpose.specific),
        news=bool(taken_away(notice, states, texts, now)),
        seen={purpose: frozenset().union(*(state.claims for state in before if state.purpose == purpose)) for purpose in asked},
    )


def _names(notice: Notice, purpose_id: str) -> frozenset[str]:
    purpose = notice.purpose(purpose_id)
    return purpose.claim_names if purpose is not None else frozenset()


def taken_away(notice: Notice, states: Sequence[PurposeState], texts: Mapping[str, Notice], now: int) -> list[PurposeState]:
    """Return the answers to older texts that go on for less, or end, with this one: nothing is asked about them, but the person is told."""
    found = []
    for state in states:
        if state.notice == notice.id or state.service != notice.service or not state.covers(now):
            continue
        purpose = notice.purpose(state.purpose)
        if purpose is None or (state.claims - purpose.claim_names and known(purpose, notice, states, texts, now).state == state):
            found.append(state)
    return found
