"""What everybody may see without an account: the catalogue, each service, its notice, help. Cacheable, without cookies (UX PT-9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.registry import start_of
from idp.applications.models import Service
from idp.applications.registry import Registry, Snapshot
from idp.error_pages import ErrorPages
from kit.urls import with_query
from kit.web.language import language_of, pick
from kit.web.pages import Pages
from portal.catalogue.groups import GROUPS
from portal.catalogue.search import MAX_QUERY, search


def public_services(snapshot: Snapshot) -> list[Service]:
    """Return what citizens may see: staff applications are denied by default (UX PT-8)."""
    return [service for service in snapshot.services.values() if service.audience == "citizen"]


def open_url(snapshot: Snapshot, service: Service, issuer: str) -> str | None:
    """Return where one touch leads: the application's own start, else an address of the service; None when it is only at the counter.

    A client that takes third-party initiated login is told who sends the person, and where to. OIDC Core §4.
    """
    if service.application is None:
        return service.start_url
    application = snapshot.applications.get(service.application)
    if application is None or not snapshot.usable(application.id):
        return None
    connector = snapshot.connector_of.get(application.id)
    entrance = start_of(connector, issuer) if connector is not None else ""
    if entrance:
        return entrance
    starts = (client.initiate_login_uri for client in snapshot.clients_of.get(application.id, ()) if client.registered_by == "operator")
    start = next((uri for uri in starts if uri), None)
    if start is not None:
        return with_query(start, {"iss": issuer} | ({"target_link_uri": service.start_url} if service.start_url else {}))
    return application.initiate_login_uri or application.home_url or service.start_url


def row_of(snapshot: Snapshot, service: Service, issuer: str) -> dict[str, Any]:
    """Return one line of a list of services."""
    application = snapshot.applications.get(service.application or "")
    closed = application is not None and not snapshot.usable(application.id)
    url = open_url(snapshot, service, issuer)
    state = "closed" if closed else "counter" if service.channel == "counter_only" else "normal" if url else "soon"
    return {"service": service, "agency": snapshot.agencies.get(service.agency), "state": state, "url": url}


def parts_of(text: str) -> list[dict[str, Any]]:
    """Return a notice's plain text as parts to show: a heading where the part has a list, then paragraphs and lists. No word is changed."""
    parts: list[dict[str, Any]] = []
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.split("\n")
        heading = lines.pop(0) if any(line.startswith("- ") for line in lines) else ""
        blocks: list[dict[str, Any]] = []
        for line in lines:
            if not line.startswith("- "):
                blocks.append({"text": line, "points": []})
            elif blocks and blocks[-1]["points"]:
                blocks[-1]["points"].append(line[2:])
            else:
                blocks.append({"text": "", "points": [line[2:]]})
        parts.append({"heading": heading, "blocks": blocks})
    return parts


@dataclass(frozen=True)
class PublicPages:
    pages: Pages
    registry: Registry
    errors: ErrorPages
    issuer: str

    async def catalogue(self, request: Request) -> Response:
        snapshot = self.registry.now
        query = request.query_params.get("q", "")[:MAX_QUERY].strip()
        order = request.query_params.get("urut", "")
        services = public_services(snapshot)
        context: dict[str, Any] = {"query": query, "order": order, "groups": GROUPS, "count": len(services)}
        if query:
            context["found"] = [row_of(snapshot, service, self.issuer) for service in search(services, snapshot.agencies, query)]
            context["sections"] = []
        else:
            context["found"] = None
            context["sections"] = self._sections(snapshot, services, order)
        return self.pages.render(request, "portal/catalogue.html", context, cacheable=True)

    def _sections(self, snapshot: Snapshot, services: Iterable[Service], order: str) -> list[dict[str, Any]]:
        if order == "abjad":
            rows = [row_of(snapshot, service, self.issuer) for service in sorted(services, key=lambda one: one.name["id"].lower())]
            return [{"id": "abjad", "name": {"id": "Semua, menurut abjad", "en": "All, by name"}, "rows": rows}]
        if order == "instansi":
            codes = sorted({service.agency for service in services}, key=lambda code: snapshot.agencies[code].name["id"])
            return [
                {
                    "id": code.lower(),
                    "name": snapshot.agencies[code].name,
                    "rows": [row_of(snapshot, service, self.issuer) for service in services if service.agency == code],
                }
                for code in codes
            ]
        sections = []
        for group in GROUPS:
            rows = [row_of(snapshot, service, self.issuer) for service in services if service.group == group.id]
            if rows:
                sections.append({"id": group.id, "name": group.name, "rows": rows})
        return sections

    async def service(self, request: Request) -> Response:
        snapshot = self.registry.now
        service = snapshot.services.get(request.path_params["slug"])
        if service is None:
            return self.errors.message(request, "not_found", status=404)
        notice = snapshot.notice_for(service.slug)
        context = {**row_of(snapshot, service, self.issuer), "notice": notice}
        return self.pages.render(request, "portal/service.html", context, cacheable=True)

    async def notice(self, request: Request) -> Response:
        snapshot = self.registry.now
        notice = snapshot.notice_for(request.path_params["slug"])
        if notice is None:
            return self.errors.message(request, "not_found", status=404)
        context = {
            "notice": notice,
            "service": snapshot.services[notice.service],
            "agency": snapshot.agencies.get(notice.controller),
            "parts": parts_of(pick(notice.full_text, language_of(request))),
        }
        return self.pages.render(request, "portal/notice.html", context, cacheable=True)

    async def help(self, request: Request) -> Response:
        return self.pages.render(request, "portal/help.html", {}, cacheable=True)

    async def data_protection(self, request: Request) -> Response:
        return self.pages.render(request, "portal/data-protection.html", {}, cacheable=True)

    async def accessibility(self, request: Request) -> Response:
        return self.pages.render(request, "portal/accessibility.html", {}, cacheable=True)

    def routes(self) -> list[Route]:
        table = (
            ("/", self.catalogue),
            ("/layanan/{slug}", self.service),
            ("/layanan/{slug}/pemberitahuan", self.notice),
            ("/bantuan", self.help),
            ("/pelindungan-data", self.data_protection),
            ("/aksesibilitas", self.accessibility),
        )
        return [Route(path, endpoint, methods=["GET"]) for path, endpoint in table]
