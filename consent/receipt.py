"""The receipt of one event of a record: the proof that UU 27/2022 Pasal 24 asks for, as data (UX CN-8).

The members are those of ISO/IEC TS 27560:2023 (header, processing, parties, event); what the standard leaves open stands beside them.
Claims are named, never their values; the person is a pseudonym that differs from agency to agency.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from consent.models import LedgerEvent, LedgerRow, Notice, Purpose, PurposeState, Standing, Text
from consent.notice import BASIS_WORDS
from kit.secrets import same

SCHEMA = "ISO/IEC TS 27560:2023"
TYP = "consent-receipt+jws"
NUMBER = re.compile(r"TT-([1-9][0-9]{0,8})-([0-9A-F]{6})")
MARK = 32  # digits of a row's hash that the QR code carries: 128 bits, so that nobody finds a receipt by trying
ENDS_IN: Mapping[LedgerEvent, Standing] = {
    LedgerEvent.GIVEN: Standing.IN_FORCE,
    LedgerEvent.CARRIED: Standing.IN_FORCE,
    LedgerEvent.INFORMED: Standing.INFORMED,
    LedgerEvent.OBJECTED: Standing.INFORMED,
    LedgerEvent.REFUSED: Standing.REFUSED,
    LedgerEvent.WITHDRAWN: Standing.WITHDRAWN,
    LedgerEvent.RENEWED: Standing.RENEWED,
    LedgerEvent.ENDED: Standing.ENDED,
    LedgerEvent.HELD: Standing.HELD,
    LedgerEvent.LIFTED: Standing.IN_FORCE,
}


@dataclass(frozen=True, slots=True)
class Party:
    """Who answers for the data, or for their protection. `contact` is how people reach them."""

    id: str
    name: Text
    role: str  # as the standard names it
    contact: str
    url: str = ""


def number_of(row: LedgerRow) -> str:
    """Return the number a person can read out: `TT-1042-9F3A27`, the row and the first digits of its hash."""
    return f"TT-{row.seq}-{row.hash[:6].upper()}"


def row_of(number: str) -> int | None:
    """Return which row of the ledger a number names; None for what is no number."""
    found = NUMBER.fullmatch(number.strip().upper())
    return int(found[1]) if found is not None else None


def mark_of(row: LedgerRow) -> str:
    """Return the fingerprint that stands beside the number in the QR code."""
    return row.hash[:MARK]


def is_of(row: LedgerRow, number: str, mark: str) -> bool:
    """True when number and fingerprint are those of this row; spaces and case of what somebody typed do not matter."""
    typed = "".join(mark.split()).lower()
    return same(number_of(row), number.strip().upper()) and same(mark_of(row), typed)


def standing_at(state: PurposeState, now: int) -> Standing:
    """Return how a record stands at this moment: what is in force ends by the clock alone."""
    over = state.expires_at is not None and now >= state.expires_at
    ended = over and state.standing in (Standing.IN_FORCE, Standing.INFORMED, Standing.HELD)
    return Standing.ENDED if ended else state.standing


def receipt_of(
    row: LedgerRow,
    rows: Sequence[LedgerRow],
    notice: Notice,
    state: PurposeState,
    *,
    principal: str,
    parties: Sequence[Party],
    service: Text,
    issuer: str,
    now: int,
) -> dict[str, Any]:
    """Return the receipt of the event in `row`; `rows` are those of its record in any order, and `state` how it stands at `now`."""
    purpose = notice.purpose(row.purpose)
    until = [one for one in sorted(rows, key=lambda one: one.seq) if one.seq <= row.seq]
    return {
        "schema_version": SCHEMA,
        "receipt_id": number_of(row),
        "record_id": row.record_id,
        "pii_principal_id": principal,
        "language": row.language,
        "jurisdictions": ["ID"],
        "pii_processing": {
            "privacy_notice": {
                "id": notice.id,
                "version": notice.version,
                "url": f"{issuer}/layanan/{notice.service}/pemberitahuan",
                "text_sha256": row.text_sha256,
            },
            "service": {"id": row.service, "name": dict(service), "application": row.application},
            "purposes": [_purpose(row, notice, purpose, issuer)],
            "pii_controllers": [notice.controller],
            "recipient_third_parties": dict(notice.recipients),
        },
        "party_identification": [_party(one) for one in parties],
        "event": {
            "event_type": row.event.value,
            "event_time": moment(row.at),
            "event_state": ENDS_IN[row.event].value if row.event in ENDS_IN else row.event.value,
            "validity_duration": f"PT{row.expires_at - row.at}S" if row.expires_at is not None else None,
            "valid_until": moment(row.expires_at) if row.expires_at is not None else None,
            "entity_id": principal if row.officer is None else row.officer,
            "officer": row.officer,
            "channel": row.channel,
        },
        "ledger": [_ledger(one) for one in until],
        "issued": {
            "by": issuer,
            "at": moment(now),
            "record_state": standing_at(state, now).value,
            "check_at": f"{issuer}/periksa",
            "keys_at": f"{issuer}/periksa/kunci.json",
        },
    }


def _purpose(row: LedgerRow, notice: Notice, purpose: Purpose | None, issuer: str) -> dict[str, Any]:
    """Return what the text says of the purpose, for the claims of this event alone."""
    said = {claim.claim: claim for claim in purpose.claims} if purpose is not None else {}
    return {
        "purpose_id": row.purpose,
        "purpose": dict(purpose.title) if purpose is not None else {},
        "description": dict(purpose.text) if purpose is not None else {},
        "lawful_basis": row.basis.value,
        "lawful_basis_name": dict(BASIS_WORDS[row.basis]),
        "lawful_basis_rule": purpose.rule if purpose is not None else "",
        "pii_information": [
            {
                "pii_attribute_id": name,
                "pii_type": dict(said[name].label) if name in said else {},
                "pii_category": said[name].category if name in said else "",
                "special_pii_category": name in said and said[name].category == "specific",
                "pii_optional": purpose is not None and not purpose.required,
            }
            for name in row.claims
        ],
        "retention_period": dict(purpose.retention) if purpose is not None else {},
        "privacy_rights": dict(notice.rights),
        "withdrawal_method": {"url": f"{issuer}/izin/{row.record_id}", "text": dict(notice.withdraw_or_object)},
    }


def _party(party: Party) -> dict[str, Any]:
    return {
        "party_id": party.id,
        "party_name": dict(party.name),
        "party_role": party.role,
        "party_contact": party.contact,
        "party_url": party.url,
    }


def _ledger(row: LedgerRow) -> dict[str, Any]:
    """Return where a row stands in the regency's chain and in the person's own."""
    place = {"seq": row.seq, "event": row.event.value, "at": moment(row.at)}
    return place | {"previous": row.previous, "own_previous": row.own_previous, "hash": row.hash}


def moment(at: int) -> str:
    """Return a time of the ledger as RFC 3339 in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
