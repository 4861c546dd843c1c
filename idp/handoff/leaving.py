"""An older system asks that a person be signed out everywhere.

At once when it proved to be itself and means this session, else after asking her.

What the system asked is kept by the house while the person is asked, so that nothing of it travels through her browser (LO-02, LO-04).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.contract import Connector
from connectors.front_door import Leave
from idp.applications.models import Application
from idp.applications.registry import Registry
from idp.error_pages import ErrorPages
from idp.sessions.models import Session
from idp.sessions.service import Sessions
from idp.signout.farewells import row_key
from idp.signout.page import SignedOutPage
from idp.signout.service import WAIT_SECONDS, SignOut
from idp.signout.store import SessionClientStore
from kit.expiring import ExpiringStore, Put
from kit.secrets import digest, new_secret
from kit.web.forms import BadForm, read_form, singles
from kit.web.pages import Pages, origin_of, see_other

PATH = "/keluar/aplikasi"
KEPT_SECONDS = 600


@dataclass(frozen=True)
class Leaving:
    sessions: Sessions
    signout: SignOut
    clients: SessionClientStore
    registry: Registry
    pages: Pages
    signed_out: SignedOutPage
    errors: ErrorPages
    store: ExpiringStore

    async def begin(self, request: Request, kind: str, leave: Leave, *, deferred: bool) -> Response:
        """Keep what is asked and go on at our own address: a POST from elsewhere came without our cookie, and a GET may ask again."""
        connector = leave.connector.id if leave.connector is not None else ""
        asked = {**asdict(leave), "connector": connector, "kind": kind, "settings": _mark(leave.connector)}
        if not deferred and await self.sessions.peek(request) is None:
            return self._go(request, asked)  # nobody is signed in: there is nothing to ask, and nothing is kept for strangers
        name = new_secret()
        await self.store.put(Put(f"leave:{digest(name)}", orjson.dumps(asked), KEPT_SECONDS))
        return see_other(f"{PATH}?lanjut={name}")

    async def show(self, request: Request) -> Response:
        name = request.query_params.get("lanjut", "")
        asked = await self._asked(name)
        if asked is None:
            return self.errors.message(request, "expired", status=410)
        session = await self.sessions.current(request)
        if session is None:
            return await self._onward(request, name, asked)
        if asked["genuine"]:
            if asked["handle"] and not await self._is_of(session, asked):
                return await self._onward(request, name, asked)  # another person, or another sign-in, has this browser now
            return await self._end(request, session, name, asked)
        context = {"client": None, "parameters": {"lanjut": name}, "application": self._application(asked), "action": PATH}
        targets = (origin_of(asked["onward"]),) if asked["onward"] else ()
        return self.pages.render(request, "idp/sign-out.html", context, form_targets=targets)

    async def confirm(self, request: Request) -> Response:
        try:
            form = singles(await read_form(request))
        except BadForm as error:
            return self.errors.message(request, "bad_form", status=error.status)
        if not self.pages.genuine(request, form.get("csrf", "")):
            return self.errors.message(request, "not_genuine", status=403)
        asked = await self._asked(form.get("lanjut", ""))
        session = await self.sessions.current(request)
        if asked is None:
            return self.errors.message(request, "expired", status=410)
        if session is None:
            return await self._onward(request, form["lanjut"], asked)
        return await self._end(request, session, form["lanjut"], asked)

    async def _end(self, request: Request, session: Session, name: str, asked: Mapping[str, str]) -> Response:
        if asked["handle"]:  # it knows already, and waits for our answer
            await self.clients.forget(session.id, row_key(asked["connector"], asked["handle"]))
        report = await self.signout.end(session, actor=f"person:{session.person}", wait=WAIT_SECONDS)
        await self.store.delete(f"leave:{digest(name)}")
        stands = self._still_stands(asked)
        onward = (
            "" if not stands else asked["onward"] if not report.unsure and not report.waiting else asked["onward_partly"] or asked["onward"]
        )
        if not onward or report.frames:
            return self.signed_out.render(request, report, application=self._application(asked), onward=onward or None)
        response = see_other(onward)
        self.signed_out.leave(request, response)
        return response

    async def _onward(self, request: Request, name: str, asked: Mapping[str, str]) -> Response:
        await self.store.delete(f"leave:{digest(name)}")
        return self._go(request, asked)

    def _go(self, request: Request, asked: Mapping[str, str]) -> Response:
        if asked["onward"] and self._still_stands(asked):
            return see_other(asked["onward"])
        return self.signed_out.render(request, None, application=self._application(asked))

    def _still_stands(self, asked: Mapping[str, str]) -> bool:
        """True while the connector is as it was when its kind judged the address: nobody is sent to one that was taken off since."""
        connector = self.registry.now.connectors.get(asked["connector"])
        usable = connector is not None and connector.enabled and self.registry.now.usable(connector.application)
        return usable and _mark(connector) == asked["settings"]

    async def _is_of(self, session: Session, asked: Mapping[str, str]) -> bool:
        key = row_key(asked["connector"], asked["handle"])
        return any(row.client_id == key for row in await self.clients.of_session(session.id))

    async def _asked(self, name: str) -> Mapping[str, str] | None:
        raw = await self.store.get(f"leave:{digest(name)}") if 40 <= len(name) <= 64 else None
        return orjson.loads(raw) if raw is not None else None

    def _application(self, asked: Mapping[str, str]) -> Application | None:
        connector = self.registry.now.connectors.get(asked["connector"])
        return self.registry.now.applications.get(connector.application) if connector is not None else None

    def routes(self) -> list[Route]:
        return [Route(PATH, self.show, methods=["GET"]), Route(PATH, self.confirm, methods=["POST"])]


def _mark(connector: Connector | None) -> str:
    return digest(connector.settings.model_dump_json()) if connector is not None else ""
