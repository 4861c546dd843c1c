"""The route of one person's consent record, for whoever answers for data protection. POST: the reason stays out of addresses and logs."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from admin.actions.all import Actions
from admin.actions.consent_record import Record
from admin.api import models as m
from admin.api.who import Gate
from admin.operator import Operator

PATH = "/people/{person}/consent-record"


class StateOut(BaseModel):
    record: str
    service: str
    application: str
    purpose: str
    notice: str
    basis: str
    claims: list[str]
    standing: str
    since: int
    expires_at: int | None


class LedgerOut(BaseModel):
    seq: int
    at: int
    event: str
    record: str
    claims: list[str]
    channel: str
    officer: str | None
    text_sha256: str
    hash: str


class DisclosureOut(BaseModel):
    at: int
    last_at: int
    times: int
    service: str
    application: str
    client: str
    channel: str
    claims: list[str]


class RecordOut(BaseModel):
    person: str
    states: list[StateOut]
    ledger: list[LedgerOut]
    disclosures: list[DisclosureOut]


def consent_record_routes(gate: Gate, actions: Actions) -> APIRouter:
    router = APIRouter()

    @router.post(PATH)
    async def record(operator: Annotated[Operator, Depends(gate.needs("POST", PATH))], person: str, body: m.Reason) -> RecordOut:
        """Needs a reason and a confirmation; is recorded, and the person sees who looked and why."""
        return out(await actions.consent_records.of_person(operator, person, reason=body.reason))

    return router


def out(found: Record) -> RecordOut:
    return RecordOut(
        person=found.person,
        states=[
            StateOut(
                record=s.record_id,
                service=s.service,
                application=s.application,
                purpose=s.purpose,
                notice=s.notice,
                basis=s.basis.value,
                claims=sorted(s.claims),
                standing=s.standing.value,
                since=s.since,
                expires_at=s.expires_at,
            )
            for s in found.states
        ],
        ledger=[
            LedgerOut(
                seq=row.seq,
                at=row.at,
                event=row.event.value,
                record=row.record_id,
                claims=list(row.claims),
                channel=row.channel,
                officer=row.officer,
                text_sha256=row.text_sha256,
                hash=row.hash,
            )
            for row in found.ledger
        ],
        disclosures=[
            DisclosureOut(
                at=view.disclosure.at,
                last_at=view.last_at,
                times=view.times,
                service=view.disclosure.service,
                application=view.disclosure.application,
                client=view.disclosure.client,
                channel=view.disclosure.channel,
                claims=list(view.disclosure.claims),
            )
            for view in found.disclosures
        ],
    )
