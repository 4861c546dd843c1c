"""BSrE's e-sign client as documented: HTTP Basic, a document in a form, PDF or a JSON error back."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass
class Esign:
    username: str = "trenggalek"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    def knows(self, request: Request) -> bool:
        due = "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return secrets.compare_digest(request.headers.get("authorization", ""), due)

    async def version(self, request: Request) -> Response:
        if not self.knows(request):
            return JSONResponse({"error": "Unauthorized"}, 401)
        return JSONResponse({"version": "2.2"})

    async def sign(self, request: Request) -> Response:
        if not self.knows(request):
            return JSONResponse({"error": "Unauthorized"}, 401)
        form = await request.form()
        if not {"file", "nik", "passphrase"} <= set(form):
            return JSONResponse({"error": "file, nik dan passphrase wajib diisi"}, 400)
        return Response(b"%PDF-1.7\n%signed", media_type="application/pdf")

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/api/version", self.version), Route("/api/sign/pdf", self.sign, methods=["POST"])])
