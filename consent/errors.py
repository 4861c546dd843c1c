"""Errors of the consent room.

ConsentError
├── UnknownNotice     no current text for this service: nothing can be asked, so nothing is issued
├── NoticeChanged     the text moved between display and answer: ask again (CN-09)
├── NotWithdrawable   basis is not consent
├── NothingToObject   the record is a consent: it is withdrawn, not objected to
├── NotHoldable       the record is no consent in force, or not on hold when it is to be lifted
├── NotRequestable    nothing was ever sent under this record, so there is nothing to ask for
├── NoSuchDuty        unknown, or another application's or agency's: callers answer 404 for both
├── NotSettled        the duty is settled otherwise, or cannot be settled in this way
├── StaleState        the record changed between reading and writing: decide again
├── NotYours          the record belongs to someone else, or does not exist: callers answer 404 for both (CN-03)
└── ImmutableNotice   a published text cannot be changed
"""

from __future__ import annotations


class ConsentError(Exception):
    """Root of the room's errors."""


class UnknownNotice(ConsentError):
    pass


class NoticeChanged(ConsentError):
    pass


class NotWithdrawable(ConsentError):
    pass


class NothingToObject(ConsentError):
    pass


class NotHoldable(ConsentError):
    pass


class NotRequestable(ConsentError):
    pass


class NoSuchDuty(ConsentError):
    pass


class NotSettled(ConsentError):
    pass


class StaleState(ConsentError):
    pass


class NotYours(ConsentError):
    pass


class ImmutableNotice(ConsentError):
    pass
