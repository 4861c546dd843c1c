"""OSS: it calls us when a business number (NIB) is issued; and the agency's licensing application that is told in the end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def message(username: str, password: str, nib: str, now: float) -> tuple[bytes, dict[str, str]]:
    """Return body and headers by which OSS tells of a NIB."""
    day = (datetime.fromtimestamp(now, UTC) + timedelta(hours=7)).strftime("%Y%m%d")
    token = hashlib.sha1(f"{username}{password}{nib}{day}".encode(), usedforsecurity=False).hexdigest()
    body = orjson.dumps({"dataNIB": {"nib": nib, "nama_perusahaan": "CV CONTOH", "status": "01"}})
    return body, {"Token": token, "Content-Type": "application/json"}


def call(address: str, username: str, password: str, nib: str, now: float, method: str = "receiveNIB") -> httpx.Response:
    """Tell the hub at this address of a NIB, and return what it answers."""
    body, headers = message(username, password, nib, now)
    return httpx.post(f"{address}/{method}", content=body, headers=headers, timeout=10)


@dataclass
class Licensing:
    """Keeps what it is told, each delivery once."""

    key: str = field(default="", repr=False)
    told: dict[str, Any] = field(default_factory=dict)

    async def receive(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return JSONResponse({"message": "no"}, 401)
        self.told[request.headers["x-gapura-delivery"]] = await request.json()
        return JSONResponse({"ok": True})

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/oss/receiveNIB", self.receive, methods=["POST"])])
