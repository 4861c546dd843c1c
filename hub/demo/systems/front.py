"""How an older system shows itself, and what it remembers of who is signed in: both its own."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hub.demo.child import page
from kit.web.assets import Assets
from kit.web.forms import BadForm, read_form, singles

LOOKS = Assets(Path(__file__).parent / "static")
KEPT = 500  # sessions that are remembered; the oldest is forgotten first
MOST_FORM = 64 * 1024


@dataclass(frozen=True)
class Front:
    """One system: where it is, what it is called, and which field of its own carries which data."""

    id: str
    name: str
    owner: str
    since: int
    platform: str
    way: str  # how people enter, in words
    issuer: str
    origin: str
    rows: Sequence[Mapping[str, str]]  # field, label

    def page(self, template: str, context: Mapping[str, Any], status: int = 200) -> Response:
        # A form's redirects count for form-action: signing out ends at Gapura.
        return page(f"systems/{template}", {"front": self, "asset": LOOKS.url, **context}, status=status, form_target=self.issuer)

    def stopped(self, why: str, status: int = 400) -> Response:
        """Say why nobody was signed in."""
        return self.page("stopped.html", {"why": why}, status)

    def shown(self, values: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Return label, field and value of what came; what did not come has no line."""
        return [(row["label"], row["field"], values[row["field"]]) for row in self.rows if values.get(row["field"])]


@dataclass
class Sessions:
    """What the system keeps behind its own cookie. Browsers share cookies between the ports of one host: each has a name of its own."""

    cookie: str
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    def begin(self, request: Request, target: str, **values: Any) -> Response:
        """Return the redirect to a page of the system, with a session under a fresh name."""
        self.kept.pop(request.cookies.get(self.cookie, ""), None)
        handle = secrets.token_urlsafe(32)
        self.kept[handle] = {"csrf": secrets.token_urlsafe(32), **values}
        while len(self.kept) > KEPT:
            del self.kept[next(iter(self.kept))]
        response = RedirectResponse(target, 303, headers={"Cache-Control": "no-store"})
        response.set_cookie(self.cookie, handle, path="/", httponly=True, samesite="lax")
        return response

    def of(self, request: Request) -> dict[str, Any] | None:
        return self.kept.get(request.cookies.get(self.cookie, ""))

    def end(self, name: str, value: str) -> None:
        """End every session in which `name` has this value."""
        for handle in [handle for handle, values in self.kept.items() if value and values.get(name) == value]:
            del self.kept[handle]

    async def leave(self, request: Request, front: Front) -> Response:
        """End the session of this browser, and go to where all the others are ended. The form proves that our own page sent it."""
        given, session = await sent(request), self.of(request)
        if session is not None and not secrets.compare_digest(given.get("csrf", "").encode(), session["csrf"].encode()):
            return front.stopped("form", 403)
        self.kept.pop(request.cookies.get(self.cookie, ""), None)
        response = RedirectResponse(f"{front.issuer}/keluar", 303)
        response.delete_cookie(self.cookie, path="/")
        return response


def to_gapura(url: str, cookie: str, value: str) -> Response:
    """Return the redirect that begins sign-in; the cookie tells the browser that began from every other one."""
    response = RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})
    response.set_cookie(cookie, value, max_age=900, path="/", httponly=True, samesite="lax")
    return response


async def sent(request: Request) -> dict[str, str]:
    """Return the fields of a form, once each; nothing of one that cannot be read."""
    try:
        return singles(await read_form(request, MOST_FORM))
    except BadForm:
        return {}
