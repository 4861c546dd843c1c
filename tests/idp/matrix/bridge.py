"""The row `form_bridge`: a person inside an older system that knows only its own form, behind the bridge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from hub.bridge.app import Bridge
from hub.bridge.credentials import keep
from hub.bridge.run import build
from idp.applications.models import ConnectorRow
from tests.conformance.suite import APPLICATION
from tests.connectors.form_login.samples import FORM
from tests.idp.gate.conftest import HOSTS, PROXY
from tests.idp.matrix.town import CONNECTOR, Town

SETTINGS: dict[str, Any] = {
    "base_url": f"https://{HOSTS[CONNECTOR]}",
    "upstream": "http://usaha.lama",
    "form": {**FORM, "hidden": []},
    "fields": [{"claim": "name", "field": "nama"}],
}


async def form(_: Request) -> Response:
    return HTMLResponse('<form method="post" action="/proses_login.php"><input name="user"><input name="pass"></form>')


async def take(request: Request) -> Response:
    right = b"user=siti&pass=rahasia" in await request.body()
    answer = RedirectResponse("/beranda.php" if right else "/login.php", 302)
    answer.set_cookie("SESI", "benar" if right else "tidak")
    return answer


async def show(request: Request) -> Response:
    return HTMLResponse("di dalam") if request.cookies.get("SESI") == "benar" else RedirectResponse("/login.php", 302)


OLDER = Starlette(routes=[Route("/login.php", form), Route("/proses_login.php", take, methods=["POST"]), Route("/", show)])


async def open_bridge(town: Town) -> Bridge:
    """Put the connector of the matrix behind a bridge, with the person's old account linked."""
    resources = town.site.resources
    await resources.stores.registry.save_connector(ConnectorRow(CONNECTOR, APPLICATION, "form_login", SETTINGS))
    await town.site.house.reload()
    assert await keep(resources, CONNECTOR, town.person, "siti", "rahasia")
    bridge, _ = await build(resources)
    await bridge.gate.http.aclose()
    bridge.registry = town.site.house.registry
    bridge.gate = replace(bridge.gate, http=town.site.http(PROXY))
    bridge.make_http = lambda: httpx.AsyncClient(transport=httpx.ASGITransport(app=OLDER))
    return bridge


async def inside(bridge: Bridge, cookies: dict[str, str]) -> str:
    """Open the older system through the bridge; return what came."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=bridge), base_url=SETTINGS["base_url"], cookies=cookies) as http:
        answer = await http.get("/")
    bridge.gate.http.cookies.clear()
    return "works" if answer.text == "di dalam" else f"bridge {answer.status_code}"
