"""The mark of the browser that began: a cookie at the application's own host, whose digest travels through sign-in into the ticket.

Without it a ticket would sign in whoever opens it, and somebody could make another person act in his name by sending her his own (FA-12).
Each mark has a cookie name of its own, made of its digest, so that two tabs that begin in the same moment keep both; whoever begins later
uses the mark that is there.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from kit.secrets import digest, new_secret
from kit.web.cookies import CookieJar

COOKIE = "gapura-m"
MARK_SECONDS = 7200  # longer than people take to sign in and read a notice; every start makes it last anew
MARK = 43  # characters of a secret, and of its digest


@dataclass(frozen=True, slots=True)
class Marks:
    cookies: CookieJar

    def of(self, request: Request, connector: str) -> str:
        """Return the mark of this browser at this host, a new one if it has none."""
        start = self.cookies.name(f"{COOKIE}-{connector}-")
        for name, value in request.cookies.items():
            if name.startswith(start) and len(value) == MARK and name == self.cookies.name(_cookie(connector, digest(value))):
                return value
        return new_secret()

    def give(self, response: Response, connector: str, mark: str) -> None:
        self.cookies.set(response, _cookie(connector, digest(mark)), mark, max_age=MARK_SECONDS)

    def holds(self, request: Request, connector: str, began: str) -> bool:
        """True when this browser holds the mark with the digest `began`."""
        mark = self.cookies.read(request, _cookie(connector, began))
        return len(mark) == MARK and digest(mark) == began


def _cookie(connector: str, began: str) -> str:
    return f"{COOKIE}-{connector}-{began[:8]}"
