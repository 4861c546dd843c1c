"""The endpoints of the kinds with a front door, each served under the paths that the kind names.

A kind reads what came and answers; `Entry` goes through the dispatcher like every other door, `Leave` through sign-out.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.contract import Answer
from connectors.errors import BadRequest, NotEntered
from connectors.front_door import Endpoint, Entry, FrontDoorKind, Leave, Pairs, Post, Received
from idp.applications.models import Application
from idp.applications.registry import Registry
from idp.error_pages import ErrorPages
from idp.handoff.desk import Lending
from idp.handoff.leaving import Leaving
from idp.handoff.wire import Wire
from idp.interaction.dispatcher import Dispatcher
from kit.web.forms import FORM, BadForm, pairs_of, read_body

log = structlog.get_logger("idp")

MOST_STATE = 8192
STATUS_OF = {"not_found": 404, "application_disabled": 403}


@dataclass(frozen=True)
class ConnectorEndpoints:
    lending: Lending
    registry: Registry
    dispatcher: Dispatcher
    leaving: Leaving
    wire: Wire
    errors: ErrorPages
    kinds: Mapping[str, FrontDoorKind]

    async def answer(self, request: Request, kind: FrontDoorKind, endpoint: Endpoint) -> Response:
        try:
            received = await received_from(request, endpoint)
            return await self._act(request, endpoint, kind, await kind.receive(received, self.lending.desk(kind.name)))
        except BadForm as error:
            return self._bad(request, endpoint, error.status, error.reason, None)
        except BadRequest as error:
            return self._bad(request, endpoint, 400, error.reason, self._application(error.connector))
        except NotEntered as error:
            application = self._application(error.connector)
            return self.errors.message(request, error.code, status=STATUS_OF.get(error.code, 403), application=application)

    async def _act(self, request: Request, endpoint: Endpoint, kind: FrontDoorKind, found: Answer | Post | Entry | Leave) -> Response:
        if isinstance(found, Answer | Post):
            return self.wire.out(request, found)
        if isinstance(found, Leave):
            return await self.leaving.begin(request, kind.name, found, deferred=_is_from_elsewhere(request, endpoint))
        return await self._enter(request, found, deferred=_is_from_elsewhere(request, endpoint))

    async def _enter(self, request: Request, entry: Entry, *, deferred: bool) -> Response:
        connector, state = entry.connector, dict(entry.state)
        if len(orjson.dumps(state)) > MOST_STATE:  # a stranger could make us keep what he likes
            raise BadRequest("the request holds too much to be kept", connector=connector.id)
        service = self.registry.now.service_for(connector.application, None)
        draft = self.dispatcher.draft(
            request,
            door="connector",
            application=connector.application,
            deferred=deferred,
            service=service.slug if service is not None else None,
            claims=self.kinds[connector.kind].emits(connector.settings) - {"sub"},
            fresh_login=entry.fresh,
            silent=entry.silent,
            form_targets=entry.origins,
            reply={"connector": connector.id, "state": state},
        )
        return await self.dispatcher.begin(request, draft)

    def _bad(self, request: Request, endpoint: Endpoint, status: int, reason: str, application: Application | None) -> Response:
        """Say that it cannot be understood: to a program in plain text, to a person on a page. The log says what was wrong."""
        log.info("connector_request_refused", endpoint=endpoint.name, status=status, reason=reason)
        if endpoint.for_programs:
            return Response(reason, status, {"Cache-Control": "no-store"}, "text/plain")
        return self.errors.message(request, "bad_connector_request", status=status, application=application)

    def _application(self, connector_id: str) -> Application | None:
        connector = self.registry.now.connectors.get(connector_id)
        return self.registry.now.applications.get(connector.application) if connector is not None else None

    def routes(self) -> list[Route]:
        return [
            Route(endpoint.path, self._endpoint(kind, endpoint), methods=list(endpoint.methods))
            for kind in self.kinds.values()
            for endpoint in kind.endpoints
        ]

    def _endpoint(self, kind: FrontDoorKind, endpoint: Endpoint) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def serve(request: Request) -> Response:
            return await self.answer(request, kind, endpoint)

        return serve


def _is_from_elsewhere(request: Request, endpoint: Endpoint) -> bool:
    return endpoint.cross_site and request.method == "POST"


async def received_from(request: Request, endpoint: Endpoint) -> Received:
    """Return the request as a kind may know it; raise BadForm for one that cannot be read."""
    raw_query = request.scope["query_string"].decode("latin-1")
    body = b""
    form: Pairs = ()
    if request.method == "POST":
        body = await read_body(request, endpoint.most_bytes)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM:
            form = tuple(pairs_of(_ascii(body)))
    return Received(
        endpoint=endpoint.name,
        method=request.method,
        path=request.scope["raw_path"].decode("latin-1"),
        raw_query=raw_query,
        query=tuple(pairs_of(raw_query)),
        form=form,
        body=body,
        headers=dict(request.headers),
        places=request.path_params,
    )


def _ascii(body: bytes) -> str:
    try:
        return body.decode("ascii")
    except UnicodeDecodeError as error:
        raise BadForm("the body is not urlencoded") from error
