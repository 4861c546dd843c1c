"""Applications: the list, and one application with its parts: summary, settings, data, keys, preview, history."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError
from starlette.responses import Response

from admin.actions.applications import AUDIENCES, Impact
from admin.actions.drafts import ApplicationEdit, ClientDraft
from admin.actions.trail import Filter
from admin.errors import Invalid
from admin.pages import client_form
from admin.pages.act import Act
from admin.pages.fields import Values, flat, nested
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.pages.parse import field_problems
from admin.pages.words import channel_names
from admin.routes import api_call
from idp.applications.models import Application, Client
from idp.applications.registry import Snapshot
from kit.web.pages import see_other


@dataclass(frozen=True, slots=True)
class ApplicationPages:
    frame: Frame

    async def index(self, visit: Visit) -> Response:
        wanted = {name: visit.query(name) for name in ("q", "instansi", "jenis", "keadaan", "setelah")}
        listing = await self.frame.actions.applications.search(
            visit.operator,
            q=wanted["q"],
            agency=wanted["instansi"],
            channel=wanted["jenis"],
            state={"buka": "on", "tutup": "off"}.get(wanted["keadaan"], ""),
            after=wanted["setelah"],
        )
        snapshot = await self.frame.actions.desk.snapshot()
        channels = sorted({a.channel for a in snapshot.applications.values()})
        return self.frame.render(
            visit,
            "applications/list",
            "applications",
            listing=listing,
            page=listing.items,
            wanted=wanted,
            agencies=snapshot.agencies,
            owners=sorted({a.agency for a in snapshot.applications.values()}),
            channels=channels,
            channel_names=channel_names(self.frame.actions.connectors.kinds),
            usable=snapshot.usable,
            snapshot=snapshot,
            api_call=api_call("GET", "/applications"),
        )

    async def summary(self, visit: Visit) -> Response:
        application, snapshot = await self._found(visit)
        rows = await self._history(visit, application, 5) if visit.may_read_audit else []
        return self._part(visit, "summary", application, snapshot, rows=rows)

    async def settings(self, visit: Visit, problems: list[dict[str, str]] | None = None, form: str = "") -> Response:
        application, snapshot = await self._found(visit)
        client = next(iter(snapshot.clients_of.get(application.id, ())), None)
        typed = visit.form if visit.form.pairs else None
        return self._part(
            visit,
            "settings",
            application,
            snapshot,
            status=422 if problems else 200,
            errors=problems or [],
            values=typed if typed is not None and form == "application" else Values(flat(_edit(application))),
            client_values=typed if typed is not None and form == "client" else _filled(client),
            audiences=AUDIENCES,
            **client_form.options(self.frame.actions.registrations.offered),
        )

    async def save(self, visit: Visit) -> Response:
        try:
            edit = ApplicationEdit.model_validate(nested(visit.form))
            await self.frame.actions.applications.change(visit.operator, visit.path["id"], edit, based_on=revision(visit))
        except ValidationError as error:
            return await self.settings(visit, told(field_problems(error), visit.language), "application")
        except Invalid as error:
            return await self.settings(visit, told(error.problems, visit.language), "application")
        return see_other(f"/admin/aplikasi/{visit.path['id']}/pengaturan")

    async def save_client(self, visit: Visit) -> Response:
        snapshot = await self.frame.actions.desk.snapshot()
        client = next(iter(snapshot.clients_of.get(visit.path["id"], ())), None)
        if client is None:
            return see_other(f"/admin/aplikasi/{visit.path['id']}/pengaturan")
        try:
            data = client_form.with_keys(nested(visit.form, lines=client_form.LINES, ticks=client_form.TICKS, lists=client_form.LISTS))
            draft = ClientDraft.model_validate({**client_form.keeps_keys(visit.form, client), **data})
            await self.frame.actions.clients.change(visit.operator, client.client_id, draft, based_on=revision(visit))
        except ValidationError as error:
            return await self.settings(visit, told(field_problems(error), visit.language), "client")
        except Invalid as error:
            return await self.settings(visit, told(error.problems, visit.language), "client")
        return see_other(f"/admin/aplikasi/{visit.path['id']}/pengaturan")

    async def data(self, visit: Visit) -> Response:
        application, snapshot = await self._found(visit)
        services = snapshot.by_application.get(application.id, ())
        notices = [(service, snapshot.notice_for(service.slug)) for service in services]
        return self._part(visit, "data", application, snapshot, notices=notices)

    async def history(self, visit: Visit) -> Response:
        application, snapshot = await self._found(visit)
        return self._part(visit, "history", application, snapshot, rows=await self._history(visit, application, 50))

    async def ask_disable(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        application, _ = await self._found(visit)
        impact = await self.frame.actions.applications.impact(visit.operator, application.id)
        return switch_act(application, impact).page(self.frame, visit, "applications", problems)

    async def disable(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.applications.disable(
                visit.operator, visit.path["id"], name=visit.form["name"], reason=visit.form["reason"]
            )
        except Invalid as error:
            return await self.ask_disable(visit, told(error.problems, visit.language))
        return see_other(f"/admin/aplikasi/{visit.path['id']}")

    async def ask_enable(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        application, _ = await self._found(visit)
        act = Act(
            title={"id": "Buka kembali aplikasi ini?", "en": "Enable this application again?"},
            name=application.name["id"],
            code=application.id,
            back=f"/admin/aplikasi/{application.id}",
            button={"id": "Buka aplikasi", "en": "Enable application"},
            danger=False,
        )
        return act.page(self.frame, visit, "applications", problems)

    async def enable(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.applications.enable(visit.operator, visit.path["id"], reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_enable(visit, told(error.problems, visit.language))
        return see_other(f"/admin/aplikasi/{visit.path['id']}")

    def handlers(self) -> Handlers:
        at = "/admin/aplikasi"
        return {
            ("GET", at): self.index,
            ("GET", f"{at}/{{id}}"): self.summary,
            ("GET", f"{at}/{{id}}/pengaturan"): self.settings,
            ("POST", f"{at}/{{id}}/pengaturan"): self.save,
            ("POST", f"{at}/{{id}}/sambungan"): self.save_client,
            ("GET", f"{at}/{{id}}/data"): self.data,
            ("GET", f"{at}/{{id}}/riwayat"): self.history,
            ("GET", f"{at}/{{id}}/henti"): self.ask_disable,
            ("POST", f"{at}/{{id}}/henti"): self.disable,
            ("GET", f"{at}/{{id}}/buka"): self.ask_enable,
            ("POST", f"{at}/{{id}}/buka"): self.enable,
        }

    async def _found(self, visit: Visit) -> tuple[Application, Snapshot]:
        application = await self.frame.actions.applications.get(visit.operator, visit.path["id"])
        return application, await self.frame.actions.desk.snapshot()

    async def _history(self, visit: Visit, application: Application, limit: int) -> list[object]:
        rows: list[object] = []
        for kind in ("application", "client", "connector"):
            rows += await self.frame.actions.trail.search(visit.operator, Filter(subject=f"{kind}:{application.id}"), limit=limit)
        return sorted(rows, key=lambda row: -row.seq)[:limit]  # type: ignore[attr-defined] # ChainedEntry

    def _part(
        self, visit: Visit, part: str, application: Application, snapshot: Snapshot, *, status: int = 200, **context: object
    ) -> Response:
        return part_page(self.frame, visit, part, application, snapshot, status=status, **context)


def part_page(
    frame: Frame, visit: Visit, part: str, application: Application, snapshot: Snapshot, *, status: int = 200, **context: object
) -> Response:
    """Return one part of an application's page, under its head and tabs."""
    common = {
        "application": application,
        "agency": snapshot.agencies.get(application.agency),
        "usable": snapshot.usable(application.id),
        "client": next(iter(snapshot.clients_of.get(application.id, ())), None),
        "connector": snapshot.connector_of.get(application.id),
        "services": snapshot.by_application.get(application.id, ()),
        "channel_names": channel_names(frame.actions.connectors.kinds),
        "part": part,
        "api_call": api_call("GET", "/applications/{app_id}", app_id=application.id),
    }
    return frame.render(visit, f"applications/{part}", "applications", status=status, **{**common, **context})


def switch_act(application: Application, impact: Impact, at: str = "/admin/aplikasi") -> Act:
    return Act(
        title={"id": "Hentikan aplikasi ini?", "en": "Disable this application?"},
        name=application.name["id"],
        code=application.id,
        back=f"{at}/{application.id}",
        button={"id": "Hentikan aplikasi", "en": "Disable application"},
        impacts=(
            (impact.services, {"id": "layanan tidak dapat dimasuki.", "en": "services cannot be entered."}),
            (impact.connectors, {"id": "konektor berhenti.", "en": "connectors stop."}),
            (0, {"id": "izin terhapus. Catatan izin tetap disimpan.", "en": "consents are deleted. The record stays."}),
        ),
        typed=application.name["id"],
        note={
            "id": "Semua yang sedang masuk dikeluarkan dalam satu detik. Aplikasi dapat dibuka lagi kapan saja.",
            "en": "Everyone signed in is put out within a second. The application can be enabled again at any time.",
        },
    )


def revision(visit: Visit) -> int:
    """Return the revision the form was made from; 0, which is never current, when it is not a number."""
    text = visit.form["_revision"]
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _edit(application: Application) -> dict[str, object]:
    return {
        "name": dict(application.name),
        "home_url": application.home_url,
        "initiate_login_uri": application.initiate_login_uri,
        "events_uri": application.events_uri,
        "audience": application.audience,
    }


def _filled(client: Client | None) -> Values:
    return Values(flat(client_form.filled(client), lists=client_form.LISTS) if client is not None else [])
