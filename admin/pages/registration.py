"""Client registration: the tokens that open it, the form that makes one, and the clients that came in that way."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError
from starlette.responses import Response

from admin.actions.drafts import RegistrationDraft
from admin.errors import Invalid, NotFound
from admin.pages.act import Act
from admin.pages.fields import Values, flat, nested
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.pages.once import Once
from admin.pages.parse import field_problems
from admin.permissions import Permission
from admin.routes import api_call
from idp.applications.models import PROFILES, Client
from kit.web.pages import see_other

AT = "/admin/pendaftaran"
LINES = ("redirect_hosts", "scopes")
LISTS = ("grant_types", "auth_methods")
TICKS = ("pkce_optional", "approve_logos")
SAMPLE = RegistrationDraft(title="", scopes=("openid", "name"))


@dataclass(frozen=True, slots=True)
class RegistrationPages:
    frame: Frame
    once: Once

    async def index(self, visit: Visit) -> Response:
        work = self.frame.actions.registrations
        snapshot = await self.frame.actions.desk.snapshot()
        return self.frame.render(
            visit,
            "registration/list",
            "system",
            tokens=await work.tokens(visit.operator),
            clients=await work.clients(visit.operator),
            applications=snapshot.applications,
            agencies=snapshot.agencies,
            fresh=await self.once.take(visit.operator, visit.query("baru")) if visit.may(Permission.REGISTRATION_OPEN) else "",
            api_call=api_call("GET", "/registration/tokens"),
        )

    async def form(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        snapshot = await self.frame.actions.desk.snapshot()
        offered = self.frame.actions.registrations.offered
        values = visit.form if visit.form.pairs else Values(flat(SAMPLE.model_dump(), lists=LISTS))
        return self.frame.render(
            visit,
            "registration/form",
            "system",
            status=422 if problems else 200,
            errors=problems or [],
            values=values,
            applications=sorted(snapshot.applications.values(), key=lambda one: one.name["id"].casefold()),
            agencies=sorted((a for a in snapshot.agencies.values() if a.valid_to is None), key=lambda one: one.short_name.casefold()),
            grants=sorted(offered.grants),
            methods=sorted(offered.auth_methods),
            profiles=PROFILES,
        )

    async def create(self, visit: Visit) -> Response:
        try:
            data = {"title": "", **nested(visit.form, lines=LINES, lists=LISTS, ticks=TICKS)}
            draft = RegistrationDraft.model_validate({"grant_types": (), "auth_methods": (), "scopes": (), **data})
            _, secret = await self.frame.actions.registrations.create(visit.operator, draft)
        except ValidationError as error:
            return await self.form(visit, told(field_problems(error), visit.language))
        except Invalid as error:
            return await self.form(visit, told(error.problems, visit.language))
        return see_other(f"{AT}?baru={await self.once.keep(visit.operator, secret)}")

    async def ask_revoke(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        found = next((one for one in await self.frame.actions.registrations.tokens(visit.operator) if one.id == visit.path["token"]), None)
        if found is None or found.revoked_at is not None:
            raise NotFound(visit.path["token"])
        act = Act(
            title={"id": "Cabut token pendaftaran ini?", "en": "Revoke this registration token?"},
            name=found.title,
            code=f"{found.prefix}…",
            back=AT,
            button={"id": "Cabut token", "en": "Revoke token"},
            impacts=(
                (found.quota - found.used, {"id": "pendaftaran tidak dapat dipakai lagi.", "en": "registrations cannot be used any more."}),
            ),
            note={
                "id": "Klien yang sudah terdaftar tetap berlaku. Hentikan satu per satu bila perlu.",
                "en": "Clients already registered stay. Disable them one by one where needed.",
            },
        )
        return act.page(self.frame, visit, "system", problems)

    async def revoke(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.registrations.revoke(visit.operator, visit.path["token"], reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_revoke(visit, told(error.problems, visit.language))
        return see_other(AT)

    async def ask_approve(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        client = await self._client(visit)
        act = Act(
            title={"id": "Setujui nama dan logo klien ini?", "en": "Approve this client's name and logo?"},
            name=client.name or client.client_id,
            code=client.client_id,
            back=AT,
            button={"id": "Setujui", "en": "Approve"},
            note={
                "id": "Pastikan nama ini tidak meniru instansi lain. Logo disalin ke alamat Gapura, lalu tampil di halaman masuk.",
                "en": "Make sure that the name imitates no agency. The logo is copied to Gapura and shown on the sign-in page.",
            },
            why=False,
            danger=False,
        )
        return act.page(self.frame, visit, "system", problems)

    async def approve(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.registrations.approve(visit.operator, visit.path["client"])
        except Invalid as error:
            return await self.ask_approve(visit, told(error.problems, visit.language))
        return see_other(AT)

    async def ask_disable(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        client = await self._client(visit)
        act = Act(
            title={"id": "Hentikan klien ini?", "en": "Disable this client?"},
            name=client.name or client.client_id,
            code=client.client_id,
            back=AT,
            button={"id": "Hentikan klien", "en": "Disable client"},
            note={
                "id": "Klien tidak dapat masuk dan tokennya ditolak dalam satu detik. Klien lain tetap berjalan.",
                "en": "The client cannot connect and its tokens are refused within a second. Other clients go on.",
            },
        )
        return act.page(self.frame, visit, "system", problems)

    async def ask_enable(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        client = await self._client(visit)
        act = Act(
            title={"id": "Buka kembali klien ini?", "en": "Enable this client again?"},
            name=client.name or client.client_id,
            code=client.client_id,
            back=AT,
            button={"id": "Buka klien", "en": "Enable client"},
            danger=False,
        )
        return act.page(self.frame, visit, "system", problems)

    async def disable(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.registrations.switch(visit.operator, visit.path["client"], False, reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_disable(visit, told(error.problems, visit.language))
        return see_other(AT)

    async def enable(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.registrations.switch(visit.operator, visit.path["client"], True, reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_enable(visit, told(error.problems, visit.language))
        return see_other(AT)

    async def _client(self, visit: Visit) -> Client:
        return await self.frame.actions.registrations.found(visit.path["client"])

    def handlers(self) -> Handlers:
        one = f"{AT}/klien/{{client}}"
        return {
            ("GET", AT): self.index,
            ("GET", f"{AT}/baru"): self.form,
            ("POST", f"{AT}/baru"): self.create,
            ("GET", f"{AT}/{{token}}/cabut"): self.ask_revoke,
            ("POST", f"{AT}/{{token}}/cabut"): self.revoke,
            ("GET", f"{one}/setujui"): self.ask_approve,
            ("POST", f"{one}/setujui"): self.approve,
            ("GET", f"{one}/henti"): self.ask_disable,
            ("POST", f"{one}/henti"): self.disable,
            ("GET", f"{one}/buka"): self.ask_enable,
            ("POST", f"{one}/buka"): self.enable,
        }
