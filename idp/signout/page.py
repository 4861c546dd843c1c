"""The page after signing out: what became of each application, truthfully (UX SO-1); it loads the front-channel addresses.

OpenID Connect Front-Channel Logout 1.0 §3. The frames may come only from the origins of this session's clients, and may not move our
page. Where an application waits for the person, the page goes on without script as soon as it is loaded, which is when its frames are
(HTML, "shared declarative refresh steps").
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from idp.applications.models import Application
from idp.sessions import browser_state
from idp.sessions.service import COOKIE
from idp.signout.service import SignOutReport
from kit.web.pages import Pages, origin_of


@dataclass(frozen=True, slots=True)
class SignedOutPage:
    pages: Pages

    def render(
        self, request: Request, report: SignOutReport | None, *, application: Application | None = None, onward: str | None = None
    ) -> Response:
        """Return the page, without session cookie. `onward` is a registered address to which the page goes on after the frames."""
        frames = report.frames if report is not None else ()
        context = {
            "report": report,
            "application": application,
            "way_back": (application.initiate_login_uri or application.home_url) if application is not None else None,
            "frames": frames,
            "onward": onward,
        }
        origins = " ".join(sorted({origin_of(frame) for frame in frames}))
        response = self.pages.render(request, "idp/signed-out.html", context, extra_csp=f"frame-src {origins}" if origins else "")
        self.leave(request, response)
        return response

    def leave(self, request: Request, response: Response) -> None:
        """Take from the browser what belonged to its session."""
        self.pages.cookies.clear(response, COOKIE)
        browser_state.forget(self.pages.cookies, request, response)
