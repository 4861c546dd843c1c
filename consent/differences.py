"""What a newer text changes for who answered an older one: whether her answer still holds, and the difference in words (UX CN-6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from consent.models import Notice, Purpose, Text
from consent.notice import BASIS_WORDS


class Kind(StrEnum):
    ADDED = "added"  # data
    REMOVED = "removed"  # data
    PURPOSE = "purpose"
    BASIS = "basis"
    RETENTION = "retention"
    VALIDITY = "validity"
    NECESSITY = "necessity"
    RECIPIENTS = "recipients"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. `about` is the claim or the purpose's id, `what` its name; `before` and `after` are empty where nothing was or is."""

    kind: Kind
    about: str
    what: Text
    before: Text
    after: Text


NOTHING: Text = {"id": "", "en": ""}


def promises_the_same(old: Notice, before: Purpose, new: Notice, after: Purpose) -> bool:
    """True when nothing about the data that both ask for was widened or moved: same basis, words, rule, retention and recipients, no
    longer validity, not required where it was optional. Data that were added are another matter: they are asked by themselves."""
    kept = before.claim_names & after.claim_names
    return (
        bool(kept)
        and before.basis is after.basis
        and (before.title, before.text, before.rule, before.retention) == (after.title, after.text, after.rule, after.retention)
        and old.recipients == new.recipients
        and old.controller == new.controller
        and (before.required or not after.required)
        and not _longer(before.valid_for, after.valid_for)
        and _why(before, kept) == _why(after, kept)
    )


def differences(old: Notice, new: Notice) -> tuple[Difference, ...]:
    """Return every difference between two texts of a service: data first, then what is done with them."""
    return (*_data(old, new), *_uses(old, new))


def _data(old: Notice, new: Notice) -> Iterator[Difference]:
    before = {claim.claim: claim for purpose in old.purposes for claim in purpose.claims}
    after = {claim.claim: claim for purpose in new.purposes for claim in purpose.claims}
    for name, claim in after.items():
        if name not in before:
            yield Difference(Kind.ADDED, name, claim.label, NOTHING, claim.purpose)
    for name, claim in before.items():
        if name not in after:
            yield Difference(Kind.REMOVED, name, claim.label, claim.purpose, NOTHING)


def _uses(old: Notice, new: Notice) -> Iterator[Difference]:
    for after in new.purposes:
        before = old.purpose(after.id)
        if before is None:
            continue
        if (before.text, before.title) != (after.text, after.title) or _why(before, after.claim_names) != _why(after, before.claim_names):
            yield Difference(Kind.PURPOSE, after.id, after.title, before.text, after.text)
        if (before.basis, before.rule) != (after.basis, after.rule):
            yield Difference(Kind.BASIS, after.id, after.title, _basis(before), _basis(after))
        if before.retention != after.retention:
            yield Difference(Kind.RETENTION, after.id, after.title, before.retention or NOTHING, after.retention or NOTHING)
        if before.valid_for != after.valid_for:
            yield Difference(Kind.VALIDITY, after.id, after.title, _days(before.valid_for), _days(after.valid_for))
        if before.required is not after.required:
            yield Difference(Kind.NECESSITY, after.id, after.title, _necessity(before), _necessity(after))
    if old.recipients != new.recipients:
        yield Difference(Kind.RECIPIENTS, "", NOTHING, old.recipients or NOTHING, new.recipients or NOTHING)


def _longer(before: int | None, after: int | None) -> bool:
    return before is not None and (after is None or after > before)


def _why(purpose: Purpose, names: frozenset[str]) -> dict[str, Text]:
    return {claim.claim: claim.purpose for claim in purpose.claims if claim.claim in names}


def _basis(purpose: Purpose) -> Text:
    rule = f" ({purpose.rule})" if purpose.rule else ""
    return {language: words + rule for language, words in BASIS_WORDS[purpose.basis].items()}


def _days(seconds: int | None) -> Text:
    if seconds is None:
        return {"id": "selama teks ini berlaku", "en": "as long as the text stands"}
    days = seconds // 86400
    return {"id": f"{days} hari", "en": f"{days} days"}


def _necessity(purpose: Purpose) -> Text:
    return {"id": "wajib", "en": "required"} if purpose.required else {"id": "boleh tidak dibagikan", "en": "optional"}
