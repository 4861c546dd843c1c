"""Signing keys: what signs, what only verifies; rotation and removal."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from admin.errors import Invalid
from admin.pages.act import Act
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.pages.words import KEY_STATES
from kit.web.pages import see_other


@dataclass(frozen=True, slots=True)
class KeyPages:
    frame: Frame

    async def index(self, visit: Visit) -> Response:
        keys = await self.frame.actions.keys.search(visit.operator)
        return self.frame.render(visit, "keys/list", "system", keys=keys, states=KEY_STATES, api_path="/admin/api/v1/keys")

    async def ask_rotate(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        act = Act(
            title={"id": "Ganti kunci tanda tangan?", "en": "Rotate the signing keys?"},
            name="ES256, RS256",
            code="",
            back="/admin/kunci",
            button={"id": "Ganti kunci", "en": "Rotate keys"},
            note={
                "id": "Kunci baru mulai menandatangani. Kunci lama tetap memeriksa token yang sudah terbit.",
                "en": "New keys begin to sign. The former ones go on verifying tokens already issued.",
            },
            danger=False,
        )
        return act.page(self.frame, visit, "system", problems)

    async def rotate(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.keys.rotate(visit.operator, None, reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_rotate(visit, told(error.problems, visit.language))
        return see_other("/admin/kunci")

    async def ask_remove(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        kid = visit.path["kid"]
        act = Act(
            title={"id": "Hapus kunci ini?", "en": "Remove this key?"},
            name=kid,
            code="",
            back="/admin/kunci",
            button={"id": "Hapus kunci", "en": "Remove key"},
            typed=kid,
            note={
                "id": "Semua token yang ditandatangani kunci ini langsung tidak berlaku.",
                "en": "Every token signed by this key stops being valid at once.",
            },
        )
        return act.page(self.frame, visit, "system", problems)

    async def remove(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.keys.remove(visit.operator, visit.path["kid"], typed=visit.form["name"], reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_remove(visit, told(error.problems, visit.language))
        return see_other("/admin/kunci")

    def handlers(self) -> Handlers:
        return {
            ("GET", "/admin/kunci"): self.index,
            ("GET", "/admin/kunci/ganti"): self.ask_rotate,
            ("POST", "/admin/kunci/ganti"): self.rotate,
            ("GET", "/admin/kunci/{kid}/hapus"): self.ask_remove,
            ("POST", "/admin/kunci/{kid}/hapus"): self.remove,
        }
