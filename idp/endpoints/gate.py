"""The gate's endpoints, for every kind that a reverse proxy asks about.

`/gerbang/periksa`  the proxy asks: may this request pass, and as whom? One round trip on the steady path.
`/gerbang/masuk`    a person without a gate session is sent here, and walks through the same dispatcher as everybody.
`/gerbang/gagal`    why somebody was not let in there, said at our own host.
`/_gapura/kembali`  at the application's own host (the proxy sends /_gapura/ to us): the ticket becomes a cookie of that host, in the
                    browser that began there and in no other.
`/_gapura/keluar`   the same, to leave the application.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.contract import Answer, Connector, RequestFacts
from connectors.registry import PROXY_KINDS
from idp.applications.registry import Registry
from idp.error_pages import ErrorPages
from idp.gate.answers import GateAnswers, proxy_kind
from idp.gate.marks import MARK, Marks
from idp.gate.records import GateSession, Ticket
from idp.interaction.dispatcher import Dispatcher
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.secrets import digest, new_secret
from kit.urls import with_query
from kit.web.address import Network, is_in
from kit.web.cookies import CookieJar
from kit.web.pages import origin_of, see_other

COOKIE = "gapura-g"
HOST_HEADER = "x-gapura-host"
NOT_ARRIVED = {"expired": 410, "lost_cookie": 403}
MAX_PATH = 900  # a proxy reads our answer into 4 kB


@dataclass(frozen=True)
class GateEndpoints:
    registry: Registry
    dispatcher: Dispatcher
    answers: GateAnswers
    marks: Marks
    store: ExpiringStore
    errors: ErrorPages
    cookies: CookieJar
    clock: Clock
    issuer: str
    trusted_proxies: Sequence[Network] = ()

    async def check(self, request: Request) -> Response:
        """Answer the proxy: 200 with the identity, 401 with where to sign in, 403 for what must never pass. Anything unclear is 403."""
        facts = self._facts(request)
        connector = self._connector(facts)
        if connector is None:
            return _Answered(Answer(403))
        kind = proxy_kind(connector)
        original = kind.original(connector.settings, facts)
        if original is None:
            return _Answered(Answer(403, kind.blank(connector.settings)))
        method, path = original
        if not self._open(connector):  # 403 would show the proxy's own bare page; where sign-in starts, the person reads why
            return _Answered(kind.challenge(connector.settings, facts, self._start(connector, method, path, "")))
        if kind.open_path(connector.settings, method, path):
            return _Answered(Answer(200, kind.blank(connector.settings)))
        answer = await self._identity(request, connector)
        if answer is not None:
            return _Answered(answer)
        mark = self.marks.of(request, connector.id)
        response = _Answered(kind.challenge(connector.settings, facts, self._start(connector, method, path, digest(mark))))
        self.marks.give(response, connector.id, mark)
        return response

    def _start(self, connector: Connector, method: str, path: str, began: str) -> str:
        """Return where to sign in and come back from, ready to be redirected to: proxies cannot encode a path themselves."""
        wanted = {"kembali": path} if method in ("GET", "HEAD") and len(path) <= MAX_PATH else {}
        return with_query(f"{self.issuer}/gerbang/masuk", {"app": connector.id, "tanda": began, **wanted})

    async def _identity(self, request: Request, connector: Connector) -> Answer | None:
        cookie = self.cookies.read(request, self._cookie(connector))
        if not 40 <= len(cookie) <= 64:
            return None
        name = digest(cookie)
        ready = await self.store.get(f"gateid:{connector.id}:{name}")
        if ready is not None:
            return self.answers.open(f"gateid:{connector.id}:{name}", ready)
        raw = await self.store.get(f"gate:{name}")
        gate = GateSession.decode(raw) if raw is not None else None
        if gate is None or gate.connector != connector.id or self.clock.now() >= gate.expires_at:
            return None
        return await self.answers.make(f"gateid:{connector.id}:{name}", gate, connector)

    async def enter(self, request: Request) -> Response:
        """Begin an interaction for the application; `kembali` may only be a path on its own host.

        Whoever has not been at that host, and so comes without the digest of a mark, is sent there first.
        """
        connector = self._by_id(request.query_params.get("app", ""))
        if connector is None:
            return self.errors.message(request, "not_found", status=404)
        if not self._open(connector):
            application = self.registry.now.applications.get(connector.application)
            return self.errors.message(request, "application_disabled", status=403, application=application)
        kind = proxy_kind(connector)
        path, began = request.query_params.get("kembali", "")[:MAX_PATH], request.query_params.get("tanda", "")
        if len(began) != MARK:
            return see_other(kind.entry_url(connector.settings, path))
        service = self.registry.now.service_for(connector.application, None)
        draft = self.dispatcher.draft(
            request,
            door="gate",
            application=connector.application,
            service=service.slug if service is not None else None,
            claims=kind.emits(connector.settings),
            form_targets=(origin_of(kind.entry_url(connector.settings, "/")),),
            reply={"connector": connector.id, "path": path, "began": began},
        )
        return await self.dispatcher.begin(request, draft)

    async def arrive(self, request: Request) -> Response:
        """Turn the ticket into a gate session at the application's host. The ticket is spent whatever follows."""
        facts = self._facts(request)
        connector = self._connector(facts)
        secret = request.query_params.get("tiket", "")
        raw = await self.store.take(f"ticket:{digest(secret)}") if connector is not None and 40 <= len(secret) <= 64 else None
        ticket = Ticket.decode(raw) if raw is not None else None
        if connector is None or ticket is None or ticket.gate.connector != connector.id or ticket.host != facts.headers.get(HOST_HEADER):
            return self._not_arrived(connector, "expired")
        if not self.marks.holds(request, connector.id, ticket.began):
            return self._not_arrived(connector, "lost_cookie")
        cookie = new_secret()
        ttl = max(1, ticket.gate.expires_at - self.clock.now())
        await self.store.put(Put(f"gate:{digest(cookie)}", ticket.gate.encode(), ttl, ticket.gate.session_guards))
        response = see_other(proxy_kind(connector).entry_url(connector.settings, ticket.path))
        self.cookies.set(response, self._cookie(connector), cookie)
        return response

    def _not_arrived(self, connector: Connector | None, why: str) -> Response:
        """Say it at our own host: at the application's, a page of ours would have neither its styles nor its links."""
        known = {"app": connector.id} if connector is not None else {}
        return see_other(with_query(f"{self.issuer}/gerbang/gagal", {**known, "sebab": why}))

    async def not_arrived(self, request: Request) -> Response:
        """Say why the application was not entered, with the way to begin again there."""
        status = NOT_ARRIVED.get(request.query_params.get("sebab", ""))
        if status is None:
            return self.errors.message(request, "not_found", status=404)
        connector = self._by_id(request.query_params.get("app", ""))
        if connector is None:
            return self.errors.message(request, "expired", status=410)
        application = self.registry.now.applications.get(connector.application)
        again = proxy_kind(connector).entry_url(connector.settings, "")
        return self.errors.message(request, request.query_params["sebab"], status=status, application=application, way_back=again)

    async def leave(self, request: Request) -> Response:
        """Forget the gate session at this host and go on to the sign-out page of the gate."""
        connector = self._connector(self._facts(request))
        if connector is None:
            return self.errors.message(request, "not_found", status=404)
        cookie = self.cookies.read(request, self._cookie(connector))
        if cookie:
            await self.store.delete(f"gate:{digest(cookie)}", f"gateid:{connector.id}:{digest(cookie)}")
        response = see_other(f"{self.issuer}/keluar")
        self.cookies.clear(response, self._cookie(connector))
        return response

    def _facts(self, request: Request) -> RequestFacts:
        scope = request.scope
        peer = (scope.get("client") or ("",))[0]
        # of a header that stands twice the first counts, as for Starlette, whose own mapping looks each of them up anew
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}
        return RequestFacts(scope["method"], scope["raw_path"].decode("latin-1"), headers, peer, is_in(peer, self.trusted_proxies))

    def _connector(self, facts: RequestFacts) -> Connector | None:
        """Return the connector whose application the trusted proxy names."""
        for name, kind in PROXY_KINDS.items():
            host = kind.target(facts)
            found = self.registry.now.connector_at.get(host.lower()) if host is not None else None
            if found is not None and found.kind == name:
                return found
        return None

    def _by_id(self, connector_id: str) -> Connector | None:
        found = self.registry.now.connectors.get(connector_id)
        return found if found is not None and found.kind in PROXY_KINDS else None

    def _open(self, connector: Connector) -> bool:
        return connector.enabled and self.registry.now.usable(connector.application)

    def _cookie(self, connector: Connector) -> str:
        """A name of its own per connector: browsers share cookies between the ports of one host."""
        return f"{COOKIE}-{connector.id}"

    def routes(self) -> list[Route]:
        return [
            Route("/gerbang/periksa", self.check, methods=["GET"]),
            Route("/gerbang/masuk", self.enter, methods=["GET"]),
            Route("/gerbang/gagal", self.not_arrived, methods=["GET"]),
            Route("/_gapura/kembali", self.arrive, methods=["GET"]),
            Route("/_gapura/keluar", self.leave, methods=["GET"]),
        ]


class _Answered(Response):
    """What the proxy gets, stored by nobody. Its headers are written out once, not looked up one by one as those of a `Response` are."""

    def __init__(self, answer: Answer) -> None:
        self.body = answer.body.encode()
        self.status_code = answer.status
        self.background = None
        headers = {"cache-control": "no-store", "content-length": str(len(self.body))}
        headers |= {name.lower(): value for name, value in answer.headers.items()}
        self.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
