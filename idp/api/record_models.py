"""What the citizen's API answers and takes. Times are seconds UTC; texts are in both languages; no value of a claim is in it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from consent.ledger import can_withdraw
from consent.models import DisclosureView, LedgerRow, Notice, PurposeState, Standing

Text = dict[str, str]


class RecordOut(BaseModel):
    """One record: one purpose of one service's text. `revision` is what `ETag` and `If-Match` carry."""

    id: str
    service: str
    application: str
    controller: str
    purpose: str
    title: Text
    basis: str
    rule: str
    required: bool
    claims: list[str]
    standing: str = Field(description="berlaku, berakhir, ditahan, ditarik, ditolak, diperbarui or diberitahukan")
    since: int
    expires_at: int | None
    withdrawable: bool
    notice: str
    revision: int


class EventOut(BaseModel):
    """One thing that happened: an event of the ledger, or `sent` for claims that the service was told."""

    at: int
    event: str
    claims: list[str]
    channel: str
    times: int = 1
    seq: int | None = Field(default=None, description="of the ledger row; null for `sent`")
    hash: str | None = None
    text_sha256: str | None = None


class RecordWithEvents(RecordOut):
    events: list[EventOut]


class RecordList(BaseModel):
    items: list[RecordOut]


class TargetIn(BaseModel):
    """Names what is withdrawn once more, so that a wrong address withdraws nothing."""

    model_config = ConfigDict(extra="forbid")
    record: Annotated[str, Field(min_length=1, max_length=64)]


class WithdrawnOut(BaseModel):
    record: RecordOut
    service_ended: bool = Field(description="true: the data were required, and the whole service ended with them")


class ReceiptOut(BaseModel):
    """What happened, to read, and the same as a JWS whose keys stand at `/periksa/kunci.json`."""

    receipt: dict[str, Any]
    jws: str


class ProblemOut(BaseModel):
    """RFC 9457, with our `code` and `param`."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    param: str = ""


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemOut, "description": words}
    for status, words in (
        (401, "no token, or one that is not good here, too weak or too old"),
        (403, "the scope or the person's agreement is missing"),
        (404, "no such record of this person"),
        (429, "too many calls"),
    )
}
Filter = Literal["", "berlaku", "berakhir", "ditahan", "ditarik", "ditolak", "diperbarui", "diberitahukan"]


def record_out(state: PurposeState, notice: Notice | None, now: int) -> RecordOut:
    """Return the record as it stands; one whose time is over is `berakhir`."""
    purpose = notice.purpose(state.purpose) if notice is not None else None
    ended = state.standing is Standing.IN_FORCE and not state.covers(now)
    return RecordOut(
        id=state.record_id,
        service=state.service,
        application=state.application,
        controller=notice.controller if notice is not None else "",
        purpose=state.purpose,
        title=dict(purpose.title) if purpose is not None else {},
        basis=state.basis.value,
        rule=purpose.rule if purpose is not None else "",
        required=purpose is not None and purpose.required,
        claims=sorted(state.claims),
        standing=(Standing.ENDED if ended else state.standing).value,
        since=state.since,
        expires_at=state.expires_at,
        withdrawable=can_withdraw(state, now),
        notice=state.notice,
        revision=state.last_seq,
    )


def events_out(state: PurposeState, rows: list[LedgerRow], sent: list[DisclosureView]) -> list[EventOut]:
    """Return the time line of one record, oldest first: its ledger rows, and what was sent of its claims."""
    events = [
        EventOut(
            at=row.at,
            event=row.event.value,
            claims=list(row.claims),
            channel=row.channel,
            seq=row.seq,
            hash=row.hash,
            text_sha256=row.text_sha256,
        )
        for row in rows
    ]
    events += [
        EventOut(at=one.disclosure.at, event="sent", claims=claims, channel=one.disclosure.channel, times=one.times)
        for one in sent
        if (claims := sorted(set(one.disclosure.claims) & state.claims))
    ]
    return sorted(events, key=lambda event: event.at)
