"""SIMPEG, the register of staff (2014): takes a signed ticket, finds its own account by the NIP in it, and starts its own session."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.demo.systems.front import Front, Sessions, sent, to_gapura
from hub.demo.systems.tickets import BadTicket, verified

BEGAN = "simpeg_mulai"
MOST_USED = 2000


@dataclass
class Simpeg:
    front: Front
    keys: Sequence[str]
    accounts: Sequence[Mapping[str, Any]]
    unit_codes: Mapping[str, str]
    sessions: Sessions = field(default_factory=lambda: Sessions("ci_session_simpeg"))
    used: dict[str, int] = field(default_factory=dict)  # jti -> when it stops mattering

    async def home(self, request: Request) -> Response:
        person = self.sessions.of(request)
        return self.front.page(
            "home.html", {"person": person, "work": self._record(person["account"], person["values"]) if person else None}
        )

    async def begin(self, request: Request) -> Response:
        """A `state` of this browser goes along, and comes back inside the ticket: nobody else's ticket counts here."""
        state = secrets.token_urlsafe(24)
        return to_gapura(f"{self.front.issuer}/tiket/simpeg/masuk?{urlencode({'state': state})}", BEGAN, state)

    async def arrive(self, request: Request) -> Response:
        try:
            claims = self._read((await sent(request)).get("ticket", ""), "sign-in")
        except BadTicket:
            return self.front.stopped("proof")
        if not secrets.compare_digest(str(claims.get("state", "")).encode(), request.cookies.get(BEGAN, "-").encode()):
            return self.front.stopped("state")
        if not self._first_time(claims):
            return self.front.stopped("proof")
        nip = str(claims.get("nip_baru", ""))
        account = next((one for one in self.accounts if nip and _digits(one["username"]) == nip and one["status"] == "active"), None)
        if account is None:
            return self.front.stopped("account", 403)
        response = self.sessions.begin(request, "/", sid=claims["sid"], name=claims.get("nama", ""), values=claims, account=account)
        response.delete_cookie(BEGAN, path="/")
        return response

    async def told_to_end(self, request: Request) -> Response:
        """Gapura tells, from server to server, that a sign-in ended: which one says the ticket."""
        try:
            claims = self._read((await sent(request)).get("ticket", ""), "sign-out")
        except BadTicket:
            return Response(status_code=400)
        self.sessions.end("sid", claims["sid"])
        return Response(status_code=204)

    async def leave(self, request: Request) -> Response:
        return await self.sessions.leave(request, self.front)

    def _read(self, ticket: str, purpose: str) -> dict[str, Any]:
        own = self.front
        return verified(ticket, self.keys, issuer=own.issuer, audience=own.origin, purpose=purpose, now=int(time.time()))

    def _first_time(self, claims: Mapping[str, Any]) -> bool:
        now = time.time()
        self.used = {jti: until for jti, until in self.used.items() if until > now}
        if claims["jti"] in self.used or len(self.used) >= MOST_USED:
            return False
        self.used[claims["jti"]] = claims["exp"] + 60
        return True

    def _record(self, account: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what SIMPEG's own table says; the unit under the number that it had in 2014."""
        unit = self.unit_codes.get(str(values.get("kode_unit", "")), "tidak dikenal")
        facts = [("Nama di SIMPEG", account["display_name"]), ("Nomor unit", unit), ("Status", "Aktif")]
        return {
            "title": "Data kepegawaian",
            "facts": facts,
            "lines": ["Berkas kenaikan gaji berkala lengkap.", "Sisa cuti tahunan: 7 hari."],
        }

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.home),
            Route("/masuk", self.begin),
            Route("/sso/masuk", self.arrive, methods=["POST"]),
            Route("/sso/keluar", self.told_to_end, methods=["POST"]),
            Route("/keluar", self.leave, methods=["POST"]),
        ]


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdigit())
