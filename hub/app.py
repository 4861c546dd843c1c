"""The application: every route of the house behind one front.

The OAuth endpoints are the hot path: they are plain Starlette routes, found by exact path before the FastAPI application is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.registry import FRONT_DOORS
from hub.health import Health
from hub.middleware import Front
from hub.wiring import House
from idp.endpoints.calls import CallEndpoint
from idp.endpoints.device_authorization import DeviceAuthorizationEndpoint
from idp.endpoints.discovery import Discovery
from idp.endpoints.duties import DutiesEndpoint
from idp.endpoints.introspect import IntrospectEndpoint
from idp.endpoints.par import ParEndpoint
from idp.endpoints.protected_resource import ProtectedResource
from idp.endpoints.register import RegisterEndpoint
from idp.endpoints.revoke import RevokeEndpoint
from idp.endpoints.token import TokenEndpoint
from idp.endpoints.userinfo import UserinfoEndpoint
from kit.expiring import StoreUnavailable
from kit.web.problem import Problem

MESSAGE_KINDS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 429: "too_many", 500: "broken", 503: "unavailable"}
MACHINES = (
    TokenEndpoint,
    ParEndpoint,
    DeviceAuthorizationEndpoint,
    UserinfoEndpoint,
    IntrospectEndpoint,
    RevokeEndpoint,
    RegisterEndpoint,
    Discovery,
    ProtectedResource,
    CallEndpoint,
    DutiesEndpoint,
    Health,
)
MORE_MACHINE_PATHS = ("/.well-known", "/gerbang/periksa", "/admin/api", "/api", "/periksa/jangkar.json", "/periksa/kunci.json")


class ExactPaths:
    """Sends a request for a path it knows straight to the endpoint, everything else to the application.

    What an endpoint raises goes to `Front`: none of them raises an HTTPException, for which Starlette would wrap each request.
    """

    def __init__(self, routes: Sequence[Route], app: ASGIApp) -> None:
        exact = [route for route in routes if "{" not in route.path]
        self.endpoints = {(method, route.path): route.endpoint for route in exact for method in route.methods or ()}
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            endpoint = self.endpoints.get((scope["method"], path))
            if endpoint is not None and scope["raw_path"] == path.encode():
                response = await endpoint(Request(scope, receive, send))
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)


def machine_paths(routes: Sequence[BaseRoute]) -> frozenset[str]:
    """Return where programs come, with the paths below each: what they get there is never a page, whatever goes wrong."""
    theirs = (one.path for one in routes if isinstance(one, Route) and isinstance(getattr(one.endpoint, "__self__", None), MACHINES))
    of_kinds = (one.path for kind in FRONT_DOORS.values() for one in kind.endpoints if one.for_programs)
    return frozenset((*(path.partition("{")[0].rstrip("/") for path in (*theirs, *of_kinds)), *MORE_MACHINE_PATHS))


class Broken:
    """How a failure is told: to a person by a page with the four slots of UX C-11, to a program by a problem document."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.machine_paths = machine_paths([*house.hot_routes, *house.routes])
        self.below = tuple(f"{path}/" for path in self.machine_paths)

    async def __call__(self, request: Request, status: int) -> Response:
        response = self._told(request, status)
        if status == 503:
            response.headers["Retry-After"] = "5"
        return response

    def _told(self, request: Request, status: int) -> Response:
        path = request.scope["path"]
        kind = MESSAGE_KINDS.get(status, "broken")
        if path.startswith(("/admin/api/", "/api/")):
            return Problem(status, kind, kind.replace("_", " "))
        if path in self.machine_paths or path.startswith(self.below):
            code = "temporarily_unavailable" if status == 503 else "invalid_request" if status < 500 else "server_error"
            return JSONResponse({"error": code}, status, headers={"Cache-Control": "no-store"})
        return self.house.errors.message(request, kind, status=status)


def create_app(house: House) -> ASGIApp:
    """Return the ASGI application of a wired house."""
    app = FastAPI(
        title="Gapura",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    broken = Broken(house)

    async def on_http_exception(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        response = await broken(request, error.status_code)
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response

    async def on_failure(request: Request, error: Exception) -> Response:
        return await broken(request, 503 if isinstance(error, StoreUnavailable) else 500)

    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(Exception, on_failure)
    app.add_exception_handler(StoreUnavailable, on_failure)
    routes: list[BaseRoute] = [*house.hot_routes, *house.routes]
    app.router.routes.extend(routes)
    return Front(ExactPaths(house.hot_routes, app), secure=house.settings.secure, broken=broken)
