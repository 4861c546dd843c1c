"""The bridge as an ASGI application. The order of a request, each step before the next:

1. one framing, one host that is a connector's, a path that can be read in one way only
2. the pages at /_gapura/ that the hub answers, and our own
3. the gate: who is there, or where to sign in
4. the old session: the one there is, or a new one by the form
5. the older system, with that session and nothing else of this browser
6. its answer, without what must not cross; when it says that the old session is over, steps 4 and 5 once more
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import httpx
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors.apps.form_login.judge import Told, is_lost
from connectors.apps.form_login.kind import FormLogin, is_static, may
from connectors.apps.form_login.settings import FormLoginSettings
from connectors.contract import Connector
from connectors.paths import is_ambiguous, is_at_or_below
from hub.bridge.entering import Entering
from hub.bridge.errors import BridgeError, NeedsLink, NotSent, Refused, SignInUnclear
from hub.bridge.gate import Gate
from hub.bridge.headers import has_one_framing, is_plain, to_browser, to_older
from hub.bridge.jar import Jar
from hub.bridge.linking import PATH as LINK
from hub.bridge.linking import Linking
from hub.bridge.pages import ASSETS, BridgePages
from hub.bridge.rewrite import body
from hub.bridge.upstream import Older, Reply
from hub.bridge.visit import Visit, settings_of
from idp.applications.registry import Registry
from idp.error_pages import reference
from kit.expiring import StoreUnavailable
from kit.urls import with_query
from kit.web.forms import BadForm, read_body
from kit.web.pages import see_other

log = structlog.get_logger("bridge")

OF_THE_HUB = ("/_gapura/kembali", "/_gapura/keluar")
LEAVE = "/_gapura/keluar"
SAFE = ("GET", "HEAD")


@dataclass
class Bridge:
    registry: Registry
    gate: Gate
    entering: Entering
    linking: Linking
    pages: BridgePages
    make_http: Callable[[], httpx.AsyncClient]
    olders: dict[str, Older] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # FA-11: an old session is no place for what cannot be checked
            return
        if scope["type"] == "http":
            response = await self.respond(Request(scope, receive))
            await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        connector = self._connector(request)
        if connector is None:  # nobody's host, or two programs could read it as two requests: no page, no connection kept
            return Response("bad request", 400, media_type="text/plain", headers={"Connection": "close", "Cache-Control": "no-store"})
        try:
            return await self._respond(request, connector)
        except NeedsLink:
            target = _target(request) if request.method in SAFE else settings_of(connector).start_path
            return see_other(with_query(LINK, {"kembali": target} if len(target) <= 900 else {}))
        except BridgeError as error:
            return self._told(request, connector, error)
        except StoreUnavailable:
            return self._told(request, connector, BridgeError("store"), status=503)
        except Exception as error:
            log.error("request_failed", connector=connector.id, kind=type(error).__name__)  # never its words: they may quote what came
            return self._told(request, connector, BridgeError("failed"))

    async def _respond(self, request: Request, connector: Connector) -> Response:
        settings, target, method = settings_of(connector), _target(request), request.method
        path = target.partition("?")[0]
        if is_ambiguous(target):
            raise Refused("not_allowed", 403)
        if path.startswith("/_gapura/"):
            return await self._ours(request, connector, path, target)
        if any(is_at_or_below(own, path) for own in (settings.form.page, settings.form.action)):
            return see_other(settings.base_url + settings.start_path)  # signing in there is ours: nobody types a password at this host
        if method not in settings.methods:
            raise Refused("method_not_allowed", 405)
        if not may(settings, method, target):
            raise Refused("not_found", 404)
        if method not in SAFE and not self.pages.of_this_host(request, connector):
            raise Refused("not_genuine", 403)
        visit = await self.gate.ask(request, connector, method, target)
        if isinstance(visit, Response):
            return visit
        sent = await self._body(request, settings)
        older = await self._older(connector)
        if is_static(settings, method, target):
            reply = await older.ask(method, target, to_older(settings, request.scope["headers"], ""), who=visit.gate.person)
            return _answer(settings, reply, target, static=True)
        if settings.sign_out_path and is_at_or_below(settings.sign_out_path, path):
            await self._end(visit, older)
            return see_other(settings.base_url + LEAVE)
        return _answer(settings, await self._fetched(request, visit, older, target, sent), target, static=False)

    async def _fetched(self, request: Request, visit: Visit, older: Older, target: str, sent: bytes) -> Reply:
        """Return the answer to the request in this person's old session. What she sends is sent once, whatever happens (R9)."""
        jar = await self.entering.enter(visit, older)
        reply = await self._once(request, visit, older, jar, target, sent)
        if not await _lost(older, reply, target):
            return reply
        await self.entering.jars.drop(visit, jar)
        jar = await self.entering.enter(visit, older)
        if request.method not in SAFE:
            raise NotSent
        reply = await self._once(request, visit, older, jar, target, sent)
        if await _lost(older, reply, target):
            await self.entering.jars.drop(visit, jar)
            await self.entering.rest(visit)
            log.error("older_session_lost_at_once", connector=visit.connector.id)
            raise SignInUnclear("lost at once", after=60)
        return reply

    async def _once(self, request: Request, visit: Visit, older: Older, jar: Jar, target: str, sent: bytes) -> Reply:
        now = self.entering.clock.now()
        headers = to_older(visit.settings, request.scope["headers"], jar.header(target, now))
        reply = await older.ask(request.method, target, headers, sent or (None if request.method in SAFE else b""), who=visit.gate.person)
        await self.entering.jars.note(visit, jar, reply.set_cookies, target)
        return reply

    async def _ours(self, request: Request, connector: Connector, path: str, target: str) -> Response:
        if path.startswith(f"{ASSETS}/") and request.method in SAFE:
            request.scope["path_params"] = {"name": path.removeprefix(f"{ASSETS}/")}
            return await self.pages.pages.assets.serve(request)
        if path not in (*OF_THE_HUB, LINK):
            raise Refused("not_found", 404)
        if path == LINK:
            visit = await self.gate.ask(request, connector, "GET", settings_of(connector).start_path)
            return visit if isinstance(visit, Response) else await self.linking.serve(request, visit, await self._older(connector))
        if request.method not in SAFE:
            raise Refused("method_not_allowed", 405)
        if path == LEAVE:
            visit = await self.gate.ask(request, connector, "GET", settings_of(connector).start_path)
            if isinstance(visit, Visit):
                await self._end(visit, await self._older(connector))
        return await self.gate.forward(request, connector, target)

    async def _end(self, visit: Visit, older: Older) -> None:
        """End the old session there, as far as it answers, and here whatever it says."""
        jar = await self.entering.jars.of(visit)
        await self.entering.jars.drop(visit)
        path = visit.settings.sign_out_path
        if jar is None or not path:
            return
        try:
            headers = to_older(visit.settings, (), jar.header(path, self.entering.clock.now()))
            await older.ask("GET", path, headers, who=visit.gate.person)
        except BridgeError:
            log.warning("older_session_not_ended", connector=visit.connector.id)

    async def _body(self, request: Request, settings: FormLoginSettings) -> bytes:
        try:
            return await read_body(request, settings.most_request_bytes)
        except BadForm as error:
            raise Refused("too_large", error.status) from None

    async def _older(self, connector: Connector) -> Older:
        settings = settings_of(connector)
        known = self.olders.get(connector.id)
        if known is None or known.settings != settings:
            known = self.olders[connector.id] = Older(connector.id, settings, self.make_http())
        return known

    def _connector(self, request: Request) -> Connector | None:
        if not has_one_framing(request.scope["headers"]) or not is_plain(request.scope["headers"]):
            return None
        found = self.registry.now.connector_at.get(request.headers["host"].lower())
        return found if found is not None and found.kind == FormLogin.name else None

    def _told(self, request: Request, connector: Connector, error: BridgeError, *, status: int = 0) -> Response:
        ref = reference()
        log.info("bridge_page", connector=connector.id, page=error.kind, reason=error.reason, reference=ref)
        return self.pages.message(request, connector, error.kind, status=status or error.status, after=error.after, reference=ref)

    async def aclose(self) -> None:
        for older in self.olders.values():
            await older.aclose()


def _target(request: Request) -> str:
    """Return path and query exactly as they came; characters that no address has are caught by `is_ambiguous`."""
    raw, query = request.scope["raw_path"], request.scope["query_string"]
    text: str = (raw + (b"?" + query if query else b"")).decode("latin-1")
    return text if text.isascii() and text.isprintable() and " " not in text else "\\"


async def _lost(older: Older, reply: Reply, target: str) -> bool:
    told = Told(reply.status, reply.one("location"), (), reply.body)
    return await older.read(reply.body, partial(is_lost, older.settings, told, target))


def _answer(settings: FormLoginSettings, reply: Reply, target: str, *, static: bool) -> Response:
    content = body(settings, reply.one("content-type"), reply.body)
    response = Response(content, reply.status)
    pairs = to_browser(settings, reply.status, reply.headers, target, static=static)
    length = [] if reply.status in (204, 304) else [(b"content-length", str(len(content)).encode())]
    response.raw_headers = [*length, *((name.encode(), value.encode("latin-1")) for name, value in pairs)]
    return response
