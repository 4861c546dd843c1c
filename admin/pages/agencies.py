"""Agencies: list, one agency with its applications, the form, and the switch."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError
from starlette.responses import Response

from admin.actions.agencies import KINDS
from admin.actions.drafts import AgencyDraft
from admin.errors import Invalid
from admin.pages.act import Act
from admin.pages.fields import Values, flat, nested
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.pages.parse import field_problems
from admin.routes import api_call
from kit.web.pages import see_other

PAGE = 25


@dataclass(frozen=True, slots=True)
class AgencyPages:
    frame: Frame

    async def index(self, visit: Visit) -> Response:
        q = visit.query("q")
        found = await self.frame.actions.agencies.search(visit.operator, q=q)
        after = visit.query("setelah")
        start = next((n + 1 for n, a in enumerate(found) if a.code == after), 0)
        page = found[start : start + PAGE]
        more = page[-1].code if start + PAGE < len(found) else ""
        snapshot = await self.frame.actions.desk.snapshot()
        counts = {a.code: sum(1 for x in snapshot.applications.values() if x.agency == a.code) for a in page}
        return self.frame.render(
            visit,
            "agencies/list",
            "agencies",
            agencies=page,
            total=len(found),
            start=start,
            more=more,
            q=q,
            counts=counts,
            api_call=api_call("GET", "/agencies"),
        )

    async def show(self, visit: Visit) -> Response:
        code = visit.path["code"]
        agency = await self.frame.actions.agencies.get(visit.operator, code)
        applications = await self.frame.actions.agencies.applications(visit.operator, code)
        snapshot = await self.frame.actions.desk.snapshot()
        return self.frame.render(
            visit,
            "agencies/agency",
            "agencies",
            agency=agency,
            applications=applications,
            parent=snapshot.agencies.get(agency.parent or ""),
            usable=snapshot.usable,
            api_call=api_call("GET", "/agencies/{code}", code=code),
        )

    async def form(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        code = visit.path.get("code", "")
        agency = await self.frame.actions.agencies.get(visit.operator, code) if code else None
        values = visit.form if visit.form.pairs else Values(flat(_draft(agency)) if agency is not None else [])
        agencies = await self.frame.actions.agencies.search(visit.operator)
        return self.frame.render(
            visit,
            "agencies/form",
            "agencies",
            status=422 if problems else 200,
            agency=agency,
            values=values,
            errors=problems or [],
            kinds=KINDS,
            agencies=agencies,
        )

    async def save(self, visit: Visit) -> Response:
        actions = self.frame.actions.agencies
        code = visit.path.get("code", "")
        try:
            draft = AgencyDraft.model_validate(nested(visit.form) | ({"code": code} if code else {}))
            agency = await actions.change(visit.operator, code, draft) if code else await actions.create(visit.operator, draft)
        except ValidationError as error:
            return await self.form(visit, told(field_problems(error), visit.language))
        except Invalid as error:
            return await self.form(visit, told(error.problems, visit.language))
        return see_other(f"/admin/instansi/{agency.code}")

    async def ask_suspend(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        agency = await self.frame.actions.agencies.get(visit.operator, visit.path["code"])
        applications = await self.frame.actions.agencies.applications(visit.operator, agency.code)
        act = Act(
            title={"id": "Hentikan semua aplikasi instansi ini?", "en": "Stop every application of this agency?"},
            name=agency.name["id"],
            code=agency.code,
            back=f"/admin/instansi/{agency.code}",
            button={"id": "Hentikan instansi", "en": "Suspend agency"},
            impacts=(
                (len(applications), {"id": "aplikasi berhenti menerima warga.", "en": "applications stop taking people."}),
                (0, {"id": "izin terhapus. Catatan izin tetap disimpan.", "en": "consents are deleted. The record stays."}),
            ),
            typed=agency.name["id"],
        )
        return act.page(self.frame, visit, "agencies", problems)

    async def suspend(self, visit: Visit) -> Response:
        code = visit.path["code"]
        try:
            await self.frame.actions.agencies.suspend(visit.operator, code, name=visit.form["name"], reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_suspend(visit, told(error.problems, visit.language))
        return see_other(f"/admin/instansi/{code}")

    async def ask_resume(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        agency = await self.frame.actions.agencies.get(visit.operator, visit.path["code"])
        act = Act(
            title={"id": "Buka kembali instansi ini?", "en": "Resume this agency?"},
            name=agency.name["id"],
            code=agency.code,
            back=f"/admin/instansi/{agency.code}",
            button={"id": "Buka instansi", "en": "Resume agency"},
            danger=False,
        )
        return act.page(self.frame, visit, "agencies", problems)

    async def resume(self, visit: Visit) -> Response:
        code = visit.path["code"]
        try:
            await self.frame.actions.agencies.resume(visit.operator, code, reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_resume(visit, told(error.problems, visit.language))
        return see_other(f"/admin/instansi/{code}")

    def handlers(self) -> Handlers:
        at = "/admin/instansi"
        return {
            ("GET", at): self.index,
            ("GET", f"{at}/baru"): self.form,
            ("POST", f"{at}/baru"): self.save,
            ("GET", f"{at}/{{code}}"): self.show,
            ("GET", f"{at}/{{code}}/ubah"): self.form,
            ("POST", f"{at}/{{code}}/ubah"): self.save,
            ("GET", f"{at}/{{code}}/henti"): self.ask_suspend,
            ("POST", f"{at}/{{code}}/henti"): self.suspend,
            ("GET", f"{at}/{{code}}/buka"): self.ask_resume,
            ("POST", f"{at}/{{code}}/buka"): self.resume,
        }


def _draft(agency: object) -> dict[str, object]:
    names = ("code", "name", "short_name", "kind", "parent", "valid_from", "valid_to", "phone", "phone_display", "hours", "line")
    found = {name: getattr(agency, name) for name in names}
    return {name: dict(value) if name in ("name", "hours", "line") else value for name, value in found.items()}
