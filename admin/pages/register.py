"""Registering a new OpenID application, and a new version of a notice. An older application comes in by the wizard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from starlette.responses import Response

from admin.actions.applications import AUDIENCES
from admin.actions.drafts import ApplicationDraft, NoticeDraft
from admin.claims import scopes_for
from admin.errors import Invalid
from admin.pages import client_form
from admin.pages.applications import part_page
from admin.pages.fields import Values, flat, nested
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.pages.once import Once
from admin.pages.parse import field_problems
from admin.pages.words import BASES
from kit.web.pages import see_other

LINES = client_form.LINES
TICKS = ("required", *client_form.TICKS)
LISTS = ("claims", *client_form.LISTS)
PURPOSES = 4
GROUPS = (
    ("kependudukan", {"id": "Kependudukan", "en": "Identity and family papers"}),
    ("kesehatan", {"id": "Kesehatan", "en": "Health"}),
    ("bantuan-sosial", {"id": "Bantuan sosial", "en": "Social aid"}),
    ("surat-desa", {"id": "Surat dari desa", "en": "Village letters"}),
    ("izin-usaha", {"id": "Izin usaha", "en": "Business permits"}),
    ("pajak-retribusi", {"id": "Pajak dan retribusi", "en": "Taxes and charges"}),
    ("sekolah", {"id": "Sekolah", "en": "School and study"}),
    ("kerja-usaha", {"id": "Kerja dan usaha kecil", "en": "Jobs and small business"}),
    ("tani-ternak", {"id": "Tani dan ternak", "en": "Farming and livestock"}),
    ("rumah-lingkungan", {"id": "Rumah, kendaraan, dan lingkungan", "en": "Home, vehicle and environment"}),
    ("aduan-informasi", {"id": "Aduan dan informasi", "en": "Complaints and information"}),
    ("pegawai", {"id": "Aplikasi pegawai", "en": "Staff applications"}),
)


@dataclass(frozen=True, slots=True)
class RegisterPages:
    frame: Frame
    once: Once

    async def new_client(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        agencies = [a for a in await self.frame.actions.agencies.search(visit.operator) if a.valid_to is None]
        return self.frame.render(
            visit,
            "applications/new_client",
            "applications",
            status=422 if problems else 200,
            errors=problems or [],
            values=visit.form,
            agencies=agencies,
            audiences=AUDIENCES,
            **client_form.options(self.frame.actions.registrations.offered),
            **self._words(),
        )

    async def save_client(self, visit: Visit) -> Response:
        data = nested(visit.form, lines=LINES, ticks=TICKS, lists=LISTS)
        purposes = filled_purposes(data)
        data.setdefault("client", {})["scopes"] = sorted(scopes_for(_claims(purposes)))
        try:
            data["client"] = client_form.with_keys(data["client"], field="client.jwks")
            registered = await self.frame.actions.applications.register(visit.operator, _draft(data, purposes))
        except ValidationError as error:
            return await self.new_client(visit, told(field_problems(error), visit.language))
        except Invalid as error:
            return await self.new_client(visit, told(error.problems, visit.language))
        to = f"/admin/aplikasi/{registered.application.id}/kunci"
        return see_other(f"{to}?baru={await self.once.keep(visit.operator, registered.secret)}" if registered.secret else to)

    async def notice(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        """The form of a new text version, filled from the one that is current."""
        application = await self.frame.actions.applications.get(visit.operator, visit.path["id"])
        snapshot = await self.frame.actions.desk.snapshot()
        service = snapshot.service_for(application.id, visit.query("layanan") or visit.form["_service"] or None)
        current = snapshot.notice_for(service.slug) if service is not None else None
        draft = self.frame.actions.notices.draft_of(current) if current is not None else NoticeDraft()
        values = visit.form if visit.form.pairs else Values(flat({"notice": draft.model_dump(exclude_none=True)}, lists=LISTS))
        return part_page(
            self.frame,
            visit,
            "notice",
            application,
            snapshot,
            status=422 if problems else 200,
            errors=problems or [],
            values=values,
            service=service,
            current=current,
            **self._words(),
        )

    async def publish(self, visit: Visit) -> Response:
        data = nested(visit.form, ticks=TICKS, lists=LISTS)
        try:
            draft = NoticeDraft.model_validate({**data.get("notice", {}), "purposes": filled_purposes(data)})
            await self.frame.actions.notices.publish(visit.operator, visit.path["id"], visit.form["_service"], draft)
        except ValidationError as error:
            return await self.notice(visit, told(field_problems(error), visit.language))
        except Invalid as error:
            return await self.notice(visit, told(error.problems, visit.language))
        return see_other(f"/admin/aplikasi/{visit.path['id']}/data")

    def handlers(self) -> Handlers:
        return {
            ("GET", "/admin/aplikasi/baru"): self.new_client,
            ("POST", "/admin/aplikasi/baru"): self.save_client,
            ("GET", "/admin/aplikasi/{id}/pemberitahuan"): self.notice,
            ("POST", "/admin/aplikasi/{id}/pemberitahuan"): self.publish,
        }

    def _words(self) -> dict[str, Any]:
        catalogue = self.frame.actions.notices.catalogue
        return {"purposes": range(PURPOSES), "bases": BASES, "claims": catalogue, "groups": GROUPS}


def filled_purposes(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the purposes that were filled in: those with a title or a claim. Later blocks may stay empty."""
    listed = data.get("notice", {}).get("purposes", [])
    rows = listed if isinstance(listed, list) else []
    return [row for row in rows if isinstance(row, dict) and (row.get("title") or row.get("claims"))]


def _claims(purposes: list[dict[str, Any]]) -> frozenset[str]:
    return frozenset(claim for purpose in purposes for claim in purpose.get("claims", ()))


def _draft(data: Mapping[str, Any], purposes: list[dict[str, Any]]) -> ApplicationDraft:
    notice = {**data.get("notice", {}), "purposes": [{"required": False, **purpose} for purpose in purposes]}
    return ApplicationDraft.model_validate({"name": {}, "id": "", "agency": "", **data, "notice": notice})
