"""Receipts of this house: made and signed when asked for, found by number, and compared with the ledger when somebody checks one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from consent.genuine import Judgement, Verdict, judged
from consent.models import LedgerRow, Notice, PurposeState, Standing, Text
from consent.receipt import TYP, Party, is_of, receipt_of, row_of, standing_at
from consent.record_keys import RecordKeys
from kit.clock import Clock
from kit.secrets import keyed


class LedgerReader(Protocol):
    """What of the ledger a receipt needs; the store of consent.store has it all."""

    async def state(self, record_id: str) -> PurposeState | None: ...

    async def history(self, person: str, *, record_id: str = "", before_seq: int = 0, limit: int = 100) -> list[LedgerRow]: ...

    async def row(self, seq: int) -> LedgerRow | None:
        """Return one row of the ledger by its number."""


@dataclass(frozen=True, slots=True)
class Found:
    """A receipt that belongs to a row of the ledger, and how its record stands now. `changed_at`: when it last changed, seconds UTC."""

    row: LedgerRow
    standing: Standing
    changed_at: int


@dataclass(frozen=True, slots=True)
class Checked:
    """`found` is None for a receipt that is not genuine, and for a genuine one whose row is not (or no longer) what it says."""

    verdict: Verdict
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Receipts:
    ledger: LedgerReader
    keys: RecordKeys
    clock: Clock
    issuer: str
    pseudonyms: bytes = field(repr=False)

    async def issue(
        self, row: LedgerRow, rows: Sequence[LedgerRow], notice: Notice, state: PurposeState, parties: Sequence[Party], service: Text
    ) -> dict[str, Any]:
        """Return `{"receipt": …, "jws": …}` of one event: what is to be read, and the same signed."""
        receipt = receipt_of(
            row,
            rows,
            notice,
            state,
            principal=self.pseudonym(row.person, notice.controller),
            parties=parties,
            service=service,
            issuer=self.issuer,
            now=self.clock.now(),
        )
        return {"receipt": receipt, "jws": await self.keys.sign(receipt, TYP)}

    def pseudonym(self, person: str, controller: str) -> str:
        """Return what a receipt calls the person: the same at one agency, another at the next, and no name or number of hers."""
        return "p-" + keyed(self.pseudonyms, f"receipt:{controller}", person)[:22]

    async def check(self, text: str | bytes) -> Checked:
        """Judge a receipt as handed in, then find its row. A good signature whose row differs says that the ledger was changed."""
        found: Judgement = judged(text, await self.keys.published())
        if found.receipt is None:
            return Checked(found.verdict)
        seq, hash_ = _last_row(found.receipt)
        row = await self.ledger.row(seq)
        return Checked(found.verdict, await self._now(row) if row is not None and row.hash == hash_ else None)

    async def by_number(self, number: str, mark: str) -> Found | None:
        """Return the receipt that number and fingerprint name; None for every other pair, known number or not."""
        seq = row_of(number)
        row = await self.ledger.row(seq) if seq is not None else None
        return await self._now(row) if row is not None and is_of(row, number, mark) else None

    async def _now(self, row: LedgerRow) -> Found | None:
        state = await self.ledger.state(row.record_id)
        if state is None:
            return None
        newest = await self.ledger.history(row.person, record_id=row.record_id, limit=1)
        now = self.clock.now()
        standing = standing_at(state, now)
        ended_by_time = standing is Standing.ENDED and state.expires_at is not None and state.expires_at <= now
        return Found(row, standing, state.expires_at if ended_by_time and state.expires_at is not None else newest[0].at)


def _last_row(receipt: Mapping[str, Any]) -> tuple[int, str]:
    """Return number and hash of the row that a receipt of ours is about."""
    last = receipt["ledger"][-1]
    return int(last["seq"]), str(last["hash"])
