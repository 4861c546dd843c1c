"""The rules of consent, pure: what an answer, a newer text and a withdrawal change. What stands is read by record.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from consent.models import Answer, Basis, LedgerEvent, Notice, Purpose, PurposeState, Standing
from consent.record import NO_TEXTS, Known, known, taken_away, valid_seconds
from consent.store import Change

GOING_ON = (Standing.IN_FORCE, Standing.INFORMED, Standing.HELD)
SECOND_PRESS = 5  # seconds within which the same answer is one answer


def by_purpose(notice: Notice, states: Sequence[PurposeState]) -> dict[str, PurposeState]:
    """Return the states that belong to this text version, by purpose."""
    return {state.purpose: state for state in states if state.notice == notice.id}


def answered(
    answer: Answer, states: Sequence[PurposeState], new_ids: Mapping[str, str], texts: Mapping[str, Notice] = NO_TEXTS
) -> list[Change]:
    """Return what one answered page changes. `new_ids` gives the record id for each purpose that has none yet.

    Purposes on another basis than consent become INFORMED; ticked consents are in force until they expire, for the claims that were
    ticked; the others are refused. A state under an older text is closed as renewed; one that the text only made smaller is carried over,
    and what the text dropped ends. The same answer again within five seconds is a second press and changes nothing (UX C-15).
    """
    notice, changes = answer.notice, []
    present = by_purpose(notice, states)
    text = notice.text_sha256.get(answer.language, "")
    for purpose in notice.purposes:
        if purpose.id not in answer.shown:
            continue
        event, state = _outcome(purpose, answer, known(purpose, notice, states, texts, answer.at), new_ids)
        before = present.get(purpose.id)
        same = before is not None and before.standing is state.standing and before.claims == state.claims
        if same and before is not None and answer.at - before.since < SECOND_PRESS:
            continue
        for old in states:
            if old.notice != notice.id and old.purpose == purpose.id and old.standing in GOING_ON:
                changes.append(_closed(old, LedgerEvent.RENEWED, Standing.RENEWED, answer, text))
        decided_from, record_id = (before.last_seq, before.record_id) if before is not None else (0, state.record_id)
        kept = replace(state, record_id=record_id)
        changes.append(Change(event, kept, text, answer.language, answer.channel, after=decided_from, at=answer.at))
    for old in taken_away(notice, states, texts, answer.at):
        if old.purpose not in answer.shown:
            changes += _carried(old, answer, new_ids, text)
    return changes


def _carried(old: PurposeState, answer: Answer, new_ids: Mapping[str, str], text: str) -> list[Change]:
    """What she was told of goes on under the new text for what is left of it, no longer than before; a purpose that is gone ends."""
    purpose = answer.notice.purpose(old.purpose)
    if purpose is None:
        return [_closed(old, LedgerEvent.ENDED, Standing.ENDED, answer, text)]
    left = replace(
        old,
        record_id=new_ids[purpose.id],
        notice=answer.notice.id,
        claims=old.claims & purpose.claim_names,
        expires_at=_earlier(old.expires_at, old.since + purpose.valid_for if purpose.valid_for is not None else None),
        last_seq=0,
    )
    closed = _closed(old, LedgerEvent.RENEWED, Standing.RENEWED, answer, text)
    return [closed, Change(LedgerEvent.CARRIED, left, text, answer.language, answer.channel, after=0, at=answer.at)]


def _closed(old: PurposeState, event: LedgerEvent, end: Standing, answer: Answer, text: str) -> Change:
    return Change(event, replace(old, standing=end, since=answer.at), text, answer.language, answer.channel, after=old.last_seq)


def _earlier(one: int | None, other: int | None) -> int | None:
    times = [time for time in (one, other) if time is not None]
    return min(times) if times else None


def _outcome(purpose: Purpose, answer: Answer, record: Known, new_ids: Mapping[str, str]) -> tuple[LedgerEvent, PurposeState]:
    """Return what one purpose becomes: the event and the state, with exactly the claims that were agreed to, told of, or refused."""
    asked = answer.asked.get(purpose.id, purpose.claim_names) & purpose.claim_names
    before = record.agreed - asked if record.holds else frozenset()  # agreed to earlier, and not on this page
    valid = valid_seconds(purpose)
    ends = answer.at + valid if valid is not None else None
    state = PurposeState(
        record_id=new_ids[purpose.id],
        person=answer.person,
        service=answer.notice.service,
        application=answer.notice.application,
        purpose=purpose.id,
        notice=answer.notice.id,
        basis=purpose.basis,
        claims=purpose.claim_names,
        standing=Standing.REFUSED,
        since=answer.at,
    )
    if not purpose.needs_answer and not answer.refused_all:
        return LedgerEvent.INFORMED, replace(state, standing=Standing.INFORMED, expires_at=ends)
    ticked = frozenset[str]()
    if purpose.id in answer.agreed and not answer.refused_all:
        ticked = asked if purpose.required else answer.chosen.get(purpose.id, asked) & asked
    if purpose.required:
        if not ticked:
            return LedgerEvent.REFUSED, state
        return LedgerEvent.GIVEN, replace(state, standing=Standing.IN_FORCE, expires_at=_earlier(ends, record.ends if before else None))
    if not ticked and not before:
        return LedgerEvent.REFUSED, state
    until = _earlier(ends, record.ends) if before else ends
    agreed = replace(state, claims=before | ticked, standing=Standing.IN_FORCE, expires_at=until)
    return (LedgerEvent.GIVEN if ticked else LedgerEvent.CARRIED), agreed


def can_withdraw(state: PurposeState, now: int) -> bool:
    """True for a consent in force or on hold. A duty or public task cannot be withdrawn, only objected to (UX CN-4)."""
    return state.basis is Basis.CONSENT and (state.standing is Standing.HELD or (state.standing is Standing.IN_FORCE and state.covers(now)))


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
    claims: frozenset[str] | None = None,
) -> list[Change]:
    """Return what a withdrawal changes. Without the required consent the service ends, so its optional consents end with it.

    `claims`: only these of an optional consent; the others go on as agreed, and the row of the ledger names what was taken back.
    """
    purpose = notice.purpose(state.purpose) if notice is not None else None
    whole = purpose is not None and purpose.required
    text = notice.text_sha256.get(language, "") if notice is not None else ""
    if claims is not None and purpose is not None and not whole and state.claims - claims:
        taken = state.claims & claims
        if not taken:
            return []
        left = replace(state, claims=state.claims - taken)
        row = Change(LedgerEvent.WITHDRAWN, left, text, language, channel, officer, after=state.last_seq, at=now, claims=taken)
        return [row]
    ending = [
        one for one in states if one.record_id == state.record_id or (whole and one.service == state.service and can_withdraw(one, now))
    ]
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
