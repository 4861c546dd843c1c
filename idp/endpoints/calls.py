"""`/panggil/{connector}/{path}`: programs call an older API with a token of ours, and older programs with a signature of their own.

Problem documents say what to fix (RFC 9457), with the challenge of RFC 6750 where a token is at fault. To an older program the kind speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.apis.settings import ApiSettings, Operation
from connectors.calls import Call, Caller, Failure, Fault, InboundKind, Incoming, Refusal, Reply
from connectors.contract import Connector
from connectors.paths import is_ambiguous
from idp.applications.registry import Registry
from idp.calls.checks import RULES, Asked
from idp.calls.engine import Engine
from idp.calls.errors import CallRefused, failed, refused
from idp.calls.filling import filled
from idp.calls.replays import Replays
from idp.endpoints import answers
from idp.endpoints.credentials import token_of
from idp.errors import InvalidToken, OAuthError
from idp.people.disclosing import Disclosing, Receiver
from idp.people.release import certain
from idp.proofs.binding import Bindings
from idp.tokens.access_token import AccessTokens
from idp.tokens.guessing import TokenGuesses
from idp.tokens.use_checks import Shown
from kit.clock import Clock
from kit.web.address import Network, client_address
from kit.web.forms import BadForm, pairs_of, read_body
from kit.web.problem import Problem

PREFIX = "/panggil"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
CHALLENGE = {"bearer": "Bearer", "dpop": "DPoP"}
MOST_HEADERS = 40
MOST_HEADER = 200  # characters of one that goes out
OF_PROXIES = (b"x-forwarded-for", b"forwarded", b"via")  # a proxy may add a line of its own


@dataclass(frozen=True)
class CallEndpoint:
    registry: Registry
    engine: Engine
    tokens: AccessTokens
    bindings: Bindings
    disclosing: Disclosing
    guesses: TokenGuesses
    replays: Replays
    inbound: Mapping[str, InboundKind]
    clock: Clock
    issuer: str
    trusted_proxies: Sequence[Network] = ()
    rules: Sequence[Callable[[Asked], None]] = RULES

    async def __call__(self, request: Request) -> Response:
        try:
            connector = self._connector(request.path_params["connector"])
            if connector.kind in self.inbound and "authorization" not in request.headers:
                return await self._by_signature(request, connector, self.inbound[connector.kind])
            return self.bindings.fresh(request, await self._by_token(request, connector))
        except CallRefused as error:
            return refused(error)
        except OAuthError as error:
            return self.bindings.fresh(request, told(error))

    def _connector(self, connector_id: str) -> Connector:
        snapshot = self.registry.now
        found = snapshot.connectors.get(connector_id)
        if found is None or found.kind not in self.engine.kinds:
            raise CallRefused(404, "unknown_connector", "no API is called by this name", "see the list of connectors in the console")
        if not found.enabled or not snapshot.usable(found.application):
            raise CallRefused(403, "connector_disabled", "this connector or its application is switched off", "ask the agency that owns it")
        return found

    async def _by_token(self, request: Request, connector: Connector) -> Response:
        settings = cast("ApiSettings", connector.settings)
        scheme, text = token_of(request)
        if not scheme:
            return told(InvalidToken("send an access token in the Authorization header"), bare=True)
        found = await self.tokens.find(text)
        if found is None:
            await self.guesses.count(client_address(request, self.trusted_proxies))
            raise InvalidToken("the token is unknown, expired or revoked", scheme=CHALLENGE[scheme])
        await self.bindings.check(request, found, text, scheme)
        path = path_below(request)
        operation = operation_of(settings, request.method, path)
        snapshot, now = self.registry.now, self.clock.now()
        client = snapshot.clients.get(found.client_id)
        still_has = client is not None and client.enabled and found.scopes <= client.scopes
        service = snapshot.services.get(found.service)
        shown = Shown(found, still_has, service, now, self.tokens.settings.aal2_seconds, CHALLENGE[scheme])
        own = frozenset(one.audience or one.client_id for one in snapshot.clients_of.get(connector.application, ()))
        released = certain(self.tokens.values_of(found)) if operation.person else {}
        asked = Asked(shown, client, connector, settings, operation, f"{self.issuer}{PREFIX}/{connector.id}", own, released)
        for rule in self.rules:
            rule(asked)
        call = await self._call(request, settings, operation, path)
        if operation.person:
            assert found.person is not None
            told_values = {claim: released[claim] for claim in operation.claims.values()}
            call = filled(operation, call, told_values)
            receiver = Receiver(f"{found.grant}.{connector.id}", found.service, connector.application, connector.id, connector.kind)
            await self.disclosing.record(found.person, receiver, told_values, now)
        outcome = await self.engine.call(connector, settings, call, operation=named(operation), caller=f"client:{found.client_id}")
        return failed(outcome) if isinstance(outcome, Failure) else given(outcome)

    async def _by_signature(self, request: Request, connector: Connector, kind: InboundKind) -> Response:
        settings = cast("ApiSettings", connector.settings)
        came = await self._incoming(request, settings)
        outcome = await self._signed(request, connector, kind, settings, came)
        return given(kind.dress(connector, came, outcome))

    async def _signed(
        self, request: Request, connector: Connector, kind: InboundKind, settings: ApiSettings, came: Incoming
    ) -> Reply | Failure | Refusal:
        found = kind.inbound(connector, came)
        if isinstance(found, Refusal):
            if found.status == 401:
                await self.guesses.count(client_address(request, self.trusted_proxies), connector.id)
                return self._known_elsewhere(connector, kind, came) or found
            return found
        used = await self.replays.first(connector.id, found)
        if used is not None:
            return used
        operation = settings.operation(found.call.method, found.call.path)
        if operation is None:
            return Failure(Fault.MALFORMED, "this connector has no such operation")
        if operation.person:
            return Refusal("this operation is about a person, and needs that person's own token", 403)
        if not {name for name, _ in found.call.query} <= set(operation.query):
            return Failure(Fault.MALFORMED, f"the query may hold: {', '.join(operation.query) or 'nothing'}")
        return await self.engine.call(connector, settings, found.call, operation=named(operation), caller=f"key:{found.id}")

    def _known_elsewhere(self, connector: Connector, kind: InboundKind, came: Incoming) -> Refusal | None:
        """A key of another connector that fits this very request is a key at the wrong door: 403 (HM-06)."""
        others = (one for one in self.registry.now.connectors.values() if one.kind == connector.kind and one.id != connector.id)
        if any(isinstance(found := kind.inbound(one, came), Caller) or found.status == 403 for one in others):
            return Refusal("this key belongs to another connector", 403)
        return None

    async def _incoming(self, request: Request, settings: ApiSettings) -> Incoming:
        names = [name for name, _ in request.scope["headers"] if name not in OF_PROXIES]
        if len(set(names)) != len(names) or len(names) > MOST_HEADERS:
            raise CallRefused(400, "call_malformed", "a header stands twice, or there are too many")
        return Incoming(
            method=request.method,
            host=request.headers.get("host", ""),
            own_host=urlsplit(self.issuer).netloc,
            full_path=request.scope["raw_path"].decode("latin-1"),
            path=path_below(request),
            raw_query=request.scope["query_string"].decode("latin-1"),
            headers=dict(request.headers),
            body=await self._body(request, settings),
            peer=client_address(request, self.trusted_proxies),
            now=self.clock.now(),
        )

    async def _call(self, request: Request, settings: ApiSettings, operation: Operation, path: str) -> Call:
        try:
            query = tuple(pairs_of(request.scope["query_string"].decode("latin-1")))
        except BadForm as error:
            raise CallRefused(400, "call_malformed", error.reason) from error
        unknown = sorted({name for name, _ in query} - set(operation.query) - {one[6:] for one in operation.person if one[:6] == "query:"})
        if unknown:
            allowed = ", ".join(operation.query) or "nothing"
            raise CallRefused(400, "call_malformed", "the query holds a name that this operation has not", f"it may hold: {allowed}")
        body = await self._body(request, settings)
        content_type, accept = (plain_header(request, name) for name in ("content-type", "accept"))
        return Call(request.method, path, query, body, content_type, "" if "*" in accept else accept)

    @staticmethod
    async def _body(request: Request, settings: ApiSettings) -> bytes:
        try:
            return await read_body(request, settings.most_request_bytes)
        except BadForm as error:
            raise CallRefused(error.status, "too_large", error.reason, f"at most {settings.most_request_bytes} bytes") from error

    def routes(self) -> list[Route]:
        return [Route(f"{PREFIX}/{{connector}}{rest}", self.__call__, methods=METHODS) for rest in ("", "/{path:path}")]


def path_below(request: Request) -> str:
    """Return the path below the connector's address, as it came; raise CallRefused for one that two programs could read as two."""
    raw = request.scope["raw_path"].decode("latin-1")
    if is_ambiguous(raw):
        raise CallRefused(400, "call_malformed", "the path must be plain", "no escapes of / . or \\, no //, no dot segments")
    rest = raw.removeprefix(PREFIX + "/").partition("/")
    return f"/{rest[2]}" if rest[1] else "/"


def plain_header(request: Request, name: str) -> str:
    """Return a header that goes out as it came; raise CallRefused for one that no HTTP client would send, or too long. RFC 9110 §5.5."""
    value = request.headers.get(name, "").strip(" \t")
    if len(value) > MOST_HEADER or not value.isascii() or not value.isprintable():
        raise CallRefused(400, "call_malformed", f"the header {name} must be plain", f"printable ASCII, at most {MOST_HEADER} characters")
    return value


def operation_of(settings: ApiSettings, method: str, path: str) -> Operation:
    found = settings.operation(method, path)
    if found is not None:
        return found
    methods = settings.methods(path)
    if methods:
        raise CallRefused(405, "method_not_allowed", "this operation has another method", f"use {', '.join(methods)}")
    raise CallRefused(404, "unknown_operation", "this connector has no such operation", "its operator lists what may be called")


def named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def given(reply: Reply) -> Response:
    """Return the answer as it is, stored by nobody, and never as a page of ours."""
    return Response(
        reply.body, reply.status, {"Cache-Control": "no-store", "Content-Disposition": "attachment", "Content-Type": reply.media_type}
    )


def told(error: OAuthError, *, bare: bool = False) -> Response:
    """Return the error as a problem document, with the challenge that belongs to it."""
    standard = answers.no_token() if bare else answers.refused(error)
    response = Problem(standard.status_code, error.code, error.description)
    response.raw_headers += [(name, value) for name, value in standard.raw_headers if name in (b"www-authenticate", b"retry-after")]
    return response
