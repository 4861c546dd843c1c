"""Keys and secrets of one application: shown once, two at a time."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from admin.errors import Invalid, NotFound
from admin.pages.act import Act
from admin.pages.applications import part_page
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.pages.once import Once
from idp.applications.models import Client
from kit.web.pages import see_other


@dataclass(frozen=True, slots=True)
class SecretPages:
    frame: Frame
    once: Once
    issuer: str

    async def show(self, visit: Visit) -> Response:
        application = await self.frame.actions.applications.get(visit.operator, visit.path["id"])
        fresh = await self.once.take(visit.operator, visit.query("baru"))
        snapshot = await self.frame.actions.desk.snapshot()
        return part_page(self.frame, visit, "keys", application, snapshot, fresh=fresh, issuer=self.issuer)

    async def ask_rotate(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        client = await self._client(visit)
        act = Act(
            title={"id": "Buat rahasia klien baru?", "en": "Create a new client secret?"},
            name=client.client_id,
            code=client.client_id,
            back=f"/admin/aplikasi/{visit.path['id']}/kunci",
            button={"id": "Buat rahasia baru", "en": "Create new secret"},
            impacts=(
                (max(0, len(client.secrets) - 1), {"id": "rahasia lama langsung berakhir.", "en": "older secrets end at once."}),
                (min(1, len(client.secrets)), {"id": "rahasia lama tetap berlaku.", "en": "former secrets stay valid."}),
            ),
            why=False,
            danger=False,
        )
        return act.page(self.frame, visit, "applications", problems)

    async def rotate(self, visit: Visit) -> Response:
        client = await self._client(visit)
        secret = await self.frame.actions.clients.rotate_secret(visit.operator, client.client_id)
        return see_other(f"/admin/aplikasi/{visit.path['id']}/kunci?baru={await self.once.keep(visit.operator, secret)}")

    async def ask_revoke(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        client = await self._client(visit)
        prefix = visit.path["prefix"]
        if all(secret.prefix != prefix for secret in client.secrets):
            raise NotFound(prefix)
        act = Act(
            title={"id": "Hapus rahasia ini?", "en": "Remove this secret?"},
            name=f"{prefix}…",
            code=client.client_id,
            back=f"/admin/aplikasi/{visit.path['id']}/kunci",
            button={"id": "Hapus rahasia", "en": "Remove secret"},
            impacts=((len(client.secrets) - 1, {"id": "rahasia tersisa.", "en": "secrets remain."}),),
            note={
                "id": "Aplikasi yang masih memakainya tidak dapat masuk. Token yang sudah terbit ikut mati.",
                "en": "Whoever still uses it cannot connect. Tokens already issued die too.",
            },
        )
        return act.page(self.frame, visit, "applications", problems)

    async def revoke(self, visit: Visit) -> Response:
        client = await self._client(visit)
        try:
            await self.frame.actions.clients.revoke_secret(
                visit.operator, client.client_id, visit.path["prefix"], reason=visit.form["reason"]
            )
        except Invalid as error:
            return await self.ask_revoke(visit, told(error.problems, visit.language))
        return see_other(f"/admin/aplikasi/{visit.path['id']}/kunci")

    def handlers(self) -> Handlers:
        at = "/admin/aplikasi/{id}/kunci"
        return {
            ("GET", at): self.show,
            ("GET", f"{at}/ganti"): self.ask_rotate,
            ("POST", f"{at}/ganti"): self.rotate,
            ("GET", f"{at}/{{prefix}}/hapus"): self.ask_revoke,
            ("POST", f"{at}/{{prefix}}/hapus"): self.revoke,
        }

    async def _client(self, visit: Visit) -> Client:
        await self.frame.actions.applications.get(visit.operator, visit.path["id"])
        snapshot = await self.frame.actions.desk.snapshot()
        client = next(iter(snapshot.clients_of.get(visit.path["id"], ())), None)
        if client is None:
            raise NotFound(visit.path["id"])
        return client
