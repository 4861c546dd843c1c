"""The bridge's own pages, at the application's host: what is wrong and whom to call, and where an old account is linked.

Styles come from /_gapura/aset; links lead to the hub by its full address, because everything else at this host is the older system's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from connectors.contract import Connector
from hub.bridge.visit import settings_of
from idp.applications.registry import Registry
from kit.web.csrf import Csrf
from kit.web.pages import Pages

FOLDER = Path(__file__).parent / "templates"
ASSETS = "/_gapura/aset"


@dataclass(frozen=True, slots=True)
class BridgePages:
    pages: Pages
    registry: Registry
    csrf_key: bytes
    issuer: str

    def message(self, request: Request, connector: Connector, kind: str, *, status: int, after: int = 0, reference: str = "") -> Response:
        response = self._render(request, connector, "bridge/message.html", status, kind=kind, reference=reference)
        if after:
            response.headers["Retry-After"] = str(after)
        return response

    def link(self, request: Request, connector: Connector, *, why: str, back: str, has: bool = False, status: int = 200) -> Response:
        """The page on which she enters her old user name and password. Nothing that was typed is ever shown again."""
        return self._render(
            request, connector, "bridge/link.html", status, why=why, back=back, has=has, errors=[why] if status >= 400 else []
        )

    def genuine(self, request: Request, connector: Connector, token: str) -> bool:
        return self._of(connector).genuine(request, token)

    def of_this_host(self, request: Request, connector: Connector) -> bool:
        """True unless the browser says that a page of another host sent this: older systems seldom ask. ASVS 3.5.1."""
        return self._of(connector).csrf.same_origin(request)

    def _render(self, request: Request, connector: Connector, template: str, status: int, **context: object) -> Response:
        application = self.registry.now.applications[connector.application]
        values = {
            "application": application,
            "agency": self.registry.now.agencies[application.agency],
            "issuer": self.issuer,
            "start": settings_of(connector).start_path,
            "may_link": settings_of(connector).credential == "person" and settings_of(connector).linking == "citizen",
            **context,
        }
        return self._of(connector).render(request, template, values, status=status)

    def _of(self, connector: Connector) -> Pages:
        """Return the pages of this host: a form there comes from there, and its token is good nowhere else."""
        host = settings_of(connector).base_url
        return replace(self.pages, csrf=Csrf(self.csrf_key + host.encode(), host))
