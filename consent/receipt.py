"""The receipt of a consent: the proof that UU PDP Pasal 24 asks for, as data (UX CN-8). It holds no personal value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consent.models import LedgerRow, Notice


def number_of(row: LedgerRow) -> str:
    """Return the number a person can read out: `TT-7K2FQX9M`, from the hash of the row that made the record."""
    return "TT-" + row.hash[:8].upper()


def receipt_of(rows: Sequence[LedgerRow], notice: Notice) -> dict[str, Any]:
    """Return the receipt of one record from its ledger rows, newest first. Anyone who holds the ledger can recompute every hash."""
    first = rows[-1]
    return {
        "number": number_of(first),
        "record": first.record_id,
        "service": first.service,
        "application": first.application,
        "controller": notice.controller,
        "purpose": first.purpose,
        "basis": first.basis.value,
        "claims": list(first.claims),
        "notice": first.notice,
        "text_sha256": first.text_sha256,
        "language": first.language,
        "channel": first.channel,
        "officer": first.officer,
        "given_at": first.at,
        "expires_at": first.expires_at,
        "history": [
            {"seq": row.seq, "event": row.event.value, "at": row.at, "previous": row.previous, "hash": row.hash} for row in reversed(rows)
        ],
    }
