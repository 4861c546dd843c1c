"""What stands on one page of a notice, what its form means, and what the interaction remembers of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from consent.differences import Difference, Kind
from consent.models import Notice, Purpose
from consent.notice import BASIS_WORDS
from consent.record import valid_seconds
from idp.interaction.dispatcher import Decision
from idp.interaction.models import Consent, Interaction
from idp.people.claims import source_of
from idp.people.masking import mask, plain
from idp.people.models import Person


def is_a_choice(purpose: Purpose) -> bool:
    """True when its data are ticked one by one. On another basis than consent there is nothing to tick (UX CN-4)."""
    return purpose.needs_answer and not purpose.required


def needs_answer(notice: Notice, step: Consent) -> bool:
    """True when a required purpose rests on consent: only then is there something to refuse (UX CN-4)."""
    return any(purpose.required and purpose.needs_answer for purpose in notice.purposes if purpose.id in step.to_show)


def box(purpose: Purpose, claim: str) -> str:
    """Return the name of a claim's tick: the purpose's own where it has one claim only."""
    return purpose.id if len(purpose.claims) == 1 else f"{purpose.id}.{claim}"


def agreed(notice: Notice, step: Consent, fields: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return the claims agreed to, by purpose, of the purposes that were on the page (CN-02)."""
    found: dict[str, frozenset[str]] = {}
    for purpose in notice.purposes:
        if purpose.id not in step.to_show or not purpose.needs_answer:
            continue
        asked = step.asked.get(purpose.id, purpose.claim_names)
        ticked = asked if purpose.required else frozenset(claim for claim in asked if fields.get(box(purpose, claim)) == "1")
        if ticked:
            found[purpose.id] = ticked
    return found


def is_last(interaction: Interaction, decision: Decision, step: Consent) -> bool:
    """True when no other page of data comes after this one."""
    asked = decision.standing.to_show if decision.standing is not None else ()
    return frozenset(asked) <= interaction.answered | frozenset(step.to_show)


def asks_to_act(interaction: Interaction, decision: Decision, step: Consent) -> bool:
    """True when what the application asks to do is on this page: the last one, and never beside specific data. RFC 9396 §11."""
    return bool(interaction.details) and not step.specific and is_last(interaction, decision, step)


def remembered(interaction: Interaction, decision: Decision, step: Consent, now: int) -> Interaction:
    """Return the interaction with this page answered."""
    whole = is_last(interaction, decision, step) and (not interaction.details or not step.specific)
    answered = interaction.answered | frozenset(step.to_show)
    return replace(interaction, answered=answered, answered_at=now if whole else interaction.answered_at)


def belongs(difference: Difference, step: Consent) -> bool:
    """True when a change is told on this page: about its own data and purposes, and on a general page what no longer leaves."""
    if difference.kind is Kind.ADDED:
        return any(difference.about in claims for purpose, claims in step.asked.items() if purpose in step.to_show)
    if difference.kind in (Kind.REMOVED, Kind.RECIPIENTS):
        return not step.specific
    return difference.about in step.to_show


def group(purpose: Purpose, step: Consent, person: Person, language: str, reveal: str, now: int) -> dict[str, Any]:
    """Return one purpose as the template shows it: the claims that are asked now with masked values, basis, retention, end."""
    asked = step.asked.get(purpose.id, purpose.claim_names)
    claims = []
    for claim in purpose.claims:
        if claim.claim not in asked:
            continue
        value = person.claims.get(claim.claim)
        missing = value in (None, "", [], {})
        claims.append(
            {
                "name": claim.claim,
                "box": box(purpose, claim.claim),
                "label": claim.label,
                "new": purpose.id in step.new and claim.claim not in step.seen.get(purpose.id, ()),
                "why": claim.purpose,
                "source": source_of(claim.claim, verified=person.level == "verified"),
                "missing": missing,
                "masked": None if missing else mask(claim.claim, value, language),
                "full": plain(claim.claim, value, language) if reveal == claim.claim and not missing else "",
            }
        )
    valid = valid_seconds(purpose)
    return {
        "purpose": purpose,
        "claims": claims,
        "kept": [claim.label for claim in purpose.claims if claim.claim not in asked],
        "basis": BASIS_WORDS[purpose.basis],
        "ends": now + valid if valid is not None else None,
    }
