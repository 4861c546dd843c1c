"""`/_gapura/akun`: where a signed-in person enters her old user name and password once, or has them forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from connectors.apps.form_login.judge import Outcome
from connectors.paths import plain_or
from hub.bridge.entering import Entering
from hub.bridge.errors import OlderDown, OlderTooLarge, Refused, SignInUnclear
from hub.bridge.pages import BridgePages
from hub.bridge.upstream import Older
from hub.bridge.visit import Visit
from idp.vault import SERVICE
from kit.expiring import ExpiringStore
from kit.web.forms import BadForm, read_form, singles
from kit.web.pages import see_other

PATH = "/_gapura/akun"
MOST_TRIES, TRIES_WINDOW = 5, 3600  # of one person at one older system: it may lock her out there
MOST_TYPED = 200
MOST_BACK = 900


@dataclass(frozen=True, slots=True)
class Linking:
    entering: Entering
    pages: BridgePages
    store: ExpiringStore

    async def serve(self, request: Request, visit: Visit, older: Older) -> Response:
        if visit.owner == SERVICE:
            raise Refused("not_found", 404)
        if request.method in ("GET", "HEAD"):
            held = await self.entering.vault.of(visit.connector.id, visit.owner)
            back = self._back(visit, request.query_params.get("kembali", ""))
            return self.pages.link(
                request, visit.connector, why="refused" if held and held.refused_at else "", back=back, has=held is not None
            )
        if request.method != "POST":
            raise Refused("method_not_allowed", 405)
        try:
            form = singles(await read_form(request, 16_384))
        except BadForm as error:
            raise Refused("too_large" if error.status == 413 else "not_genuine", error.status) from None
        if not self.pages.genuine(request, visit.connector, form.get("csrf", "")):
            raise Refused("not_genuine", 403)
        if form.get("langkah") == "hapus":
            await self.entering.unlink(visit)
            return see_other(PATH)
        if visit.settings.linking != "citizen":
            raise Refused("not_allowed", 403)
        return await self._link(request, visit, older, form)

    async def _link(self, request: Request, visit: Visit, older: Older, form: dict[str, str]) -> Response:
        back = self._back(visit, form.get("kembali", ""))
        username, password = form.get("pengguna", "").strip(), form.get("sandi", "")
        why = await self._tried(visit, older, username, password)
        if not why:
            return see_other(visit.settings.base_url + back)
        held = await self.entering.vault.of(visit.connector.id, visit.owner)
        status = {"empty": 400, "wait": 429, "unclear": 503}.get(why, 422)
        return self.pages.link(request, visit.connector, why=why, back=back, has=held is not None, status=status)

    async def _tried(self, visit: Visit, older: Older, username: str, password: str) -> str:
        """Return why it was not kept; empty: the older system took it."""
        if not username or not password or len(username) > MOST_TYPED or len(password) > MOST_TYPED:
            return "empty"
        if await self.store.increment(f"older-tries:{visit.connector.id}:{visit.owner}", TRIES_WINDOW) > MOST_TRIES:
            return "wait"
        try:
            outcome = await self.entering.link(visit, older, username, password)
        except (OlderDown, OlderTooLarge, SignInUnclear):
            return "unclear"
        return {Outcome.ACCEPTED: "", Outcome.REFUSED: "wrong", Outcome.UNCLEAR: "unclear"}[outcome]

    @staticmethod
    def _back(visit: Visit, wanted: str) -> str:
        return plain_or(visit.settings.start_path, wanted) if len(wanted) <= MOST_BACK else visit.settings.start_path
