"""The application of our own JSON APIs under `/api`, its OpenAPI 3.1 description at `/api/openapi.json`.

FastAPI routes with models (architecture §3); the hub hands in the routers of the rooms.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount

from idp.api.told import ApiRefused, refused, told
from idp.errors import OAuthError
from idp.proofs.binding import Bindings
from kit.expiring import StoreUnavailable
from kit.web.forms import holds_nul
from kit.web.problem import Problem

PREFIX = "/api"
PLAIN = {404: "not_found", 405: "method_not_allowed"}
DESCRIPTION = "The consent record as JSON: a citizen's own (`/api/izin`), and what an agency may process (`/api/pemrosesan`)."


def api_app(routers: Sequence[APIRouter], bindings: Bindings) -> FastAPI:
    """Return the application. Whatever is refused is a problem document; a proof that came gets its next nonce (RFC 9449 §8.2)."""
    app = FastAPI(
        title="Gapura: the consent record",
        version="1",
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for router in routers:
        app.include_router(router)

    async def openapi(request: Request) -> Response:
        return JSONResponse(app.openapi(), headers={"Cache-Control": "public, max-age=300"})

    async def on_token(request: Request, error: Exception) -> Response:
        assert isinstance(error, OAuthError)
        return told(error)

    async def on_refusal(request: Request, error: Exception) -> Response:
        assert isinstance(error, ApiRefused)
        return refused(error)

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = PLAIN.get(error.status_code, "error")
        return Problem(error.status_code, code, code.replace("_", " "))

    async def on_malformed(request: Request, error: Exception) -> Response:
        return Problem(422, "invalid", "a parameter has not the form that is described")  # never what was sent (LG-27)

    async def on_store(request: Request, error: Exception) -> Response:
        response = Problem(503, "unavailable", "try again in a moment")
        response.headers["Retry-After"] = "5"
        return response

    async def fresh(request: Request, call_next: RequestResponseEndpoint) -> Response:
        if holds_nul(request):
            return Problem(404, "not_found", "not found")
        response = await call_next(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return bindings.fresh(request, response)

    app.add_route("/openapi.json", openapi, methods=["GET"], include_in_schema=False)
    app.add_exception_handler(OAuthError, on_token)
    app.add_exception_handler(ApiRefused, on_refusal)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_malformed)
    app.add_exception_handler(StoreUnavailable, on_store)
    app.middleware("http")(fresh)
    return app


def mounted(routers: Sequence[APIRouter], bindings: Bindings) -> Mount:
    return Mount(PREFIX, app=api_app(routers, bindings))
