"""The page before a person is erased for good: what goes, what stays, and the beginning of her id to type."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from admin.errors import Invalid
from admin.pages.act import Act
from admin.pages.frame import Frame, Handlers, Visit, told
from kit.web.pages import see_other

NOTE = {
    "id": "Nama, NIK, nomor HP, email, kata sandi, dan semua cara masuk dihapus dan tidak dapat dikembalikan. Catatan izin, pembagian "
    "data, dan riwayat tetap ada dengan kode acak ini saja, sebagai bukti. Cadangan (backup) lama masih memuat data ini sampai masanya "
    "habis.",
    "en": "Name, NIK, phone, e-mail, password and every way to sign in are destroyed and cannot be brought back. The record of consents, "
    "disclosures and acts stays under this random id alone, as proof. Older backups hold the data until they expire.",
}


@dataclass(frozen=True, slots=True)
class ErasurePages:
    frame: Frame

    async def ask(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        person = visit.path["person"]
        profile = await self.frame.actions.people.profile(visit.operator, person)
        records = await self.frame.actions.erasure.records(visit.operator, person)
        act = Act(
            title={"id": "Hapus data warga ini untuk selamanya?", "en": "Erase this person for good?"},
            name=profile.name,
            code=profile.id,
            back=f"/admin/warga/{profile.id}",
            button={"id": "Hapus untuk selamanya", "en": "Erase for good"},
            impacts=(
                (len(profile.sessions), {"id": "sesi berakhir.", "en": "sessions end."}),
                (records, {"id": "izin berakhir.", "en": "consents end."}),
            ),
            note=NOTE,
            typed=self.frame.actions.erasure.typed_for(profile.id),
        )
        return act.page(self.frame, visit, "people", problems)

    async def erase(self, visit: Visit) -> Response:
        person = visit.path["person"]
        try:
            await self.frame.actions.erasure.erase(visit.operator, person, typed=visit.form["name"], reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask(visit, told(error.problems, visit.language))
        return see_other(f"/admin/warga/{person}")

    def handlers(self) -> Handlers:
        at = "/admin/warga/{person}/hapus"
        return {("GET", at): self.ask, ("POST", at): self.erase}
