"""The authorization response: query or form post, always with `iss`, or signed as one JWT.

RFC 6749 §4.1.2, RFC 9207 §2, Form Post Response Mode §2, JARM §2.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from idp.applications.models import Client
from idp.errors import OAuthError
from idp.keys.schedule import KeySchedule
from kit.clock import Clock
from kit.urls import with_query
from kit.web.pages import Pages, origin_of, see_other

SIGNED_MODES = ("form_post.jwt", "jwt", "query.jwt")  # JARM §2.3; jwt is query.jwt for a code
MODES = ("form_post", "form_post.jwt", "jwt", "query", "query.jwt")
SIGNED_SECONDS = 300  # JARM §2.1: ten minutes at most


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    pages: Pages
    keys: KeySchedule
    issuer: str
    clock: Clock

    def answer(self, request: Request, client: Client, redirect_uri: str, mode: str, parameters: dict[str, str]) -> Response:
        """Send the parameters to a redirect URI that was checked."""
        complete = {name: value for name, value in parameters.items() if value} | {"iss": self.issuer}
        if mode in SIGNED_MODES:
            complete = {"response": self._signed(client, complete)}
        if mode.startswith("form_post"):
            context = {"target": redirect_uri, "parameters": complete}
            return self.pages.render(request, "idp/form-post.html", context, form_targets=(origin_of(redirect_uri),))
        return see_other(with_query(redirect_uri, complete))

    def error(self, request: Request, client: Client, redirect_uri: str, mode: str, state: str, error: OAuthError) -> Response:
        parameters = {"error": error.code, "error_description": error.description, "state": state if len(state) <= 2048 else ""}
        return self.answer(request, client, redirect_uri, mode, parameters)

    def _signed(self, client: Client, parameters: dict[str, str]) -> str:
        """Return all parameters as one JWT for this client. JARM §2.1, §2.2."""
        claims = {**parameters, "aud": client.client_id, "exp": self.clock.now() + SIGNED_SECONDS}
        return self.keys.signer.sign(claims, client.authorization_alg)
