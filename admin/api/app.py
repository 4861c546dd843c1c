"""The API of the console: the same actions, as JSON. OpenAPI 3.1 at `/admin/api/v1/openapi.json`, for operators.

Errors are problem documents (RFC 9457) with `code` and `param`. A change names the revision it was based on in If-Match. Lists are pages
with a cursor. What is dangerous needs a confirmation: POST /confirmations with password and code, its id in `Gapura-Confirmation`.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount

from admin.actions.all import Actions
from admin.api.catalogue import catalogue_routes
from admin.api.consent_record import consent_record_routes
from admin.api.duties import duty_routes
from admin.api.lifecycle import lifecycle_routes
from admin.api.limited import Limited
from admin.api.oversight import oversight_routes
from admin.api.people import people_routes
from admin.api.protection import protection_routes
from admin.api.registration import registration_routes
from admin.api.signouts import signout_routes
from admin.api.who import BadJson, Gate
from admin.confirm import Confirmation
from admin.errors import AdminError, Invalid
from admin.operator import OperatorSessions
from admin.pages.parse import problem_of
from admin.routes import API, API_ROUTES
from kit.web.csrf import Csrf
from kit.web.problem import Problem

PLAIN = {400: "bad_json", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
DESCRIPTION = "Agencies, applications, connectors, people, audit and keys: what operators do in the console, as JSON."


@dataclass(frozen=True, slots=True)
class AdminApi:
    csrf: Csrf
    operators: OperatorSessions
    confirmation: Confirmation
    actions: Actions

    def build(self) -> FastAPI:
        """Return the application. Every route is built through the gate, which knows its permission."""
        app = FastAPI(
            title="Gapura: administration",
            version="1",
            description=DESCRIPTION,
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            telemetry={"tracing": False, "metrics": False, "logs": False},
        )
        gate = Gate(self.csrf, self.operators, self.confirmation, self.actions.tokens)
        for router in (
            catalogue_routes(gate, self.actions),
            people_routes(gate, self.actions, self.confirmation),
            oversight_routes(gate, self.actions),
            consent_record_routes(gate, self.actions),
            signout_routes(gate, self.actions),
            duty_routes(gate, self.actions),
            registration_routes(gate, self.actions),
            lifecycle_routes(gate, self.actions),
            protection_routes(gate, self.actions),
        ):
            app.include_router(router)

        async def openapi(request: Request) -> Response:
            await gate.needs("GET", "/openapi.json")(request)
            return JSONResponse(app.openapi(), headers={"Cache-Control": "no-store"})

        app.add_route("/openapi.json", openapi, methods=["GET"], include_in_schema=False)
        app.add_exception_handler(AdminError, _refused)
        app.add_exception_handler(RequestValidationError, _malformed)
        app.add_exception_handler(HTTPException, _plain)
        return app

    def routes(self) -> list[BaseRoute]:
        return [Mount(API, app=Limited(self.build()))]


def built_routes(app: FastAPI) -> set[tuple[str, str]]:
    """Return (method, path) of every route, those of included routers too, for the test that holds them against the table."""
    found = set()
    routes = [inner for route in app.routes for inner in getattr(getattr(route, "original_router", None), "routes", (route,))]
    for route in routes:
        for method in getattr(route, "methods", None) or ():
            if method != "HEAD":
                found.add((method, str(getattr(route, "path", ""))))
    return found


def missing_rows(app: FastAPI) -> set[tuple[str, str]]:
    return built_routes(app) ^ set(API_ROUTES)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, AdminError)
    param, detail, code = "", "", error.code
    if isinstance(error, Invalid) and error.problems:
        first = error.problems[0]
        param, detail = first.field, first.text["en"]
    response = Problem(error.status, code, error.text["en"], detail=detail, param=param)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="gapura-admin"'
    if isinstance(error, Invalid):
        return _with_all(response, error)
    return response


def _with_all(response: Problem, error: Invalid) -> Response:
    listed = [{"param": one.field, "code": one.code, "detail": one.text["en"]} for one in error.problems]
    body = {**orjson.loads(response.body), "errors": listed}
    response.body = orjson.dumps(body)
    response.headers["content-length"] = str(len(response.body))
    return response


async def _malformed(request: Request, error: Exception) -> Response:
    """What pydantic refused, without what was sent: its `input` could be a password (LG-27)."""
    assert isinstance(error, RequestValidationError)
    problems = []
    for one in error.errors():
        if one["type"] == "json_invalid":
            return await _refused(request, BadJson())
        where = [str(part) for part in one["loc"]]
        field = ".".join(where[1:] if where[:1] in (["body"], ["query"], ["path"], ["header"]) else where)
        problems.append(problem_of(field, str(one["type"])))
    return await _refused(request, Invalid(*problems))


async def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = PLAIN.get(error.status_code, "error")
    return Problem(error.status_code, code, code.replace("_", " "))
