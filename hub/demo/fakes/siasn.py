"""BKN's SIASN behind its gateway: two token endpoints, two tokens on every call, and its several envelopes."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

RINI = "198504172010012901"
STAFF = {RINI: {"nama": "RINI UJIASTUTI", "nipBaru": RINI, "nipLama": "", "tglLahir": "17-04-1985", "jenisKelamin": "F"}}


@dataclass
class Siasn:
    """`given` counts the tokens that each endpoint gave; `void()` ends all of them before their time, as a restart of the gateway does."""

    consumer_key: str = "kunci"
    consumer_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    account: str = RINI
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    staff: dict[str, dict[str, Any]] = field(default_factory=lambda: dict(STAFF))
    apim: set[str] = field(default_factory=set, repr=False)
    sso: set[str] = field(default_factory=set, repr=False)
    given: dict[str, int] = field(default_factory=lambda: {"apim": 0, "sso": 0})

    def void(self) -> None:
        self.apim.clear()
        self.sso.clear()

    async def apim_token(self, request: Request) -> Response:
        due = "Basic " + base64.b64encode(f"{self.consumer_key}:{self.consumer_secret}".encode()).decode()
        form = parse_qs((await request.body()).decode())
        if not secrets.compare_digest(request.headers.get("authorization", ""), due) or form.get("grant_type") != ["client_credentials"]:
            return JSONResponse({"error": "invalid_client", "error_description": "Client Authentication failed."}, 401)
        return self._token("apim", self.apim, 3600)

    async def sso_token(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        wanted = {"client_id": ["manajemenws"], "grant_type": ["password"], "username": [self.account], "password": [self.password]}
        if form != wanted:
            return JSONResponse({"error": "invalid_grant", "error_description": "Invalid user credentials"}, 401)
        return self._token("sso", self.sso, 43200)

    def _token(self, name: str, shelf: set[str], seconds: int) -> Response:
        token = f"{name}-{secrets.token_urlsafe(24)}"
        shelf.add(token)
        self.given[name] += 1
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": seconds})

    def refusal(self, request: Request) -> Response | None:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.apim:
            return JSONResponse({"code": "900901", "message": "Invalid Credentials"}, 401)
        scheme, _, token = request.headers.get("auth", "").partition(" ")
        if scheme != "bearer" or token not in self.sso:
            return JSONResponse({"Error": "invalid_token", "Message": "Token SSO tidak valid"}, 401)
        return None

    async def main(self, request: Request) -> Response:
        refused = self.refusal(request)
        if refused is not None:
            return refused
        found = self.staff.get(request.path_params["nip"])
        if found is None:
            return JSONResponse({"code": 0, "data": "Data tidak ditemukan"}, 404)
        return JSONResponse({"code": 1, "data": found, "message": "success"})

    async def save(self, request: Request) -> Response:
        refused = self.refusal(request)
        if refused is not None:
            return refused
        sent = await request.json()
        if not sent.get("unorId"):
            return JSONResponse({"code": 0, "data": None, "message": "1 errors occurred:\n\t* UnorID is required"})
        if sent.get("jenisJabatan") == "?":
            return JSONResponse({"success": False, "mapData": None, "message": "Jenis jabatan tidak dikenal"})
        return JSONResponse({"success": True, "mapData": {"rwJabatanId": "A" * 32}, "message": "success"})

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/oauth2/token", self.apim_token, methods=["POST"]),
                Route("/auth/realms/public-siasn/protocol/openid-connect/token", self.sso_token, methods=["POST"]),
                Route("/apisiasn/1.0/pns/data-utama/{nip}", self.main),
                Route("/apisiasn/1.0/jabatan/save", self.save, methods=["POST"]),
            ]
        )
