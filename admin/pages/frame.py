"""How every console page is entered: who is there, may they, is the post genuine; and how a refusal looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from admin.actions.all import Actions
from admin.confirm import Confirmation
from admin.door import AdminDoor
from admin.errors import AdminError, FieldProblem, Forbidden, Invalid, NotConfirmed, NotFound
from admin.operator import Operator, OperatorSessions
from admin.pages.fields import Values
from admin.pages.words import BASES, CLIENT_PROOFS, EVENTS, GRANTS
from admin.permissions import ROLE_NAMES, Permission, allowed
from admin.routes import OPEN, PAGES
from idp.interaction.dispatcher import Dispatcher
from idp.people.models import Role
from kit.clock import Clock
from kit.web.forms import BadForm, holds_nul, read_form
from kit.web.language import language_of, pick
from kit.web.pages import Pages, see_other

RANK = tuple(ROLE_NAMES)

MENU: tuple[tuple[str, str, Permission, Mapping[str, str]], ...] = (
    ("home", "/admin", Permission.CONSOLE, {"id": "Beranda", "en": "Home"}),
    ("agencies", "/admin/instansi", Permission.AGENCY_READ, {"id": "Instansi", "en": "Agencies"}),
    ("applications", "/admin/aplikasi", Permission.APPLICATION_READ, {"id": "Aplikasi", "en": "Applications"}),
    ("connectors", "/admin/konektor", Permission.CONNECTOR_READ, {"id": "Konektor", "en": "Connectors"}),
    ("people", "/admin/warga", Permission.PERSON_FIND, {"id": "Warga", "en": "People"}),
    ("duties", "/admin/tenggat", Permission.DUTY_READ, {"id": "Tenggat", "en": "Deadlines"}),
    ("register", "/admin/catatan-pemrosesan", Permission.REGISTER_READ, {"id": "Pelindungan data", "en": "Data protection"}),
    ("audit", "/admin/audit", Permission.AUDIT_READ, {"id": "Pengawasan", "en": "Oversight"}),
    ("system", "/admin/kunci", Permission.KEY_READ, {"id": "Sistem", "en": "System"}),
)


class BadPost(AdminError):
    code = "bad_form"
    text: ClassVar[Mapping[str, str]] = {
        "id": "Formulir tidak dapat dibaca. Muat ulang, lalu coba lagi.",
        "en": "The form cannot be read. Reload and try again.",
    }

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class NotGenuine(AdminError):
    code, status = "not_genuine", 403
    text: ClassVar[Mapping[str, str]] = {
        "id": "Formulir ini tidak berasal dari halaman konsol Anda. Muat ulang, lalu coba lagi.",
        "en": "This form does not come from your console page. Reload and try again.",
    }


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of an operator to one page. `form` is empty for GET; `path` are the parts of the path."""

    request: Request
    operator: Operator
    path: Mapping[str, str]
    form: Values = field(default_factory=Values)

    @property
    def language(self) -> str:
        return language_of(self.request)

    def query(self, name: str) -> str:
        return self.request.query_params.get(name, "").strip()[:200]

    @property
    def may_read_audit(self) -> bool:
        return self.may(Permission.AUDIT_READ)

    def may(self, permission: Permission) -> bool:
        return allowed(self.operator.roles, permission)


Handler = Callable[[Visit], Awaitable[Response]]
Handlers = Mapping[tuple[str, str], Handler]


@dataclass(frozen=True, slots=True)
class Frame:
    pages: Pages
    dispatcher: Dispatcher
    door: AdminDoor
    operators: OperatorSessions
    confirmation: Confirmation
    actions: Actions
    clock: Clock

    def render(self, visit: Visit, template: str, area: str, *, status: int = 200, **context: object) -> Response:
        """Return the page inside the console's frame: menu of what this operator may open, who they are, errors first."""
        menu = [(key, url, title) for key, url, permission, title in MENU if visit.may(permission)]
        here = next((title for key, _, title in ((k, u, t) for k, u, _, t in MENU) if key == area), {"id": "Beranda", "en": "Home"})
        frame = {
            "operator": visit.operator,
            "role_name": role_name(visit.operator),
            "menu": menu,
            "area": area,
            "here": here,
            "may": lambda name: visit.may(Permission(name)),
            "errors": [],
            "values": Values(),
            "api_call": "",
            "role_names": ROLE_NAMES,
            "event_names": EVENTS,
            "base_names": BASES,
            "grant_names": GRANTS,
            "proof_names": CLIENT_PROOFS,
            "actor_names": {},
            "iso": iso,
            "k_same": lambda names: [(name, name) for name in names],
            "k_words": lambda pairs: [(key, pick(words, visit.language)) for key, words in pairs],
            "k_options": lambda words: [(getattr(key, "value", key), pick(text, visit.language)) for key, text in words.items()],
            "k_names": lambda things: [(one.id, pick(one.name, visit.language)) for one in things],
            "k_agencies": lambda agencies: [(a.code, f"{a.short_name} – {pick(a.name, visit.language)}") for a in agencies],
        }
        return self.pages.render(visit.request, f"admin/{template}.html", {**frame, **context}, status=status)

    def problem(self, visit: Visit, error: AdminError, *, back: str = "/admin") -> Response:
        status = error.status if error.status != 422 else 422
        problems = told(error.problems, visit.language) if isinstance(error, Invalid) else []
        return self.render(visit, "problem", "", status=status, code=error.code, text=error.text, problems=problems, back=back)

    def routes(self, handlers: Handlers) -> list[Route]:
        """Return the Starlette routes of the table, each behind its permission. One without the other is an error."""
        missing = set(PAGES) ^ (set(handlers) - OPEN)
        if missing:
            raise LookupError(f"routes and table differ: {sorted(missing)}")
        found = [Route(path, self._gate(handler, method, path), methods=[method]) for (method, path), handler in handlers.items()]
        return sorted(found, key=lambda route: ("{" in route.path, route.path.count("{"), route.path))

    def _gate(self, handler: Handler, method: str, path: str) -> Callable[[Request], Awaitable[Response]]:
        permission = PAGES.get((method, path))

        async def answer(request: Request) -> Response:
            operator = await self.operators.current(request)
            if operator is None and permission is not None:
                return await self._sign_in(request)
            visit = Visit(request, operator or NOBODY, dict(request.path_params))
            if permission is not None and not allowed(visit.operator.roles, permission):
                return self.problem(visit, Forbidden())
            if holds_nul(request):
                return self.problem(visit, NotFound())
            if method == "POST":
                try:
                    pairs = await read_form(request)
                except BadForm as error:
                    return self.problem(visit, BadPost(error.status))
                if holds_nul(request, pairs):
                    return self.problem(visit, BadPost(400))
                form = Values(pairs)
                if not self.pages.genuine(request, form["csrf"]):
                    return self.problem(visit, NotGenuine())
                visit = Visit(request, visit.operator, visit.path, form)
            return await self.carry_out(handler, visit)

        return answer

    async def carry_out(self, handler: Handler, visit: Visit, path: str = "") -> Response:
        """Run the handler; a missing proof holds the act and asks for it, any other refusal is a page."""
        where = path or visit.request.scope["path"]
        try:
            return await handler(visit)
        except NotConfirmed:
            act = await self.confirmation.hold(visit.operator.person, where, visit.form.pairs, "")
            return see_other(f"/admin/konfirmasi/{act}")
        except AdminError as error:
            return self.problem(visit, error, back=where.rsplit("/", 1)[0] or "/admin")

    async def _sign_in(self, request: Request) -> Response:
        """Send whoever is not signed in to the console through sign-in, and back to the page; a posted form is not sent again."""
        path = request.scope["path"]
        query = request.scope["query_string"].decode("latin-1")
        if request.method != "GET":
            return see_other("/admin")
        return await self.door.open(self.dispatcher, request, f"{path}?{query}" if query else path)


NOBODY = Operator(person="", name="", roles=frozenset(), actor="")


def iso(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def role_name(operator: Operator) -> Mapping[str, str]:
    """Return the name of the highest role at work."""
    best = min(operator.roles, key=RANK.index, default=Role.CITIZEN)
    return ROLE_NAMES[best]


def told(problems: tuple[FieldProblem, ...], language: str) -> list[dict[str, str]]:
    """Return the problems for `c.error_summary` and `c.field_error`."""
    return [{"field": one.field, "text": pick(one.text, language), "code": one.code} for one in problems]


def with_query(path: str, **query: str) -> str:
    kept = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path
