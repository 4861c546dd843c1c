"""The browser's state in words that an application can watch: it changes when somebody signs in or out here, and says nothing else.

OpenID Connect Session Management 1.0 §2, §3. The cookie is made for browsers that meet a client which uses it, and for no others.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from idp.sessions.models import Session
from kit.secrets import digest, new_id
from kit.web.cookies import CookieJar
from kit.web.pages import origin_of

COOKIE = "gapura-t"


def state_of(session: Session) -> str:
    """Return the state while this session lives. Another session has another one; nobody finds the session from it."""
    return digest(f"browser-state:{session.id}")


def session_state(client_id: str, redirect_uri: str, session: Session) -> str:
    """Return `session_state` for one client at the origin of its redirect URI. §2: a salted hash, the salt behind a dot."""
    salt = new_id()
    return f"{digest(f'{client_id} {origin_of(redirect_uri)} {state_of(session)} {salt}')}.{salt}"


def show(cookies: CookieJar, request: Request, response: Response, session: Session) -> None:
    """Give the browser the state of its session, where it has another or none."""
    state = state_of(session)
    if cookies.read(request, COOKIE) != state:
        cookies.set_readable(response, COOKIE, state)


def renew(cookies: CookieJar, request: Request, response: Response, session: Session) -> None:
    """Change the state in a browser that has one: somebody signed in."""
    if cookies.read(request, COOKIE):
        show(cookies, request, response, session)


def forget(cookies: CookieJar, request: Request, response: Response) -> None:
    """Take the state away from a browser that has one: nobody is signed in any more."""
    if cookies.read(request, COOKIE):
        cookies.clear_readable(response, COOKIE)
