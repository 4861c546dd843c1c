"""`/logout`: an application asks us to sign the person out. OpenID Connect RP-Initiated Logout 1.0.

Silent only with a genuine ID token hint of this very session; everything else is asked first (LO-02, LO-04, UX SO-4).
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from idp.applications.models import Application, Client
from idp.applications.registry import Registry
from idp.error_pages import ErrorPages
from idp.keys.schedule import KeySchedule
from idp.keys.signer import BadToken
from idp.sessions.models import Session
from idp.sessions.service import Sessions
from idp.signout.page import SignedOutPage
from idp.signout.service import WAIT_SECONDS, SignOut
from idp.tokens.id_token import claims_of_hint
from kit.expiring import ExpiringStore, Put
from kit.secrets import digest, new_secret, same
from kit.urls import with_query
from kit.web.forms import BadForm, pairs_of, read_form, singles
from kit.web.pages import Pages, origin_of, see_other

MAX_STATE = 2048
KEPT_AS = "lanjut"
KEPT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A parsed request. `client` and `target` are set only when they were proved: hint ours, URI registered for its client."""

    client: Client | None
    sid: str
    target: str | None
    state: str

    @property
    def location(self) -> str | None:
        if self.target is None:
            return None
        return with_query(self.target, {"state": self.state}) if self.state else self.target


@dataclass(frozen=True)
class LogoutEndpoint:
    sessions: Sessions
    signout: SignOut
    registry: Registry
    keys: KeySchedule
    pages: Pages
    signed_out: SignedOutPage
    errors: ErrorPages
    store: ExpiringStore

    async def __call__(self, request: Request) -> Response:
        try:
            parameters = singles(pairs_of(request.scope["query_string"].decode("latin-1")))
            if request.method == "POST":
                parameters |= singles(await read_form(request))
        except BadForm as error:
            return self.errors.message(request, "bad_form", status=error.status)
        confirmed = request.method == "POST" and parameters.get("keluar") == "ya"
        if request.method == "POST" and not confirmed:
            return await self._come_back(parameters)
        if KEPT_AS in parameters:
            raw = await self.store.get(f"logout:{digest(parameters[KEPT_AS])}")
            parameters = orjson.loads(raw) if raw is not None else {}
        asked = self.read(parameters)
        session = await self.sessions.current(request)
        if session is None:
            if asked.location:
                return see_other(asked.location)
            return self.signed_out.render(request, None, application=self._application(asked.client))
        if confirmed:
            if not self.pages.genuine(request, parameters.get("csrf", "")):
                return self.errors.message(request, "not_genuine", status=403)
            return await self._end(request, session, asked)
        if asked.client is not None and same(asked.sid, session.sid_for(self.registry.now.sector_of(asked.client))):
            return await self._end(request, session, asked)
        context = {"client": asked.client, "parameters": self._kept(parameters), "application": self._application(asked.client)}
        targets = (origin_of(asked.target),) if asked.target is not None else ()
        return self.pages.render(request, "idp/sign-out.html", context, form_targets=targets)

    async def _come_back(self, parameters: dict[str, str]) -> Response:
        """Keep an application's POST and ask the browser to come again by GET: only then does it bring its session cookie."""
        name = new_secret()
        await self.store.put(Put(f"logout:{digest(name)}", orjson.dumps(self._kept(parameters)), KEPT_SECONDS))
        return see_other(f"/logout?{KEPT_AS}={name}")

    def read(self, parameters: dict[str, str]) -> LogoutRequest:
        """Return what is proved; an expired hint counts, a forged one is nothing. RP-Initiated Logout §2."""
        client, sid = None, ""
        hint = parameters.get("id_token_hint", "")
        if hint:
            try:
                claims = claims_of_hint(self.keys.signer, hint)
                client = self.registry.now.clients.get(str(claims.get("aud", "")))
                sid = str(claims.get("sid", ""))
            except BadToken:
                client = None
        if client is not None and not (client.enabled and self.registry.now.usable(client.application)):
            client, sid = None, ""  # switched off or removed: nobody is sent to its addresses any more (PR-10)
        if client is not None and parameters.get("client_id", client.client_id) != client.client_id:
            client, sid = None, ""
        uri = parameters.get("post_logout_redirect_uri", "")
        target = uri if client is not None and uri in client.post_logout_redirect_uris else None
        state = parameters.get("state", "")
        return LogoutRequest(client, sid, target, state if len(state) <= MAX_STATE else "")

    async def _end(self, request: Request, session: Session, asked: LogoutRequest) -> Response:
        """Sign out. Nobody who is to be sent on waits for applications that answer slowly."""
        actor = f"person:{session.person}"
        report = await self.signout.end(session, actor=actor, wait=0.0 if asked.location else WAIT_SECONDS)
        if asked.location is None or report.frames:
            return self.signed_out.render(request, report, application=self._application(asked.client), onward=asked.location)
        response = see_other(asked.location)
        self.signed_out.leave(request, response)
        return response

    def _application(self, client: Client | None) -> Application | None:
        return self.registry.now.applications.get(client.application) if client is not None else None

    @staticmethod
    def _kept(parameters: dict[str, str]) -> dict[str, str]:
        names = ("id_token_hint", "post_logout_redirect_uri", "state", "client_id")
        return {name: parameters[name] for name in names if name in parameters}

    def routes(self) -> list[Route]:
        return [Route("/logout", self.__call__, methods=["GET", "POST"])]
