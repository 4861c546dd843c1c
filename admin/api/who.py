"""Who is calling the API: an operator's cookie with proof that our own page sent it, or a personal token; and may they."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from starlette.requests import Request

from admin.actions.tokens import Tokens
from admin.confirm import Confirmation
from admin.errors import AdminError, Forbidden, NotFound
from admin.operator import Operator, OperatorSessions
from admin.permissions import Permission, allowed
from admin.routes import API_ROUTES
from kit.strict_json import reads_one_way
from kit.web.csrf import Csrf
from kit.web.forms import holds_nul

HEADER = "gapura-confirmation"


class NotSignedIn(AdminError):
    code, status = "not_signed_in", 401
    text: ClassVar[Mapping[str, str]] = {
        "id": "Masuk ke konsol atau kirim token operator.",
        "en": "Sign in to the console or send an operator token.",
    }


class CrossSite(AdminError):
    code, status = "cross_site", 403
    text: ClassVar[Mapping[str, str]] = {"id": "Permintaan ini datang dari situs lain.", "en": "This request comes from another site."}


class NotJson(AdminError):
    code, status = "not_json", 415
    text: ClassVar[Mapping[str, str]] = {"id": "Isi harus application/json.", "en": "The body must be application/json."}


class BadJson(AdminError):
    """Not JSON, or JSON that two programs could read differently: a name twice in one object, NaN (RFC 8259 §4; WB-07)."""

    code, status = "bad_json", 400
    text: ClassVar[Mapping[str, str]] = {"id": "Isi bukan JSON yang sah.", "en": "The body is not valid JSON."}


class TwoCredentials(AdminError):
    """Two programs could read two headers differently (RFC 9110 §5.3)."""

    code, status = "two_authorizations", 400
    text: ClassVar[Mapping[str, str]] = {
        "id": "Kirim satu header Authorization saja.",
        "en": "Send one Authorization header only.",
    }


@dataclass(frozen=True, slots=True)
class Gate:
    csrf: Csrf
    operators: OperatorSessions
    confirmation: Confirmation
    tokens: Tokens

    def needs(self, method: str, path: str) -> Callable[[Request], Awaitable[Operator]]:
        """Return the dependency of one route: who is calling, when the table lets them. A route without a row cannot be built."""
        permission: Permission = API_ROUTES[(method, path)]

        async def who(request: Request) -> Operator:
            operator = await self.caller(request)
            if holds_nul(request):
                raise NotFound(path)
            if not reads_one_way(await request.body()):
                raise BadJson
            if not allowed(operator.roles, permission):
                raise Forbidden(permission)
            return operator

        return who

    async def caller(self, request: Request) -> Operator:
        """Return who is calling. A write needs JSON; with the cookie it also needs the browser's word that our own page sent it (AD-14)."""
        writes = request.method not in ("GET", "HEAD")
        if writes and not _is_json(request) and (request.method != "DELETE" or request.headers.get("content-length", "0") != "0"):
            raise NotJson
        sent = request.headers.getlist("authorization")
        if len(sent) > 1:
            raise TwoCredentials
        kind, _, secret = (sent[0] if sent else "").partition(" ")
        if kind:
            operator = await self.tokens.bearer(secret.strip(), self.operators.origin(request)) if kind.lower() == "bearer" else None
        else:
            operator = await self.operators.current(request)
            if operator is not None and not self._same_site(request, writes):
                raise CrossSite
        if operator is None:
            raise NotSignedIn
        given = await self.confirmation.granted_at(operator.person, request.headers.get(HEADER, ""))
        return replace(operator, confirmed_at=given) if given is not None else operator

    def _same_site(self, request: Request, writes: bool) -> bool:
        """A write must say where it comes from: silence is not enough, and `Origin: null` is anybody's sandboxed frame."""
        spoken = request.headers.get("origin") is not None or request.headers.get("sec-fetch-site") is not None
        return self.csrf.same_origin(request, null=not writes) and (spoken or not writes)


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
