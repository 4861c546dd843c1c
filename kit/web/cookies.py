"""Cookies: `__Host-` names over https; the same name without the prefix only for http on localhost, where browsers refuse the prefix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from starlette.requests import HTTPConnection
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class CookieJar:
    """How this deployment sets cookies. `secure` is false only for an http issuer on localhost."""

    secure: bool

    def name(self, base: str) -> str:
        return f"__Host-{base}" if self.secure else base

    def read(self, request: HTTPConnection, base: str) -> str:
        return request.cookies.get(self.name(base), "")

    def set(self, response: Response, base: str, value: str, max_age: int | None = None) -> None:
        """Set a cookie: HttpOnly, SameSite=Lax, Path=/, no Domain. Without `max_age` (seconds) it ends with the browser."""
        response.set_cookie(self.name(base), value, max_age=max_age, path="/", secure=self.secure, httponly=True, samesite="lax")

    def clear(self, response: Response, base: str) -> None:
        response.delete_cookie(self.name(base), path="/", secure=self.secure, httponly=True, samesite="lax")

    def set_readable(self, response: Response, base: str, value: str) -> None:
        """Set a cookie that scripts may read, ours inside another site's page too. Never for a secret: it ends with the browser."""
        samesite: Literal["none", "lax"] = "none" if self.secure else "lax"  # browsers take None only together with Secure
        response.set_cookie(self.name(base), value, path="/", secure=self.secure, httponly=False, samesite=samesite)

    def clear_readable(self, response: Response, base: str) -> None:
        response.delete_cookie(self.name(base), path="/", secure=self.secure, httponly=False, samesite="none" if self.secure else "lax")
