"""The rules of duties, pure: what an event makes an agency owe, until when, and which answers settle it.

UU 27/2022 counts hours, not working days: 3 x 24 hours from the moment of the event. Where the law names no period the house sets one and
says so. Deadlines are fixed when the duty is made; whether one is missed is asked of the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from consent.duty_models import Cause, Duty, DutyKind, Outcome, Owed, Telling, Told
from consent.models import LedgerEvent, Notice, PurposeState, Standing
from consent.store import Change

THREE_DAYS = 3 * 24 * 3600
HOUSE_PERIOD = 14 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Rule:
    """`article` is the Pasal of UU 27/2022 the duty rests on; `in_law` tells whether it also names the period."""

    article: int
    seconds: int
    in_law: bool


RULES: Mapping[DutyKind, Rule] = {
    DutyKind.STOP: Rule(40, THREE_DAYS, True),  # stop within 3 x 24 h of receiving the withdrawal
    DutyKind.DELETE: Rule(43, THREE_DAYS, False),  # erase after a withdrawal; the period is ours, as long as that of Pasal 40
    DutyKind.ACCESS: Rule(32, THREE_DAYS, True),  # access and the trail of processing within 3 x 24 h
    DutyKind.CORRECTION: Rule(30, THREE_DAYS, True),  # correct within 3 x 24 h of the request
    DutyKind.RESTRICTION: Rule(41, THREE_DAYS, True),  # suspend or limit within 3 x 24 h
    DutyKind.OBJECTION: Rule(10, HOUSE_PERIOD, False),
    DutyKind.AUTOMATED: Rule(10, HOUSE_PERIOD, False),
    DutyKind.PORTABILITY: Rule(13, HOUSE_PERIOD, False),
}
MADE_BY: Mapping[LedgerEvent, tuple[DutyKind, ...]] = {
    LedgerEvent.WITHDRAWN: (DutyKind.STOP, DutyKind.DELETE),
    LedgerEvent.ENDED: (DutyKind.STOP, DutyKind.DELETE),
    LedgerEvent.OBJECTED: (DutyKind.OBJECTION,),
    LedgerEvent.HELD: (DutyKind.RESTRICTION,),
}
CAUSES: Mapping[LedgerEvent, Cause] = {
    LedgerEvent.WITHDRAWN: Cause.WITHDRAWN,
    LedgerEvent.ENDED: Cause.EXPIRED,
    LedgerEvent.OBJECTED: Cause.OBJECTED,
    LedgerEvent.HELD: Cause.RESTRICTED,
    LedgerEvent.LIFTED: Cause.LIFTED,
    LedgerEvent.REQUESTED: Cause.REQUESTED,
}
REQUESTS = (DutyKind.ACCESS, DutyKind.CORRECTION, DutyKind.PORTABILITY, DutyKind.AUTOMATED, DutyKind.RESTRICTION)
MOST_WORDS = 1000
CLOCK = "waktu"  # the channel of what nobody did: the time was over


def due_at(kind: DutyKind, at: int) -> int:
    return at + RULES[kind].seconds


def can_request(state: PurposeState, kind: DutyKind) -> bool:
    """True when data may have been sent under this record. A restriction is asked for only where she cannot put the hold on herself."""
    if kind not in REQUESTS or state.standing is Standing.REFUSED:
        return False
    return kind is not DutyKind.RESTRICTION or state.standing is Standing.INFORMED


def may_settle(duty: Duty, outcome: Outcome, words: str) -> bool:
    """A stop is done or still owed; whatever is refused is refused in words."""
    if outcome is Outcome.MOOT or (outcome is Outcome.REFUSED and duty.kind is DutyKind.STOP):
        return False
    return outcome is Outcome.DONE or bool(words.strip())


def says_the_same(duty: Duty, outcome: Outcome) -> bool:
    """True for an answer that was given before: saying it twice changes nothing."""
    return duty.outcome is outcome


def owed(
    changes: Sequence[Change],
    notices: Mapping[str, Notice],
    now: int,
    new_id: Callable[[], str],
    *,
    listens: Callable[[str], bool],
    request: DutyKind | None = None,
    words: str = "",
) -> Owed:
    """Return what these changes, which are one act of one person at one application, make the agency owe and be told."""
    duties: list[Duty] = []
    told: list[Told] = []
    moot: list[tuple[str, str, str]] = []
    causes: list[Cause] = []
    for change in changes:
        state = change.state
        if change.event in (LedgerEvent.GIVEN, LedgerEvent.LIFTED):
            moot.append((state.person, state.service, state.purpose))
        cause = CAUSES.get(change.event)
        if cause is None:
            continue
        kinds = (request,) if change.event is LedgerEvent.REQUESTED and request is not None else MADE_BY.get(change.event, ())
        notice = notices.get(state.notice)
        made = [_duty(kind, cause, state, notice, now, new_id(), words) for kind in kinds]
        duties += made
        causes.append(_narrower(cause, state, notice))
        owes = tuple((one.id, one.kind, one.due_at) for one in made)
        told.append(Told(state.record_id, state.service, state.purpose, tuple(sorted(change.claims or state.claims)), owes))
    if not told or not listens(changes[0].state.application):
        return Owed(duties, None, moot, now)
    cause = Cause.WITHDRAWN if Cause.WITHDRAWN in causes else causes[0]
    first = changes[0].state
    return Owed(duties, Telling(f"duty.{new_id()}", first.application, first.person, cause, now, tuple(told)), moot, now)


def _duty(kind: DutyKind, cause: Cause, state: PurposeState, notice: Notice | None, now: int, duty_id: str, words: str) -> Duty:
    return Duty(
        id=duty_id,
        kind=kind,
        cause=_narrower(cause, state, notice),
        person=state.person,
        agency=notice.controller if notice is not None else "",
        application=state.application,
        service=state.service,
        purpose=state.purpose,
        record_id=state.record_id,
        created_at=now,
        due_at=due_at(kind, now),
        words=words,
    )


def _narrower(cause: Cause, state: PurposeState, notice: Notice | None) -> Cause:
    """A withdrawal of an optional purpose leaves the service going: it is partial."""
    purpose = notice.purpose(state.purpose) if notice is not None else None
    return Cause.PARTLY_WITHDRAWN if cause is Cause.WITHDRAWN and purpose is not None and not purpose.required else cause
