"""Draws a template with a given context through the real page environment, without a house: for pages whose states are their context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.requests import Request

from idp.applications.models import Application
from idp.applications.registry import Registry
from idp.error_pages import ErrorPages
from idp.interaction.models import Interaction
from idp.people.models import Person, Status
from kit.clock import FixedClock
from kit.web.assets import Assets
from kit.web.cookies import CookieJar
from kit.web.csrf import Csrf
from kit.web.language import COOKIE
from kit.web.pages import Pages, Regency, templates
from tests.house.rooms import ROOMS

ROOT = Path(__file__).parents[2]
NOW = 1_795_500_000  # 24 November 2026
FOLDERS = [ROOT / room / "templates" for room in ROOMS if (ROOT / room / "templates").exists()]
FOLDERS.append(ROOT / "hub" / "bridge" / "templates")

INTERACTION = Interaction(
    id="w1xq9Zc0nX3dGm5r8uKpB2",
    door="oidc",
    browser="",
    application="usaha-kecil",
    service="pendampingan-usaha",
    claims=frozenset({"name", "nik"}),
    created_at=NOW,
    expires_at=NOW + 1800,
    form_targets=("http://localhost:8001",),
)
APPLICATION = Application(
    id="usaha-kecil",
    name={"id": "Usaha Kecil Trenggalek", "en": "Trenggalek Small Business"},
    agency="diskomidag",
    channel="online_oidc",
    home_url="http://localhost:8001/",
    initiate_login_uri="http://localhost:8001/masuk",
)
PERSON = Person(id="p1", status=Status.ACTIVE, level="verified", language="id", claims={"name": "Siti Peragawati"})


def pages(secure: bool = False) -> Pages:
    return Pages(
        environment=templates(*FOLDERS),
        assets=Assets(),
        cookies=CookieJar(secure),
        csrf=Csrf(b"k" * 32, "http://localhost:8000"),
        regency=Regency(demo=True),
        clock=FixedClock(NOW),
    )


def request(language: str, path: str = "/") -> Request:
    """Return a plain request that reads the language."""
    cookie = f"{COOKIE}={'en' if language == 'en' else 'id'}"
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "state": {}}
    return Request({**scope, "headers": [(b"cookie", cookie.encode())], "client": ("127.0.0.1", 1), "server": ("localhost", 8000)})


@dataclass(frozen=True)
class Studio:
    pages: Pages
    language: str

    def draw(self, template: str, context: Mapping[str, Any], status: int = 200) -> tuple[int, str, str]:
        """Return status, HTML and Content-Security-Policy."""
        response = self.pages.render(request(self.language), template, context, status=status, form_targets=INTERACTION.form_targets)
        return response.status_code, bytes(response.body).decode(), response.headers["content-security-policy"]

    def errors(self) -> ErrorPages:
        return ErrorPages(self.pages, Registry())

    def application(self, **changes: Any) -> Application:
        return replace(APPLICATION, **changes)
