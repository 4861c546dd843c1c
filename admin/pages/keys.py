"""Signing keys: what signs, what only verifies; rotation, rotation back, and removal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from admin.errors import Invalid
from admin.pages.act import Act
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.pages.words import KEY_STATES
from admin.routes import api_call
from kit.web.pages import see_other

HOME = "/admin/kunci"
Problems = list[dict[str, str]] | None
AT_ONCE: Mapping[str, str] = {
    "id": "Ganti sekarang juga, walau kunci berikut belum sehari terbit",
    "en": "At once, although the next key has not been published for a day",
}


@dataclass(frozen=True, slots=True)
class KeyPages:
    frame: Frame

    async def index(self, visit: Visit) -> Response:
        keys = await self.frame.actions.keys.search(visit.operator)
        former = {key.alg: key.kid for key in sorted(keys, key=lambda key: key.changed_at) if key.state == "retiring"}
        return self.frame.render(
            visit, "keys/list", "system", keys=keys, former=set(former.values()), states=KEY_STATES, api_call=api_call("GET", "/keys")
        )

    async def ask_rotate(self, visit: Visit, problems: Problems = None) -> Response:
        act = Act(
            title={"id": "Ganti kunci tanda tangan?", "en": "Rotate the signing keys?"},
            name="ES256, RS256, PS256, EdDSA, ES512",
            code="",
            back=HOME,
            button={"id": "Ganti kunci", "en": "Rotate keys"},
            note={
                "id": "Kunci berikut mulai menandatangani. Kunci lama tetap memeriksa token yang sudah terbit.",
                "en": "The next keys begin to sign. The former ones go on verifying tokens already issued.",
            },
            option=("at_once", AT_ONCE),
            danger=False,
        )
        return act.page(self.frame, visit, "system", problems)

    async def rotate(self, visit: Visit) -> Response:
        try:
            at_once = visit.form.has("at_once", "on")
            await self.frame.actions.keys.rotate(visit.operator, None, reason=visit.form["reason"], at_once=at_once)
        except Invalid as error:
            return await self.ask_rotate(visit, told(error.problems, visit.language))
        return see_other(HOME)

    async def ask_roll_back(self, visit: Visit, problems: Problems = None) -> Response:
        act = Act(
            title={"id": "Kembali ke kunci sebelumnya?", "en": "Return to the former key?"},
            name=visit.path["alg"],
            code="",
            back=HOME,
            button={"id": "Pakai kunci sebelumnya", "en": "Use the former key"},
            note={
                "id": "Kunci sebelumnya menandatangani lagi. Kunci sekarang tetap terbit, jadi tokennya tetap berlaku.",
                "en": "The former key signs again. The present one stays published, so its tokens stay good.",
            },
            danger=False,
        )
        return act.page(self.frame, visit, "system", problems)

    async def roll_back(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.keys.roll_back(visit.operator, visit.path["alg"], reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_roll_back(visit, told(error.problems, visit.language))
        return see_other(HOME)

    async def ask_remove(self, visit: Visit, problems: Problems = None) -> Response:
        kid = visit.path["kid"]
        act = Act(
            title={"id": "Hapus kunci ini?", "en": "Remove this key?"},
            name=kid,
            code="",
            back=HOME,
            button={"id": "Hapus kunci", "en": "Remove key"},
            typed=kid,
            note={
                "id": "Semua token yang ditandatangani kunci ini langsung tidak berlaku. Bila perlu, kunci lain menggantikannya.",
                "en": "Every token signed by this key stops being valid at once. Another key takes its place where needed.",
            },
        )
        return act.page(self.frame, visit, "system", problems)

    async def remove(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.keys.remove(visit.operator, visit.path["kid"], typed=visit.form["name"], reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_remove(visit, told(error.problems, visit.language))
        return see_other(HOME)

    def handlers(self) -> Handlers:
        return {
            ("GET", "/admin/kunci"): self.index,
            ("GET", "/admin/kunci/ganti"): self.ask_rotate,
            ("POST", "/admin/kunci/ganti"): self.rotate,
            ("GET", "/admin/kunci/{alg}/kembali"): self.ask_roll_back,
            ("POST", "/admin/kunci/{alg}/kembali"): self.roll_back,
            ("GET", "/admin/kunci/{kid}/hapus"): self.ask_remove,
            ("POST", "/admin/kunci/{kid}/hapus"): self.remove,
        }
