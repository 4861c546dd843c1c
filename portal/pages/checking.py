"""`/periksa`: whether a receipt is genuine and how its record stands now, for everybody who holds one; nobody else learns anything.

A receipt is pasted, handed in as a file, or named by the number and the fingerprint of its QR code. What is shown concerns agency, service
and purpose, never the person. A wrong fingerprint and an unknown number are answered alike, and one address is slowed down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consent.genuine import MAX_FILE, Verdict
from consent.models import Standing, Text
from consent.receipt import number_of
from consent.receipts import Found, Receipts
from idp.applications.registry import Registry
from idp.error_pages import ErrorPages
from kit.expiring import ExpiringStore
from kit.secrets import digest
from kit.web.address import Network, client_address, limit_key
from kit.web.forms import BadForm
from kit.web.pages import Pages
from kit.web.uploads import read_upload
from portal.receipt_words import BY_NUMBER, BY_SIGNATURE, EVENTS, NOT_FOUND, NOT_IN_THE_LEDGER, OTHER, STANDINGS, WHY_NOT

PER_MINUTE = 30  # checks of one address: a counter with a queue does less
MAX_BODY = MAX_FILE + 16 * 1024
MAX_TYPED = 100
PUBLIC = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


@dataclass(frozen=True)
class CheckingPages:
    pages: Pages
    registry: Registry
    receipts: Receipts
    errors: ErrorPages
    expiring: ExpiringStore
    trusted: Sequence[Network] = ()

    async def show(self, request: Request) -> Response:
        """Show the form; with number and fingerprint, as the QR code has them, what becomes of them."""
        number, mark = (request.query_params.get(name, "")[:MAX_TYPED] for name in ("nomor", "sidik"))
        if not number and not mark:
            return self.pages.render(request, "portal/check.html", _blank())
        if await self._too_often(request):
            return self._slow(request)
        found = await self.receipts.by_number(number, mark)
        return self._result(request, found, BY_NUMBER if found is not None else NOT_FOUND, number=number, mark=mark)

    async def check(self, request: Request) -> Response:
        if await self._too_often(request):
            return self._slow(request)
        try:
            form = await read_upload(request, MAX_BODY)
        except BadForm as error:
            return self.errors.message(request, "bad_form", status=error.status)
        if not self.pages.genuine(request, form.get("csrf", b"").decode(errors="replace")):
            return self.errors.message(request, "not_genuine", status=403)
        checked = await self.receipts.check(form.get("berkas") or form.get("tanda") or b"")
        if checked.verdict is not Verdict.GENUINE:
            return self._result(request, None, WHY_NOT[checked.verdict])
        return self._result(request, checked.found, BY_SIGNATURE if checked.found is not None else NOT_IN_THE_LEDGER)

    async def keys(self, request: Request) -> Response:
        """Publish the keys that check every receipt there ever was, for whoever checks without us. RFC 7517 §5."""
        return Response(orjson.dumps(await self.receipts.keys.published()), headers=PUBLIC, media_type="application/jwk-set+json")

    def _result(self, request: Request, found: Found | None, why: Text, *, number: str = "", mark: str = "") -> Response:
        context = {
            **_blank(),
            "checked": True,
            "why": why,
            "number": number,
            "mark": mark,
            **(self._facts(found) if found is not None else {}),
        }
        return self.pages.render(request, "portal/check.html", context)

    def _facts(self, found: Found) -> dict[str, Any]:
        snapshot, row = self.registry.now, found.row
        notice = snapshot.notices.get(row.notice)
        purpose = notice.purpose(row.purpose) if notice is not None else None
        service = snapshot.services.get(row.service)
        agency = snapshot.agencies.get(notice.controller) if notice is not None else None
        return {
            "found": found,
            "receipt_number": number_of(row),
            "event": EVENTS.get(row.event, OTHER),
            "standing": STANDINGS[found.standing],
            "in_force": found.standing in (Standing.IN_FORCE, Standing.INFORMED),
            "service": service.name if service is not None else row.service,
            "agency": agency.name if agency is not None else "",
            "purpose": purpose.title if purpose is not None else row.purpose,
            "purpose_text": purpose.text if purpose is not None else "",
        }

    async def _too_often(self, request: Request) -> bool:
        address = limit_key(client_address(request, self.trusted))
        return await self.expiring.increment(f"receipt-check:{digest(address)}", 60) > PER_MINUTE

    def _slow(self, request: Request) -> Response:
        answer = self.errors.message(request, "too_many", status=429)
        answer.headers["Retry-After"] = "60"
        return answer

    def routes(self) -> list[Route]:
        return [
            Route("/periksa", self.show, methods=["GET"]),
            Route("/periksa", self.check, methods=["POST"]),
            Route("/periksa/kunci.json", self.keys, methods=["GET"]),
        ]


def _blank() -> dict[str, Any]:
    return {"checked": False, "found": None, "why": "", "number": "", "mark": ""}
