"""An application of the demonstration that signs people in with Gapura. It knows nothing of Gapura but its issuer.

Authorization code with PKCE, state and nonce (OpenID Connect Core §3.1, RFC 7636), the issuer of the answer checked (RFC 9207), sign-out
by RP-Initiated Logout 1.0.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.demo.child import ASSETS, answer, page, told
from hub.demo.tokens import Unbelievable, believe
from kit.json_depth import parse
from kit.outbound import client, read_limited
from kit.web.forms import BadForm, read_form, singles

KEPT = 500  # sign-ins and attempts that are remembered; the oldest is forgotten first


@dataclass(frozen=True)
class Attempt:
    state: str
    nonce: str
    verifier: str


@dataclass
class Party:
    name: str
    agency: str
    application: str
    services: list[dict[str, str]]  # label, scope
    issuer: str
    origin: str
    secret: str = field(repr=False)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    provider: dict[str, Any] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """A name of its own: browsers share cookies between the ports of one host."""
        return f"{self.application}-sesi"

    async def home(self, request: Request) -> Response:
        person = self.people.get(request.cookies.get(self.cookie, ""))
        return self._page("party.html", {"person": person})

    async def enter(self, request: Request) -> Response:
        """Begin an attempt; `layanan` chooses the service, and a portal that starts us names its issuer. Core §4."""
        if request.query_params.get("iss", self.issuer) != self.issuer:
            return self._page("party-error.html", {"what": "iss"}, 400)
        service = next((one for one in self.services if one["slug"] == request.query_params.get("layanan")), self.services[0])
        attempt = Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        handle = secrets.token_urlsafe(32)
        _remember(self.attempts, handle, attempt)
        digest = hashlib.sha256(attempt.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self.application,
            "redirect_uri": f"{self.origin}/kembali",
            "scope": service["scope"],
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        try:
            provider = await self._provider()
        except (httpx.HTTPError, ValueError):
            return self._page("party-error.html", {"what": "http"}, 502)
        response = RedirectResponse(f"{provider['authorization_endpoint']}?{urlencode(query)}", 303)
        response.set_cookie(f"{self.cookie}-masuk", handle, max_age=900, path="/", httponly=True, samesite="lax")
        return response

    async def arrive(self, request: Request) -> Response:
        """The answer belongs to this browser's own attempt, comes from our provider, and its ID token is genuine; else nobody enters."""
        given = request.query_params
        attempt = self.attempts.pop(request.cookies.get(f"{self.cookie}-masuk", ""), None)
        if attempt is None or not secrets.compare_digest(given.get("state", "").encode(), attempt.state.encode()):
            return self._page("party-error.html", {"what": "state"}, 400)
        if given.get("iss") != self.issuer:
            return self._page("party-error.html", {"what": "iss"}, 400)
        if "code" not in given:
            return self._page("party-error.html", {"what": given.get("error", "code")[:40]}, 400)
        try:
            person = await self._person(given["code"], attempt)
        except (httpx.HTTPError, KeyError, ValueError):
            return self._page("party-error.html", {"what": "http"}, 502)
        except Unbelievable as error:
            return self._page("party-error.html", {"what": str(error)}, 400)
        handle = secrets.token_urlsafe(32)
        self.people.pop(request.cookies.get(self.cookie, ""), None)
        _remember(self.people, handle, person)
        response = RedirectResponse("/", 303)
        response.set_cookie(self.cookie, handle, path="/", httponly=True, samesite="lax")
        response.delete_cookie(f"{self.cookie}-masuk", path="/")
        return response

    async def leave(self, request: Request) -> Response:
        """Forget the person here, then let the provider end its session too. The form proves that our own page sent it."""
        handle, target = request.cookies.get(self.cookie, ""), "/"
        person = self.people.get(handle)
        try:
            given = singles(await read_form(request, 4096)).get("csrf", "")
        except BadForm as error:
            return self._page("party-error.html", {"what": "form"}, error.status)
        if person is not None and not secrets.compare_digest(given.encode(), person["csrf"].encode()):
            return self._page("party-error.html", {"what": "csrf"}, 403)
        if person is not None:
            del self.people[handle]
            query = {"id_token_hint": person["id_token"], "post_logout_redirect_uri": f"{self.origin}/", "client_id": self.application}
            target = f"{self.provider['end_session_endpoint']}?{urlencode(query)}"
        response = RedirectResponse(target, 303)
        response.delete_cookie(self.cookie, path="/")
        return response

    async def _person(self, code: str, attempt: Attempt) -> dict[str, Any]:
        provider = await self._provider()
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self.origin}/kembali",
            "code_verifier": attempt.verifier,
        }
        tokens = await self._json("POST", provider["token_endpoint"], data=data, auth=(self.application, self.secret))
        keys = await self._json("GET", provider["jwks_uri"])
        claims = believe(tokens["id_token"], keys, issuer=self.issuer, client_id=self.application, nonce=attempt.nonce)
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        received = await self._json("GET", provider["userinfo_endpoint"], headers=bearer)
        if received.get("sub") != claims["sub"]:
            raise Unbelievable("sub")
        return {"claims": received, "id_token": tokens["id_token"], "acr": claims.get("acr", ""), "csrf": secrets.token_urlsafe(32)}

    async def _provider(self) -> dict[str, Any]:
        if not self.provider:
            found = await self._json("GET", f"{self.issuer}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise httpx.HTTPError("another issuer")
            self.provider.update(found)
        return self.provider

    async def _json(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        async with client(allow=[urlsplit(self.issuer).netloc]) as http, http.stream(method, url, **options) as response:
            body = await read_limited(response)
            response.raise_for_status()
        found: dict[str, Any] = parse(body)
        return found

    def _page(self, template: str, context: dict[str, Any], status: int = 200) -> Response:
        # A form's redirects count for form-action: signing out ends at the provider.
        return page(template, {"party": self, **context}, status=status, form_target=self.issuer)

    def routes(self) -> list[Route]:
        return [
            Route("/", self.home),
            Route("/masuk", self.enter, methods=["GET", "POST"]),
            Route("/kembali", self.arrive),
            Route("/keluar", self.leave, methods=["POST"]),
            *ASSETS.routes(),
        ]


def _remember(kept: dict[str, Any], handle: str, value: Any) -> None:
    kept[handle] = value
    while len(kept) > KEPT:
        del kept[next(iter(kept))]


def main() -> None:
    values = told()
    descriptor = values.pop("socket")
    answer(Starlette(routes=Party(**values).routes()), descriptor)


if __name__ == "__main__":
    main()
