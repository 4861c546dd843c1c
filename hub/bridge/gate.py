"""Asking the hub about each request, with the words nginx uses. Over HTTP, so that the bridge has none of the gate's rules, and none of
its memory, and stands where an agency's network wants it. Whatever is unclear is refused.

The hub must list this process in `gate.trusted_proxies`. What the answer tells of a person stays here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx
import structlog
from starlette.requests import Request
from starlette.responses import Response

from connectors.apps.form_login.kind import FIELDS_HEADER, START_HEADER, told_fields
from connectors.contract import Connector
from hub.bridge.errors import BridgeError, Refused
from hub.bridge.visit import Visit, link_guard, settings_of
from idp import guards
from idp.endpoints.gate import COOKIE
from idp.gate.marks import COOKIE as MARK_COOKIE
from idp.gate.records import GateSession
from idp.vault import SERVICE
from kit.clock import Clock
from kit.expiring import ExpiringStore
from kit.secrets import digest
from kit.web.cookies import CookieJar

log = structlog.get_logger("bridge")

PASSED_ON = ("location", "set-cookie", "cache-control", "content-type", "content-security-policy", "referrer-policy")
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")  # what `new_secret` makes; in a cookie every program reads it the same
MOST_MARKS = 8  # tabs that begin at one moment


class HubDown(BridgeError):
    kind = "hub_down"
    status = 503


@dataclass(frozen=True, slots=True)
class Gate:
    """`hub` is where this process reaches the hub; `issuer` what browsers call it."""

    http: httpx.AsyncClient
    hub: str
    issuer: str
    store: ExpiringStore
    cookies: CookieJar
    clock: Clock

    async def ask(self, request: Request, connector: Connector, method: str, target: str) -> Visit | Response:
        """Return who is there, or the answer that sends her to sign in. Raise Refused or HubDown.

        The guards are read before the hub is asked: what is then kept under them was let through by nothing older.
        """
        known = await self._known(request, connector)
        headers = [*self._facts(request, connector), ("X-Gapura-Method", method), ("X-Gapura-Uri", target)]
        answer = await self._get("/gerbang/periksa", headers)
        if answer.status_code == 401:
            return self._to_sign_in(request, answer)
        if answer.status_code == 403:
            raise Refused("not_allowed", 403)
        if answer.status_code != 200 or known is None:
            raise HubDown("answered something else")
        name, gate, seen = known
        try:
            fields = told_fields(answer.headers[FIELDS_HEADER])
        except (KeyError, ValueError):
            raise HubDown("named no fields") from None
        return Visit(connector, name, gate, seen, fields)

    async def forward(self, request: Request, connector: Connector, target: str) -> Response:
        """Pass the pages that set and clear the gate's cookie at the application's host."""
        answer = await self._get(target, self._facts(request, connector))
        response = Response(answer.content, answer.status_code)
        response.raw_headers = [(b"content-length", str(len(answer.content)).encode())] + [
            (name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.multi_items() if name.lower() in PASSED_ON
        ]
        return response

    async def _get(self, target: str, headers: list[tuple[str, str]]) -> httpx.Response:
        try:
            return await self.http.get(self.hub + target, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.error("hub_unreachable", kind=type(error).__name__)
            raise HubDown(type(error).__name__, after=5) from None

    def _facts(self, request: Request, connector: Connector) -> list[tuple[str, str]]:
        """Return our own cookies, the language, and the host by our configuration, never by the browser's word (FA-05)."""
        ours = "; ".join(f"{name}={value}" for name, value in self._cookies(request, connector))
        language = request.headers.get("accept-language", "")
        kept = [(name, value) for name, value in (("Cookie", ours), ("Accept-Language", language)) if value and value.isascii()]
        return [*kept, ("X-Gapura-Host", settings_of(connector).host)]

    def _cookies(self, request: Request, connector: Connector) -> list[tuple[str, str]]:
        """Return the cookies of the gate at this host, as this process reads them. The hub gets these and no others (FA-08).

        A value in any other alphabet is not ours, and would be for the hub to read once more, perhaps as another cookie.
        """
        own = self.cookies.name(f"{COOKIE}-{connector.id}")
        mark = re.compile(re.escape(self.cookies.name(f"{MARK_COOKIE}-{connector.id}-")) + r"[A-Za-z0-9_-]{8}")
        sound = [(name, value) for name, value in request.cookies.items() if SECRET.fullmatch(value)]
        marks = [(name, value) for name, value in sound if mark.fullmatch(name)]
        return [*((name, value) for name, value in sound if name == own), *marks[-MOST_MARKS:]]

    async def _known(self, request: Request, connector: Connector) -> tuple[str, GateSession, dict[str, str]] | None:
        cookie = dict(self._cookies(request, connector)).get(self.cookies.name(f"{COOKIE}-{connector.id}"), "")
        name = digest(cookie)
        raw = await self.store.get(f"gate:{name}") if cookie else None
        gate = GateSession.decode(raw) if raw is not None else None
        if gate is None or gate.connector != connector.id or self.clock.now() >= gate.expires_at:
            return None
        owner = gate.person if settings_of(connector).credential == "person" else SERVICE
        permit, application = guards.permit(gate.person, connector.application), guards.application(connector.application)
        values = await self.store.guards(permit, application, link_guard(connector.id, owner))
        return name, gate, {**values, **gate.session_guards}

    def _to_sign_in(self, request: Request, answer: httpx.Response) -> Response:
        start = answer.headers.get(START_HEADER, "")
        if not start.startswith(f"{self.issuer}/"):
            raise HubDown("named no way to sign in")
        status = 302 if request.method in ("GET", "HEAD") else 303  # what was posted is posted nowhere else (FB-03)
        response = Response(status_code=status, headers={"Location": start, "Cache-Control": "no-store"})
        for mark in answer.headers.get_list("set-cookie"):  # how the gate knows this browser again
            response.headers.append("set-cookie", mark)
        return response
