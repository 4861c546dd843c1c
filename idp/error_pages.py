"""Error pages for people: what happened, whether data are safe, what to do now, the way back, help and a reference (UX C-11, ER-1 to ER-4).

Three audiences on one page: the citizen's words first; a fold for the developer with the exact OAuth error, the parameter and the value
received; and for a signed-in member of the application's team what is registered, how it differs, and the way to put it right.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import Response

from idp.applications.models import Application, Client
from idp.applications.registry import Registry
from idp.errors import OAuthError
from idp.people.models import Person, Role
from kit.web.pages import Pages

log = structlog.get_logger("idp")

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SHOWN = 300


def reference() -> str:
    """Return `7K2F-9QX4`: short enough to be read over the phone, and written in our log beside what happened."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def is_of_the_team(person: Person | None, application: Application, now: int) -> bool:
    """True for whoever may see what is registered: operators of the regency, and the developers of the application's own agency."""
    if person is None:
        return False
    of_the_agency = {(role, application.agency) for role in (Role.AGENCY_ADMIN, Role.AGENCY_DEVELOPER)}
    wanted = {(Role.SUPER_ADMIN, None), (Role.OPERATOR, None), *of_the_agency}
    return any(grant.holds(now) and (grant.role, grant.agency) in wanted for grant in person.roles)


def difference(received: str, registered: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the registered address that is nearest, and the names of the parts in which it differs."""
    names = ("scheme", "host", "path", "query", "fragment")
    found = [(uri, tuple(n for n, a, b in zip(names, _parts(received), _parts(uri), strict=True) if a != b)) for uri in registered]
    return min(found, key=lambda one: len(one[1]), default=("", ()))


def _parts(uri: str) -> tuple[str, ...]:
    try:
        return tuple(urlsplit(uri))
    except ValueError:
        return (uri, "", "", "", "")


@dataclass(frozen=True, slots=True)
class ErrorPages:
    pages: Pages
    registry: Registry

    def oauth(
        self,
        request: Request,
        error: OAuthError,
        *,
        client: Client | None = None,
        received: Mapping[str, str] | None = None,
        for_team: bool = False,
    ) -> Response:
        """Show an authorization request that cannot be answered by redirect. RFC 6749 §4.1.2.1.

        `for_team`: a member of the client's team looks at it, who may see what is registered.
        """
        sent = (received or {}).get("redirect_uri", "")
        nearest, differs = difference(sent, client.redirect_uris) if for_team and client is not None and sent else ("", ())
        application = self.registry.now.applications.get(client.application) if client is not None else None
        return self._page(
            request,
            "oauth",
            status=error.status,
            application=application,
            context={
                "code": error.catalogue,
                "error": error.code,
                "description": error.description,
                "param": error.param,
                "received": {name: value[:SHOWN] for name, value in (received or {}).items()},
                "registered": nearest,
                "differs": differs,
                "repair": for_team,
            },
            cause=error.detail,
        )

    def message(
        self, request: Request, kind: str, *, status: int = 400, application: Application | None = None, **context: object
    ) -> Response:
        """Show one of the messages of templates/idp/error.html."""
        return self._page(request, kind, status=status, application=application, context=context)

    def _page(
        self, request: Request, kind: str, *, status: int, application: Application | None, context: Mapping[str, object], cause: str = ""
    ) -> Response:
        ref = reference()
        way_back = (application.initiate_login_uri or application.home_url) if application is not None else None
        log.info("error_page", kind=kind, status=status, reference=ref, catalogue=context.get("code", ""), cause=cause)
        values = {"kind": kind, "reference": ref, "application": application, "way_back": way_back, "until": 0, "code": "", **context}
        return self.pages.render(request, "idp/error.html", values, status=status)
