"""Arsip Daerah, the old records (2015): a servlet with a CAS client. It gets a ticket by the browser and asks Gapura whose it is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub.demo.systems.asking import ask
from hub.demo.systems.front import Front, Sessions, sent

SERVICE = "/j_spring_cas_security_check"
INDEX = re.compile(r"<samlp:SessionIndex>([^<]{1,256})</samlp:SessionIndex>")
MOST_LOGOUT = 8192


@dataclass
class Arsip:
    front: Front
    sessions: Sessions = field(default_factory=lambda: Sessions("JSESSIONID_arsip"))

    async def home(self, request: Request) -> Response:
        work = {
            "title": "Salinan yang Anda minta",
            "facts": [("Peta Desa Contoh, 1931", "Siap diambil"), ("Surat tanah Dusun Rekaan, 1958", "Sedang dicari")],
            "lines": ["Ruang baca buka Senin sampai Jumat."],
        }
        return self.front.page("home.html", {"person": self.sessions.of(request), "work": work})

    async def begin(self, request: Request) -> Response:
        return RedirectResponse(f"{self.front.issuer}/cas/login?{urlencode({'service': self.service})}", 303)

    async def arrive(self, request: Request) -> Response:
        """CAS 3.0 §2.5: a ticket is nothing until the server has said whose it is, and that it was made for this very address."""
        ticket = request.query_params.get("ticket", "")
        query = {"service": self.service, "ticket": ticket, "format": "JSON"}
        try:
            told = json.loads(await ask(self.front.issuer, "GET", "/cas/p3/serviceValidate", params=query))
            success = told["serviceResponse"]["authenticationSuccess"]
        except httpx.HTTPError:
            return self.front.stopped("http", 502)
        except (KeyError, ValueError, TypeError):
            return self.front.stopped("proof")
        values: dict[str, Any] = {**success.get("attributes", {}), "user": success["user"]}
        return self.sessions.begin(request, "/", ticket=ticket, name=values.get("cn", ""), values=values)

    async def told_to_end(self, request: Request) -> Response:
        """CAS 3.0 §2.3.3: the server names the ticket whose session ended. Who knows the ticket was there when it was given."""
        text = (await sent(request)).get("logoutRequest", "")[:MOST_LOGOUT]
        found = INDEX.search(text)
        if found is None:
            return Response(status_code=400)
        self.sessions.end("ticket", found[1])
        return Response(status_code=200)

    async def leave(self, request: Request) -> Response:
        return await self.sessions.leave(request, self.front)

    @property
    def service(self) -> str:
        return self.front.origin + SERVICE

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.home),
            Route("/masuk", self.begin),
            Route(SERVICE, self.arrive, methods=["GET"]),
            Route(SERVICE, self.told_to_end, methods=["POST"]),
            Route("/keluar", self.leave, methods=["POST"]),
        ]
