"""SATUSEHAT: the grant type in the query, numbers as text, FHIR's OperationOutcome, and one token request a minute after a failure."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

NIK_SYSTEM = "https://fhir.kemkes.go.id/id/nik"


@dataclass
class SatuSehat:
    """`asked` counts the requests for a token, also those in the minute of rest."""

    client_id: str = "klien"
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    now: Callable[[], float] = time.time
    patients: dict[str, str] = field(default_factory=lambda: {"3503115203889001": "P00000000001"})
    tokens: set[str] = field(default_factory=set, repr=False)
    asked: int = 0
    quiet_until: float = 0

    async def token(self, request: Request) -> Response:
        self.asked += 1
        if self.now() < self.quiet_until:
            return outcome(429, "throttled", "Too many requests: one a minute after a failure")
        form = parse_qs((await request.body()).decode())
        wanted = {"client_id": [self.client_id], "client_secret": [self.client_secret]}
        if request.url.query != "grant_type=client_credentials" or form != wanted:
            self.quiet_until = self.now() + 60
            return outcome(401, "login", "invalid client credentials")
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        body: dict[str, Any] = {
            "refresh_token_expires_in": "0",
            "token_type": "BearerToken",
            "issued_at": str(int(self.now() * 1000)),
            "expires_in": "3599",
            "developer.email": "pengembang@example.id",
            "client_id": self.client_id,
            "access_token": token,
        }
        return JSONResponse(body)

    async def patient(self, request: Request) -> Response:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return outcome(401, "security", "token is invalid or expired")
        system, _, nik = request.query_params.get("identifier", "").partition("|")
        if system != NIK_SYSTEM:
            return outcome(400, "invalid", "identifier must be a system and a value")
        found = self.patients.get(nik)
        entry = [{"resource": {"resourceType": "Patient", "id": found}}] if found else []
        body = {"resourceType": "Bundle", "type": "searchset", "total": len(entry), "entry": entry}
        return JSONResponse(body, media_type="application/fhir+json")

    async def metadata(self, request: Request) -> Response:
        return JSONResponse({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}, media_type="application/fhir+json")

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/oauth2/v1/accesstoken", self.token, methods=["POST"]),
                Route("/fhir-r4/v1/Patient", self.patient),
                Route("/fhir-r4/v1/metadata", self.metadata),
            ]
        )


def outcome(status: int, code: str, text: str) -> Response:
    issue = [{"severity": "error", "code": code, "details": {"text": text}}]
    return JSONResponse({"resourceType": "OperationOutcome", "issue": issue}, status, media_type="application/fhir+json")
