"""BPJS Kesehatan as documented: VClaim with encrypted answers, Antrean with its other envelope. What does not fit is refused as there."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.demo.fakes.lzstring import compress

ACTIVE, ENDED = {"kode": "0", "keterangan": "AKTIF"}, {"kode": "1", "keterangan": "NONAKTIF"}
MEMBERS = {
    "0000000000011": {"nama": "SITI PERAGAWATI", "noKartu": "0000000000011", "sex": "P", "statusPeserta": ACTIVE},
    "0000000000022": {"nama": "BUDI CONTOTAMA", "noKartu": "0000000000022", "sex": "L", "statusPeserta": ENDED},
}
DRIFT = 300


@dataclass
class Bpjs:
    """`seen` lists method and path of what was let in, for tests and for the demo's page."""

    cons_id: str = "1234"
    secret: str = field(default_factory=lambda: base64.urlsafe_b64encode(os.urandom(24)).decode(), repr=False)
    user_key: str = field(default_factory=lambda: os.urandom(16).hex(), repr=False)
    now: Callable[[], float] = time.time
    members: dict[str, dict[str, Any]] = field(default_factory=lambda: dict(MEMBERS))
    seen: list[tuple[str, str]] = field(default_factory=list)

    def refusal(self, request: Request) -> str:
        """Return why the headers are refused, empty when they fit."""
        sent = {name: request.headers.get(name, "") for name in ("x-cons-id", "x-timestamp", "x-signature", "user_key")}
        if not hmac.compare_digest(sent["user_key"], self.user_key):
            return "user_key salah"
        if not re.fullmatch(r"\d{9,10}", sent["x-timestamp"]) or abs(int(sent["x-timestamp"]) - self.now()) > DRIFT:
            return "Service Timestamp tidak sesuai"
        due = hmac.new(self.secret.encode(), f"{sent['x-cons-id']}&{sent['x-timestamp']}".encode(), hashlib.sha256).digest()
        if sent["x-cons-id"] != self.cons_id or not hmac.compare_digest(base64.b64encode(due).decode(), sent["x-signature"]):
            return "Signature tidak sesuai"
        writes = request.method != "GET"
        if writes and request.headers.get("content-type", "").lower() != "application/x-www-form-urlencoded":
            return "Content-Type tidak sesuai"
        self.seen.append((request.method, request.url.path))
        return ""

    def sealed(self, request: Request, value: Any) -> str:
        """Return the value compressed and encrypted with the key of this request's moment."""
        key = hashlib.sha256(f"{self.cons_id}{self.secret}{request.headers['x-timestamp']}".encode()).digest()
        padder, encryptor = PKCS7(128).padder(), Cipher(algorithms.AES256(key), modes.CBC(key[:16])).encryptor()
        padded = padder.update(compress(orjson.dumps(value).decode()).encode()) + padder.finalize()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    async def member(self, request: Request) -> Response:
        refused = self.refusal(request)
        if refused:
            return meta(401, refused, status=401)
        found = self.members.get(request.path_params["card"])
        if found is None:
            return meta(201, "Peserta Tidak Terdaftar")
        return meta(200, "OK", self.sealed(request, {"peserta": found}))

    async def clinics(self, request: Request) -> Response:
        refused = self.refusal(request)
        if refused:
            return meta(401, refused, status=401)
        return meta(200, "OK", self.sealed(request, {"poli": [{"kode": "INT", "nama": "PENYAKIT DALAM"}]}))

    async def insert(self, request: Request) -> Response:
        refused = self.refusal(request)
        if refused:
            return meta(401, refused, status=401)
        sent = orjson.loads(await request.body())
        return meta(200, "Sukses", self.sealed(request, {"sep": {"noSep": "0000R0000000V000001", "diterima": sent}}))

    async def queue(self, request: Request) -> Response:
        refused = self.refusal(request)
        if refused:
            return JSONResponse({"metadata": {"code": 401, "message": refused}, "response": None})
        return JSONResponse({"metadata": {"code": 201, "message": "Nomor antrean hanya dapat diambil 1 kali"}, "response": None})

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/vclaim-rest/Peserta/nokartu/{card}/tglSEP/{day}", self.member),
                Route("/vclaim-rest/referensi/poli/{name}", self.clinics),
                Route("/vclaim-rest/SEP/2.0/insert", self.insert, methods=["POST"]),
                Route("/antreanrs/antrean/add", self.queue, methods=["POST"]),
            ]
        )


def meta(code: int, message: str, response: Any = None, status: int = 200) -> Response:
    return JSONResponse({"metaData": {"code": str(code), "message": message}, "response": response}, status)
