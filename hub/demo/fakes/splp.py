"""SPLP's gateway: one key a subscribed service, each in its own header, 401 for the key of another one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

WRONG = {"fault": {"code": 900901, "message": "Invalid Credentials", "description": "Make sure you have provided the correct API key"}}


@dataclass
class Splp:
    keys: dict[str, str] = field(
        default_factory=lambda: {"data": secrets.token_urlsafe(32), "lapor": secrets.token_urlsafe(32)}, repr=False
    )

    async def holidays(self, request: Request) -> Response:
        return JSONResponse({"status": True, "data": [{"tanggal": "2026-12-25", "nama": "Hari Raya Natal"}]})

    async def villages(self, request: Request) -> Response:
        if not secrets.compare_digest(request.headers.get("apikey", ""), self.keys["data"]):
            return JSONResponse(WRONG, 401)
        return JSONResponse({"status": True, "data": [{"kode": "35.03.11", "nama": "Trenggalek"}]})

    async def complaint(self, request: Request) -> Response:
        if not secrets.compare_digest(request.headers.get("authorizationsplp", ""), f"Bearer {self.keys['lapor']}"):
            return JSONResponse(WRONG, 401)
        sent = await request.json()
        return JSONResponse({"status": True, "data": {"tracking_id": "0000001", "title": sent.get("title")}})

    def app(self) -> Starlette:
        base = "/t/trenggalekkab.go.id"
        return Starlette(
            routes=[
                Route(f"{base}/libur/1.0/daftar", self.holidays),
                Route(f"{base}/data/1.0/kecamatan", self.villages),
                Route(f"{base}/lapor/3.0.0/complaints/complaint", self.complaint, methods=["POST"]),
            ]
        )
