"""Aduan Warga, complaints (2012): knows its own accounts, its own form, and nothing of Gapura. The bridge signs people in there."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hub.demo.systems.front import KEPT, Front, sent
from hub.demo.systems.mysql_passwords import fits

SESSION = "PHPSESSID"
FAILED = "Username atau password salah"


@dataclass
class Aduan:
    front: Front
    accounts: Sequence[Mapping[str, Any]]
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def home(self, request: Request) -> Response:
        person = self._of(request)
        if "name" not in person:
            return RedirectResponse("/login.php", 302)
        work = {
            "title": "Aduan Anda",
            "facts": [("Lampu jalan mati, Dusun Rekaan", "Sedang diperbaiki"), ("Sampah menumpuk di pasar", "Selesai")],
            "lines": ["Jawaban pertama datang paling lama tiga hari kerja."],
        }
        return self.front.page("home.html", {"person": person, "work": work})

    async def login(self, request: Request) -> Response:
        """The form, with the token of this session in it: without that token nothing is taken."""
        return self._form(request.cookies.get(SESSION, ""), "")

    async def process(self, request: Request) -> Response:
        form, handle = await sent(request), request.cookies.get(SESSION, "")
        token = self.sessions.get(handle, {}).get("tok", "")
        if not token or not secrets.compare_digest(token.encode(), form.get("tok", "").encode()):
            return self._form("", "Formulir sudah kedaluwarsa. Isi lagi.")
        account = next((one for one in self.accounts if one["username"] == form.get("user", "")), None)
        if account is None or account["status"] != "active" or not fits(form.get("pass", ""), account["password_hash"]):
            return self._form(handle, FAILED)
        values = {row["field"]: form[row["field"]] for row in self.front.rows if form.get(row["field"])}
        fresh = self._keep({"name": account["display_name"], "account": account["username"], "values": values})
        del self.sessions[handle]
        response = RedirectResponse("/beranda.php", 302)
        response.set_cookie(SESSION, fresh, path="/", httponly=True)
        return response

    async def logout(self, request: Request) -> Response:
        self.sessions.pop(request.cookies.get(SESSION, ""), None)
        return RedirectResponse("/login.php", 302)

    def _form(self, handle: str, problem: str) -> Response:
        token = secrets.token_urlsafe(24)
        if self.sessions.get(handle) is None or "name" in self.sessions[handle]:
            handle = self._keep({})
        self.sessions[handle]["tok"] = token
        response = self.front.page("login.html", {"tok": token, "problem": problem})
        response.set_cookie(SESSION, handle, path="/", httponly=True)
        return response

    def _of(self, request: Request) -> dict[str, Any]:
        return self.sessions.get(request.cookies.get(SESSION, ""), {})

    def _keep(self, values: dict[str, Any]) -> str:
        handle = secrets.token_urlsafe(24)
        self.sessions[handle] = values
        while len(self.sessions) > KEPT:
            del self.sessions[next(iter(self.sessions))]
        return handle

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.home),
            Route("/beranda.php", self.home),
            Route("/login.php", self.login),
            Route("/proses_login.php", self.process, methods=["POST"]),
            Route("/logout.php", self.logout),
        ]
