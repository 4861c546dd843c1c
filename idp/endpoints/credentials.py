"""The Authorization header of a request: one, or none. Two of them could be read differently by two programs (RFC 9110 §11.6.2, §5.3)."""

from __future__ import annotations

from starlette.requests import Request

from idp.errors import InvalidRequest


def authorization_of(request: Request) -> str:
    """Return the Authorization header, empty when there is none; raise InvalidRequest for more than one (UI-02, TK-07)."""
    found = request.headers.getlist("authorization")
    if len(found) > 1:
        raise InvalidRequest("send one Authorization header")
    return found[0] if found else ""
