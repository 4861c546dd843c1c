"""The rules of consent, pure: what must be shown, what may be released, what an answer and a withdrawal change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from consent.models import Answer, Basis, ConsentStanding, LedgerEvent, Notice, Purpose, PurposeState, Standing
from consent.store import Change

ANSWERED = (Standing.IN_FORCE, Standing.INFORMED, Standing.REFUSED, Standing.WITHDRAWN)
SECOND_PRESS = 5  # seconds within which the same answer is one answer


def by_purpose(notice: Notice, states: Sequence[PurposeState]) -> dict[str, PurposeState]:
    """Return the states that belong to this text version, by purpose."""
    return {state.purpose: state for state in states if state.notice == notice.id}


def is_relevant(purpose: Purpose, requested: frozenset[str]) -> bool:
    """A required purpose always belongs on the page; an optional one when one of its claims is asked for."""
    return purpose.required or bool(purpose.claim_names & requested)


def is_answered(purpose: Purpose, state: PurposeState | None, now: int) -> bool:
    """True when the person need not be asked about this purpose now. A required consent that was refused, withdrawn or has expired is
    asked again; an optional one that was declined or withdrawn is not, until the text changes."""
    if state is None or state.standing not in ANSWERED:
        return False
    if state.covers(now):
        return True
    return not purpose.required and state.standing in (Standing.REFUSED, Standing.WITHDRAWN)


def was_told_before(purpose: Purpose, earlier: Sequence[PurposeState], now: int) -> bool:
    """True when an older text already covered the same claims on the same basis and that answer still stood: nothing new in it."""
    return any(
        state.purpose == purpose.id and state.basis is purpose.basis and purpose.claim_names <= state.claims and state.covers(now)
        for state in earlier
    )


def standing(
    notice: Notice, states: Sequence[PurposeState], requested: frozenset[str], now: int, *, ask_again: bool = False
) -> ConsentStanding:
    """Return which purposes must be shown and which claims may be released for one request (UX CN-6, CN-01)."""
    present = by_purpose(notice, states)
    earlier = [state for state in states if state.notice != notice.id]
    relevant = [purpose for purpose in notice.purposes if is_relevant(purpose, requested)]
    open_ones = [purpose for purpose in relevant if ask_again or not is_answered(purpose, present.get(purpose.id), now)]
    known_text = bool(present) or not earlier
    new = {purpose.id for purpose in open_ones if purpose.id not in present and not was_told_before(purpose, earlier, now)}
    covering = {purpose.id: present[purpose.id] for purpose in notice.purposes if purpose.id in present and present[purpose.id].covers(now)}
    released: set[str] = set()
    for purpose in notice.purposes:
        if purpose.id in covering:
            released |= purpose.claim_names
    shown = {claim for purpose in notice.purposes if purpose.id in present for claim in purpose.claim_names}
    ends = [state.expires_at for state in covering.values() if state.expires_at is not None]
    return ConsentStanding(
        notice=notice.id,
        to_show=tuple(purpose.id for purpose in open_ones),
        new=frozenset(new) if (present or not known_text) else frozenset(),
        released=frozenset(released) & requested,
        shown=frozenset(shown),
        expires_at=min(ends) if ends else None,
    )


def answered(answer: Answer, states: Sequence[PurposeState], new_ids: Mapping[str, str]) -> list[Change]:
    """Return what one answered page changes. `new_ids` gives the record id for each purpose that has none yet.

    Purposes on a duty or public task become INFORMED; ticked consents are in force until they expire; the others are refused. A state under
    an older text is closed as renewed. The same answer again within five seconds is a second press and changes nothing (UX C-15).
    """
    notice, changes = answer.notice, []
    present = by_purpose(notice, states)
    text = notice.text_sha256.get(answer.language, "")
    for purpose in notice.purposes:
        if purpose.id not in answer.shown:
            continue
        event, result = _outcome(purpose, answer)
        before = present.get(purpose.id)
        if before is not None and before.standing is result and answer.at - before.since < SECOND_PRESS:
            continue
        state = PurposeState(
            record_id=before.record_id if before is not None else new_ids[purpose.id],
            person=answer.person,
            service=notice.service,
            application=notice.application,
            purpose=purpose.id,
            notice=notice.id,
            basis=purpose.basis,
            claims=purpose.claim_names,
            standing=result,
            since=answer.at,
            expires_at=answer.at + purpose.valid_for if result is Standing.IN_FORCE and purpose.valid_for is not None else None,
        )
        for old in states:
            if old.notice != notice.id and old.purpose == purpose.id and old.standing in (Standing.IN_FORCE, Standing.INFORMED):
                renewed = replace(old, standing=Standing.RENEWED, since=answer.at)
                changes.append(Change(LedgerEvent.RENEWED, renewed, text, answer.language, answer.channel, after=old.last_seq))
        decided_from = before.last_seq if before is not None else 0
        changes.append(Change(event, state, text, answer.language, answer.channel, after=decided_from))
    return changes


def _outcome(purpose: Purpose, answer: Answer) -> tuple[LedgerEvent, Standing]:
    if answer.refused_all:
        return LedgerEvent.REFUSED, Standing.REFUSED
    if not purpose.needs_answer:
        return LedgerEvent.INFORMED, Standing.INFORMED
    if purpose.id in answer.agreed:
        return LedgerEvent.GIVEN, Standing.IN_FORCE
    return LedgerEvent.REFUSED, Standing.REFUSED


def can_withdraw(state: PurposeState, now: int) -> bool:
    """True for a consent in force. A duty or public task cannot be withdrawn, only objected to (UX CN-4)."""
    return state.basis is Basis.CONSENT and state.standing is Standing.IN_FORCE and state.covers(now)


def can_object(state: PurposeState) -> bool:
    """True for what a person was told of on a duty or public task and that still goes on."""
    return state.standing is Standing.INFORMED


def withdrawn(
    state: PurposeState,
    notice: Notice | None,
    states: Sequence[PurposeState],
    now: int,
    *,
    language: str,
    channel: str,
    officer: str | None,
) -> list[Change]:
    """Return what a withdrawal changes. Without the required consent the service ends, so its optional consents end with it."""
    purpose = notice.purpose(state.purpose) if notice is not None else None
    whole = purpose is not None and purpose.required
    ending = [
        one
        for one in states
        if one.record_id == state.record_id or (whole and one.service == state.service and one.basis is Basis.CONSENT and one.covers(now))
    ]
    text = notice.text_sha256.get(language, "") if notice is not None else ""
    return [
        Change(
            LedgerEvent.WITHDRAWN,
            replace(one, standing=Standing.WITHDRAWN, since=now, expires_at=None),
            text,
            language,
            channel,
            officer,
            after=one.last_seq,
        )
        for one in ending
    ]
