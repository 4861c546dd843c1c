"""Secrets of a connector: made or entered, renewed with an overlap, shown once; and certificates with the day they end (SK-3, SK-7).

The proof of the operator is asked before the form is shown: a value that was typed is never kept to wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from admin.actions.lifecycle_models import SecretSet, SecretView
from admin.errors import Forbidden, Invalid, NotFound
from admin.pages.certificates import certificates_in
from admin.pages.connector_page import AT, ConnectorPage
from admin.pages.fields import Values
from admin.pages.frame import Handlers, Visit, told
from admin.pages.once import Once
from admin.pages.wizard import AT as DRAFTS
from admin.pages.wizard import Wizard
from admin.permissions import Permission, allowed
from kit.web.pages import see_other

Text = Mapping[str, str]
OVERLAPS: tuple[tuple[str, Text], ...] = (
    ("86400", {"id": "1 hari", "en": "1 day"}),
    ("604800", {"id": "7 hari", "en": "7 days"}),
    ("3600", {"id": "1 jam", "en": "1 hour"}),
    ("0", {"id": "Langsung berakhir, sesudah bocor", "en": "Ends at once, after a leak"}),
)


@dataclass(frozen=True, slots=True)
class SecretForms:
    page: ConnectorPage
    wizard: Wizard
    once: Once

    async def index(self, visit: Visit) -> Response:
        actions = self.page.frame.actions
        connector = await actions.connectors.get(visit.operator, visit.path["id"])
        return await self.page.part(
            visit,
            "secrets",
            secrets=await actions.lifecycle.secrets(visit.operator, connector.id),
            certificates=certificates_in(connector.settings),
            now=self.page.frame.clock.now(),
        )

    async def show(self, visit: Visit) -> Response:
        return await self._form(visit, visit.path["id"], f"/admin/konektor/{visit.path['id']}/kunci", "")

    async def save(self, visit: Visit) -> Response:
        return await self._save(visit, visit.path["id"], f"/admin/konektor/{visit.path['id']}/kunci", "")

    async def show_draft(self, visit: Visit) -> Response:
        connector, back = await self._of_draft(visit)
        return await self._form(visit, connector, back, f"{DRAFTS}/{visit.path['draft']}/rahasia")

    async def save_draft(self, visit: Visit) -> Response:
        connector, back = await self._of_draft(visit)
        return await self._save(visit, connector, back, f"{DRAFTS}/{visit.path['draft']}/rahasia")

    async def _of_draft(self, visit: Visit) -> tuple[str, str]:
        """Return whose secrets these are. A new draft whose id belongs to another connector has none."""
        draft = await self.wizard.draft(visit)
        snapshot = await self.page.frame.actions.desk.snapshot()
        wanted = draft.definition.id
        if not wanted or (wanted in snapshot.connectors and wanted != draft.connector):
            raise NotFound(visit.path["draft"])
        return wanted, f"{DRAFTS}/{draft.id}/sambungan"

    async def _form(self, visit: Visit, connector: str, back: str, base: str, problems: list[dict[str, str]] | None = None) -> Response:
        if not self._proved(visit):
            return await self._prove(visit)
        secret = await self._secret(visit, connector, drafted=bool(base))
        fresh = await self.once.take(visit.operator, visit.query("baru"))
        return self.page.frame.render(
            visit,
            "connectors/secret",
            "connectors",
            status=422 if problems else 200,
            errors=problems or [],
            secret=secret,
            connector_id=connector,
            fresh=fresh,
            back=back,
            save_at=f"{base or back}/{secret.name}",
            overlaps=OVERLAPS,
            values=Values([("overlap", visit.form["overlap"] or "86400")]),
        )

    async def _save(self, visit: Visit, connector: str, back: str, base: str) -> Response:
        if not self._proved(visit):
            return await self._prove(visit)
        if not visit.form["_do"]:  # come from the proof: now the form
            return await self._form(visit, connector, back, base)
        name, overlap = visit.path["name"], visit.form["overlap"]
        seconds = int(overlap) if overlap.isdecimal() and len(overlap) < 9 else -1
        try:
            made = await self._keep(visit, connector, name, seconds)
        except Invalid as error:
            return await self._form(visit, connector, back, base, told(error.problems, visit.language))
        if not made.value:
            return see_other(back)
        return see_other(f"{base or back}/{name}?baru={await self.once.keep(visit.operator, made.value)}")

    async def _keep(self, visit: Visit, connector: str, name: str, seconds: int) -> SecretSet:
        lifecycle = self.page.frame.actions.lifecycle
        if visit.form["_do"] == "make":
            return await lifecycle.make_secret(visit.operator, connector, name, overlap=seconds)
        return await lifecycle.set_secret(visit.operator, connector, name, visit.form["value"].strip(), overlap=seconds)

    async def _secret(self, visit: Visit, connector: str, *, drafted: bool) -> SecretView:
        secrets = await self.page.frame.actions.lifecycle.secrets(visit.operator, connector, drafted=drafted)
        found = next((one for one in secrets if one.name == visit.path["name"]), None)
        if found is None:
            raise NotFound(visit.path["name"])
        return found

    def _proved(self, visit: Visit) -> bool:
        if not allowed(visit.operator.roles, Permission.SECRET_CHANGE):
            raise Forbidden(Permission.SECRET_CHANGE)
        return visit.operator.confirmed(self.page.frame.clock.now())

    async def _prove(self, visit: Visit) -> Response:
        """Ask for password and code, and come back to the empty form."""
        path = visit.request.scope["path"]
        act = await self.page.frame.confirmation.hold(visit.operator.person, path, [], "")
        return see_other(f"/admin/konfirmasi/{act}")

    def handlers(self) -> Handlers:
        return {
            ("GET", f"{AT}/kunci"): self.index,
            ("GET", f"{AT}/kunci/{{name}}"): self.show,
            ("POST", f"{AT}/kunci/{{name}}"): self.save,
            ("GET", f"{DRAFTS}/{{draft}}/rahasia/{{name}}"): self.show_draft,
            ("POST", f"{DRAFTS}/{{draft}}/rahasia/{{name}}"): self.save_draft,
        }
