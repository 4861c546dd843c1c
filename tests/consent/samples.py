"""A notice with one purpose of each kind, and answers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from consent import ledger
from consent.models import Answer, Basis, Notice, NoticeClaim, Purpose, PurposeState
from consent.notice import hash_of

NOW = 1_795_500_000
YEAR = 365 * 86400
SITI, BUDI = "siti", "budi"
WORDS = {"id": "untuk melayani Anda", "en": "to serve you"}


SPECIFIC = ("disability", "bpjs_number", "children")


def purpose(name: str, basis: Basis, required: bool, *claims: str, valid_for: int | None = None) -> Purpose:
    said = tuple(NoticeClaim(claim, {"id": claim, "en": claim}, "specific" if claim in SPECIFIC else "general", WORDS) for claim in claims)
    return Purpose(name, WORDS, WORDS, basis, required, said, rule="Perda 1/2025", valid_for=valid_for)


DUTY = purpose("catat", Basis.LEGAL_DUTY, True, "name", "nik")
NEEDED = purpose("dampingi", Basis.CONSENT, True, "kecamatan", valid_for=YEAR)
EXTRA = purpose("kabar", Basis.CONSENT, False, "phone_number", valid_for=YEAR)
ALL = frozenset({"name", "nik", "kecamatan", "phone_number"})


def notice(*purposes: Purpose, version: str = "1.0", service: str = "bantuan") -> Notice:
    text = {"id": f"Teks {version}", "en": f"Text {version}"}
    return Notice(
        id=f"{service}@{version}",
        service=service,
        application="layanan-sosial",
        controller="DINSOS",
        version=version,
        title=WORDS,
        intro=WORDS,
        purposes=purposes or (DUTY, NEEDED, EXTRA),
        full_text=text,
        text_sha256=hash_of(text),
        valid_from=NOW,
    )


def answer(
    to: Notice,
    *agreed: str,
    shown: tuple[str, ...] | None = None,
    refused: bool = False,
    at: int = NOW,
    **claims: Mapping[str, frozenset[str]],
) -> Answer:
    """Return Siti's answer to a page that showed `shown`, else every purpose; `claims` are those `asked` and `chosen`."""
    everything = tuple(one.id for one in to.purposes)
    return Answer(SITI, to, everything if shown is None else shown, frozenset(agreed), refused, "id", "oidc", at, **claims)


def after(states: list[PurposeState], given: Answer, *older: Notice) -> list[PurposeState]:
    """Return the states that an answer leaves, as the store would. `older`: the texts that the states may belong to."""
    kept = {state.record_id: state for state in states}
    ids = {one.id: f"{given.notice.id}/{one.id}" for one in given.notice.purposes}
    for change in ledger.answered(given, states, ids, {text.id: text for text in older}):
        kept[change.state.record_id] = change.state
    return list(kept.values())


def without_consent(to: Notice) -> Notice:
    """Return the notice with its duty alone."""
    return replace(to, purposes=(DUTY,))
