"""Pajak Daerah, land tax (2018): a broker of php-simple-sso. It asks Gapura at every page who the browser is, and remembers nobody."""

from __future__ import annotations

import hashlib
import json
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub.demo.systems.asking import ask
from hub.demo.systems.front import Front, sent, to_gapura

BROKER, TOKEN = "pajak", "sso_token_pajak"
API = "/simple-sso/api/sso"
SIGNS = string.ascii_letters + string.digits


@dataclass
class Pajak:
    front: Front
    secret: str
    accounts: Sequence[Mapping[str, Any]]

    async def home(self, request: Request) -> Response:
        try:
            values = (await self._command(request, "GET", "userInfo")).get("data")
        except httpx.HTTPError:
            return self.front.stopped("http", 502)
        if not values:
            return self.front.page("home.html", {"person": None, "work": None})
        person = {"name": values.get("name", ""), "values": values, "csrf": self._csrf(request)}
        return self.front.page("home.html", {"person": person, "work": self._bills(str(values.get("nik", "")))})

    async def begin(self, request: Request) -> Response:
        """Attach: the token is this browser's, and the checksum proves that this broker made it."""
        token = "".join(secrets.choice(SIGNS) for _ in range(40))
        query = {"return_url": f"{self.front.origin}/sso/kembali", "broker": BROKER, "token": token, "checksum": self._sum("attach", token)}
        return to_gapura(f"{self.front.issuer}{API}/attach?{urlencode(query)}", TOKEN, token)

    async def arrive(self, request: Request) -> Response:
        """Show the code that came back with this browser beside the token of its own cookie: a stranger's token is not attached to it."""
        try:
            told = await self._command(request, "POST", "verify", data={"code": request.query_params.get("sso_verify", "")})
        except httpx.HTTPError:
            return self.front.stopped("http", 502)
        if "success" not in told:
            return self.front.stopped("state")
        response = RedirectResponse("/", 303)
        response.set_cookie(TOKEN, request.cookies.get(TOKEN, ""), path="/", httponly=True, samesite="lax")
        return response

    async def leave(self, request: Request) -> Response:
        given = (await sent(request)).get("csrf", "")
        if not secrets.compare_digest(given.encode(), self._csrf(request).encode()):
            return self.front.stopped("form", 403)
        try:
            await self._command(request, "POST", "logout")
        except httpx.HTTPError:
            return self.front.stopped("http", 502)
        response = RedirectResponse(f"{self.front.issuer}/keluar", 303)
        response.delete_cookie(TOKEN, path="/")
        return response

    async def _command(self, request: Request, method: str, command: str, **options: Any) -> dict[str, Any]:
        """Return what the server answers about the token of this browser; nothing without one."""
        token = request.cookies.get(TOKEN, "")
        if len(token) != 40 or not all(one in SIGNS for one in token):
            return {}
        bearer = {"Authorization": f"Bearer SSO-{BROKER}-{token}-{self._sum('session', token)}"}
        found = json.loads(await ask(self.front.issuer, method, f"{API}/{command}", headers=bearer, **options))
        return found if isinstance(found, dict) else {}

    def _sum(self, command: str, token: str) -> str:
        return hashlib.sha256(f"{command}{token}{self.secret}".encode()).hexdigest()

    def _csrf(self, request: Request) -> str:
        return self._sum("form", request.cookies.get(TOKEN, ""))

    def _bills(self, nik: str) -> dict[str, Any]:
        """Return the bills of every account with this NIK: some people have two."""
        found = [one for one in self.accounts if nik and one["nik"] == nik]
        facts = [
            (f"Akun {one['username']}", f"PBB 2026: Rp{64_000 + 21_000 * place:,}".replace(",", ".")) for place, one in enumerate(found)
        ]
        lines = ["Bayar paling lambat 30 September."] if found else ["Belum ada tanah atau bangunan atas nama Anda."]
        return {"title": "Tagihan Anda", "facts": facts, "lines": lines}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.home),
            Route("/masuk", self.begin),
            Route("/sso/kembali", self.arrive),
            Route("/keluar", self.leave, methods=["POST"]),
        ]
