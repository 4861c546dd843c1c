"""The register of processing (UU 27/2022 Pasal 31), pure: made from the texts, the catalogue and the present states, never typed.

One entry per purpose of each current text. A service without a text is not in it: no data leave for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from consent.models import Basis, Notice, NoticeClaim, Text
from consent.notice import BASIS_WORDS
from consent.record import LONGEST_SPECIFIC

# What is true of Gapura for every entry.
SECURITY: Text = {
    "id": "Data akun disandikan saat disimpan; setiap pengiriman tercatat sebelum data keluar; petugas masuk dengan kata sandi dan kode.",
    "en": "Account data are encrypted at rest; every release is on record before data leave; officers sign in with password and code.",
}
TRANSFERS: Text = {
    "id": "Gapura mengirim hanya kepada penerima di atas. Penerusan ke luar Indonesia dinyatakan pengendali, tidak tercatat di Gapura.",
    "en": "Gapura sends to the recipients above only. Passing data on abroad is for the controller to state; Gapura has no record of it.",
}
NOT_STATED: Text = {"id": "Tidak disebut dalam teks; tanyakan pengendali.", "en": "Not stated in the text; ask the controller."}
CLASSES: Mapping[str, Text] = {"general": {"id": "umum", "en": "general"}, "specific": {"id": "spesifik", "en": "specific"}}
DAY = 86400


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets the data: an application, a connector (`code` is its kind) or an agency (`code`) other than the controller."""

    role: str
    name: Text
    code: str


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What the catalogue says of a service. `agencies`: whose part of the register it is."""

    name: Text
    application: str
    controller: Text
    contact: Text
    people: Text
    recipients: tuple[Recipient, ...]
    agencies: frozenset[str]
    changed_at: int = 0


@dataclass(frozen=True, slots=True)
class Processing:
    """One entry: one purpose of one service, as it is now."""

    service: str
    purpose: str
    service_name: Text
    application: str
    agency: str
    controller: Text
    contact: Text
    officer: Text
    title: Text
    text: Text
    basis: Basis
    rule: str
    required: bool
    people: Text
    claims: tuple[NoticeClaim, ...]
    recipients: tuple[Recipient, ...]
    recipients_text: Text
    retention: Text
    valid_days: int | None
    notice: str
    since: int
    covers: int
    changed_at: int

    @property
    def transfers(self) -> Text:
        return TRANSFERS

    @property
    def security(self) -> Text:
        return SECURITY

    @property
    def basis_words(self) -> Text:
        return BASIS_WORDS[self.basis]

    @property
    def specific(self) -> bool:
        return any(claim.category == "specific" for claim in self.claims)


def entries(
    texts: Sequence[Notice], facts: Mapping[str, ServiceFacts], covered: Mapping[tuple[str, str], int], officer: Text
) -> Iterator[Processing]:
    """Return the register in the order of the texts. `covered`: how many people a (service, purpose) covers now."""
    for notice in texts:
        known = facts.get(notice.service)
        if known is None:
            continue
        for purpose in notice.purposes:
            valid = min(purpose.valid_for or LONGEST_SPECIFIC, LONGEST_SPECIFIC) if purpose.specific else purpose.valid_for
            yield Processing(
                service=notice.service,
                purpose=purpose.id,
                service_name=known.name,
                application=known.application,
                agency=notice.controller,
                controller=known.controller,
                contact=known.contact,
                officer=officer,
                title=purpose.title,
                text=purpose.text,
                basis=purpose.basis,
                rule=purpose.rule,
                required=purpose.required,
                people=known.people,
                claims=purpose.claims,
                recipients=known.recipients,
                recipients_text=notice.recipients,
                retention=purpose.retention or NOT_STATED,
                valid_days=valid // DAY if valid is not None else None,
                notice=notice.id,
                since=notice.valid_from,
                covers=covered.get((notice.service, purpose.id), 0),
                changed_at=max(notice.valid_from, known.changed_at),
            )
