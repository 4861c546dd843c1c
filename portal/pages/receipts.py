"""`/izin/{record}/tanda-terima`: the receipt of each event of a record, to print with a QR code and to keep as a signed file (UX CN-8)."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consent.errors import NotYours
from consent.models import LedgerRow, Notice, PurposeState, Text
from consent.notice import BASIS_WORDS
from consent.receipt import Party, mark_of, number_of, standing_at
from consent.receipts import Receipts
from consent.service import ConsentService
from idp.applications.registry import Registry
from idp.error_pages import ErrorPages
from idp.people.claims import CATALOGUE
from idp.people.masking import mask
from kit.clock import Clock
from kit.web.language import language_of
from kit.web.pages import Pages, Regency, see_other
from portal.citizen import Caller, Citizen
from portal.receipt_words import CHANGED, EVENTS, OTHER, STANDINGS, TITLES

MOST_ROWS = 1000  # of one record; each takes a press of a button


@dataclass(frozen=True, slots=True)
class Proof:
    """One event of a record of the caller, and what belongs to it."""

    who: Citizen
    state: PurposeState
    row: LedgerRow
    rows: Sequence[LedgerRow]  # of the record, oldest first
    notice: Notice


@dataclass(frozen=True)
class ReceiptPages:
    caller: Caller
    pages: Pages
    registry: Registry
    consent: ConsentService
    receipts: Receipts
    errors: ErrorPages
    clock: Clock
    issuer: str

    async def show(self, request: Request) -> Response:
        """Show the receipt of the newest event, or of the one named by `?peristiwa=`; `?bentuk=json` gives the signed file."""
        proof = await self._proof(request)
        if isinstance(proof, Response):
            return proof
        if request.query_params.get("bentuk") == "json":
            return await self._file(proof)
        language = language_of(request, proof.who.person.language)
        return self.pages.render(
            request, "portal/receipt.html", self._context(proof, language), preferred_language=proof.who.person.language
        )

    async def _file(self, proof: Proof) -> Response:
        service = self.registry.now.services.get(proof.row.service)
        name = service.name if service is not None else {"id": proof.row.service, "en": proof.row.service}
        parties = self._parties(proof.notice)
        file = await self.receipts.issue(proof.row, proof.rows, proof.notice, proof.state, parties, name)
        disposition = f'attachment; filename="tanda-terima-{number_of(proof.row)}.json"'
        headers = {"Cache-Control": "no-store", "Content-Disposition": disposition}
        return Response(orjson.dumps(file, option=orjson.OPT_INDENT_2), headers=headers, media_type="application/json")

    async def _proof(self, request: Request) -> Response | Proof:
        """Return the event that is asked for; another person's record does not exist for the caller (CN-03)."""
        who = await self.caller.of(request)
        if isinstance(who, Response):
            return who
        try:
            state = await self.consent.state(who.person.id, request.path_params["record"])
        except NotYours:
            return self.errors.message(request, "not_found", status=404)
        rows = list(reversed(await self.consent.history(who.person.id, record_id=state.record_id, limit=MOST_ROWS)))
        wanted = request.query_params.get("peristiwa", "")
        row = next((one for one in reversed(rows) if wanted in ("", str(one.seq))), None)
        notice = self.registry.now.notices.get(state.notice)
        if row is None or notice is None:
            return self.errors.message(request, "not_found", status=404)
        return Proof(who, state, row, rows, notice)

    def _context(self, proof: Proof, language: str) -> dict[str, Any]:
        snapshot, row, purpose = self.registry.now, proof.row, proof.notice.purpose(proof.row.purpose)
        said = purpose.claims if purpose is not None else ()
        special = {claim.claim for claim in said if claim.category == "specific"}
        number, nik = number_of(row), proof.who.person.claims.get("nik")
        return {
            "person": proof.who.person,
            "here": "consents",
            "state": proof.state,
            "standing": STANDINGS[standing_at(proof.state, self.clock.now())],
            "row": row,
            "title": TITLES.get(row.event, CHANGED),
            "number": number,
            "mark": _fours(mark_of(row)),
            "qr": qr(check_url(self.issuer, row)),
            "check_at": f"{self.issuer.partition('://')[2]}/periksa",
            "notice": proof.notice,
            "purpose": purpose,
            "service": snapshot.services.get(row.service),
            "agency": snapshot.agencies.get(proof.notice.controller),
            "claims": _labels(row.claims),
            "specific": _labels(special.intersection(row.claims)),
            "left_out": [claim.label for claim in said if claim.claim not in row.claims],
            "basis": BASIS_WORDS[row.basis],
            "nik": mask("nik", nik, language) if nik else None,
            "others": [(one, EVENTS.get(one.event, OTHER)) for one in reversed(proof.rows) if one.seq != row.seq],
        }

    def _parties(self, notice: Notice) -> list[Party]:
        agency, regency = self.registry.now.agencies.get(notice.controller), self.pages.regency
        name = agency.name if agency is not None else {"id": notice.controller, "en": notice.controller}
        contact = agency.phone_display if agency is not None else regency.phone_display
        return [Party(notice.controller, name, "PII controller", contact, self.issuer), dpo_of(regency, self.issuer)]

    async def moved(self, request: Request) -> Response:
        """Lead an address of before 0.5 to the receipt."""
        return see_other(f"/izin/{request.path_params['record']}/tanda-terima")

    def routes(self) -> list[Route]:
        return [
            Route("/izin/{record}/tanda-terima", self.show, methods=["GET"]),
            Route("/izin/{record}/bukti", self.moved, methods=["GET"]),
        ]


def dpo_of(regency: Regency, issuer: str) -> Party:
    """Return who answers for data protection in the whole regency (UU 27/2022 Pasal 53)."""
    name = {"id": f"Petugas pelindungan data {regency.name}", "en": f"Data protection officer of {regency.name}"}
    return Party("dpo", name, "data protection officer", regency.dpo, f"{issuer}/pelindungan-data")


def check_url(issuer: str, row: LedgerRow) -> str:
    """Return what the QR code says: where to check, the number, the fingerprint. Nothing about anybody (PV-02)."""
    return f"{issuer}/periksa?" + urlencode({"nomor": number_of(row), "sidik": mark_of(row)})


@dataclass(frozen=True, slots=True)
class QrCode:
    """What a template draws: the side in modules with the quiet zone, and the path of the dark ones."""

    side: int
    path: str


def qr(url: str) -> QrCode:
    """Return the code of an address, with the four modules of quiet zone that readers need. ISO/IEC 18004."""
    rows = [bytes(row) for row in segno.make(url, error="m", micro=False).matrix_iter(border=4)]
    dark = re.compile(rb"\x01+")
    runs = ((run.start(), y, run.end() - run.start()) for y, row in enumerate(rows) for run in dark.finditer(row))
    return QrCode(len(rows), "".join(f"M{x} {y}h{wide}v1h-{wide}z" for x, y, wide in runs))


def _labels(claims: Container[str]) -> list[Text]:
    return [facts.label for claim, facts in CATALOGUE.items() if claim in claims]


def _fours(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
