"""`/check_session`: a page without words for an application's iframe, whose script answers whether the session is still the same.

OpenID Connect Session Management 1.0 §3.2. It may be framed by the origins of the clients that use it, and by nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from idp.applications.registry import Registry
from idp.sessions.browser_state import COOKIE
from kit.web.pages import Pages, origin_of

CACHE = "private, max-age=60"
PAGE = (  # nobody reads it: no template, no words
    '<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Gapura</title>'
    '<script src="{script}" data-cookie="{cookie}"></script></head><body></body></html>'
)


@dataclass(frozen=True)
class CheckSessionPage:
    registry: Registry
    pages: Pages

    async def __call__(self, request: Request) -> Response:
        html = PAGE.format(script=self.pages.assets.url("check-session.js"), cookie=self.pages.cookies.name(COOKIE))
        policy = f"default-src 'none'; script-src 'self'; frame-ancestors {self._framers()}; base-uri 'none'"
        return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Cache-Control": CACHE})

    def _framers(self) -> str:
        clients = self.registry.now.clients.values()
        using = {origin_of(uri) for client in clients if client.session_management and client.enabled for uri in client.redirect_uris}
        return " ".join(sorted(origin for origin in using if origin.startswith(("https://", "http://")))) or "'none'"

    def routes(self) -> list[Route]:
        return [Route("/check_session", self.__call__, methods=["GET"])]
