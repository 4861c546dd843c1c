"""The authorization response: query or form post, always with `iss`. RFC 6749 §4.1.2, RFC 9207 §2, Form Post Response Mode §2."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from idp.errors import OAuthError
from kit.urls import with_query
from kit.web.pages import Pages, origin_of, see_other


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    pages: Pages
    issuer: str

    def answer(self, request: Request, redirect_uri: str, mode: str, parameters: dict[str, str]) -> Response:
        """Send the parameters to a redirect URI that was checked."""
        complete = {name: value for name, value in parameters.items() if value} | {"iss": self.issuer}
        if mode == "form_post":
            context = {"target": redirect_uri, "parameters": complete}
            return self.pages.render(request, "idp/form-post.html", context, form_targets=(origin_of(redirect_uri),))
        return see_other(with_query(redirect_uri, complete))

    def error(self, request: Request, redirect_uri: str, mode: str, state: str, error: OAuthError) -> Response:
        parameters = {"error": error.code, "error_description": error.description, "state": state if len(state) <= 2048 else ""}
        return self.answer(request, redirect_uri, mode, parameters)
