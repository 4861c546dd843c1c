"""The console's first page: what needs attention, the checklist, and what one's role may do. Also tokens, proof and sign-out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.responses import Response
from starlette.routing import compile_path

from admin.errors import Invalid, NotFound
from admin.pages.fields import Values
from admin.pages.frame import Frame, Handler, Handlers, Visit, told
from admin.pages.once import Once
from admin.permissions import ROLE_NAMES, TABLE, Permission
from admin.routes import api_call
from kit.audit import AuditEvent, Entry
from kit.web.pages import see_other

PERMISSION_NAMES = {
    Permission.CONSOLE: {"id": "Membuka konsol", "en": "Open the console"},
    Permission.OWN_TOKENS: {"id": "Membuat token API sendiri", "en": "Make one's own API tokens"},
    Permission.AGENCY_READ: {"id": "Melihat instansi", "en": "See agencies"},
    Permission.AGENCY_CHANGE: {"id": "Mengubah instansi", "en": "Change agencies"},
    Permission.AGENCY_SUSPEND: {"id": "Menghentikan instansi", "en": "Suspend agencies"},
    Permission.APPLICATION_READ: {"id": "Melihat aplikasi", "en": "See applications"},
    Permission.APPLICATION_CHANGE: {"id": "Mengubah aplikasi", "en": "Change applications"},
    Permission.APPLICATION_SWITCH: {"id": "Menghentikan aplikasi", "en": "Disable applications"},
    Permission.SECRET_CHANGE: {"id": "Mengganti rahasia klien", "en": "Rotate client secrets"},
    Permission.REGISTRATION_READ: {"id": "Melihat pendaftaran klien", "en": "See client registration"},
    Permission.REGISTRATION_OPEN: {"id": "Membuka pendaftaran klien", "en": "Open client registration"},
    Permission.CONNECTOR_READ: {"id": "Melihat konektor", "en": "See connectors"},
    Permission.CONNECTOR_CHANGE: {"id": "Mengubah konektor", "en": "Change connectors"},
    Permission.CONNECTOR_DRAFT: {"id": "Menyiapkan rancangan konektor", "en": "Draft connectors"},
    Permission.CONNECTOR_PROBE: {"id": "Menguji sambungan konektor", "en": "Test connections of connectors"},
    Permission.NOTICE_PUBLISH: {"id": "Menerbitkan pemberitahuan", "en": "Publish notices"},
    Permission.PREVIEW: {"id": "Mencoba dengan warga uji", "en": "Preview with test people"},
    Permission.PERSON_FIND: {"id": "Mencari warga", "en": "Find people"},
    Permission.CONSENT_READ: {"id": "Melihat catatan izin seorang warga", "en": "See one person's consent record"},
    Permission.PERSON_READ: {"id": "Membuka profil tersamar", "en": "Open masked profiles"},
    Permission.SESSION_END: {"id": "Mengakhiri sesi warga", "en": "End people's sessions"},
    Permission.PERSON_CHANGE: {"id": "Membekukan akun", "en": "Lock accounts"},
    Permission.PERSON_ERASE: {"id": "Menghapus data warga untuk selamanya", "en": "Erase a person for good"},
    Permission.ROLE_CHANGE: {"id": "Mengatur peran", "en": "Set roles"},
    Permission.AUDIT_READ: {"id": "Membaca audit", "en": "Read the audit"},
    Permission.AUDIT_VERIFY: {"id": "Memeriksa rantai audit", "en": "Verify the audit chain"},
    Permission.AUDIT_EXPORT: {"id": "Mengunduh audit", "en": "Export the audit"},
    Permission.SIGNOUT_READ: {"id": "Melihat pesan keluar", "en": "See sign-out messages"},
    Permission.SIGNOUT_RETRY: {"id": "Mengirim lagi pesan keluar", "en": "Send sign-out messages again"},
    Permission.DUTY_READ: {"id": "Melihat tenggat kewajiban", "en": "See deadlines of duties"},
    Permission.DUTY_SETTLE: {"id": "Menyatakan kewajiban selesai", "en": "Settle duties"},
    Permission.REGISTER_READ: {"id": "Membaca catatan pemrosesan", "en": "Read the register of processing"},
    Permission.INCIDENT_READ: {"id": "Melihat insiden data", "en": "See data incidents"},
    Permission.INCIDENT_CHANGE: {"id": "Mencatat insiden data", "en": "Report data incidents"},
    Permission.INCIDENT_PUBLISH: {"id": "Memberi tahu warga dan lembaga", "en": "Tell people and the authority"},
    Permission.INCIDENT_REVEAL: {"id": "Membuka identitas warga terdampak", "en": "Open who is affected"},
    Permission.KEY_READ: {"id": "Melihat kunci", "en": "See keys"},
    Permission.KEY_CHANGE: {"id": "Mengganti kunci", "en": "Rotate keys"},
}


@dataclass(frozen=True, slots=True)
class HomePages:
    frame: Frame
    once: Once
    issuer: str

    async def home(self, visit: Visit) -> Response:
        """What needs attention; whoever sees no application begins at the deadlines."""
        if not visit.may(Permission.APPLICATION_READ):
            return see_other("/admin/tenggat")
        snapshot = await self.frame.actions.desk.snapshot()
        now = self.frame.clock.now()
        stopped = [a for a in snapshot.applications.values() if not snapshot.usable(a.id)]
        soon = [
            (client, secret)
            for client in snapshot.clients.values()
            for secret in client.secrets
            if secret.expires_at is not None and secret.expires_at < now + 30 * 86400
        ]
        exempt = [client for client in snapshot.clients.values() if client.enabled and client.may_omit_pkce]
        waiting = [client for client in await self.frame.actions.registrations.clients(visit.operator) if client.to_approve]
        keys = await self.frame.actions.keys.search(visit.operator)
        rows = await self.frame.actions.desk.stores.audit.search(event=AuditEvent.SIGNED_IN, limit=1)
        signing = any(k.state == "active" for k in keys)
        checks = (
            ("issuer", True, {"id": "Alamat penerbit", "en": "Issuer address"}, self.issuer, ""),
            (
                "keys",
                signing,
                {"id": "Kunci tanda tangan", "en": "Signing keys"},
                str(len(keys)),
                "/admin/kunci",
            ),
            (
                "agency",
                bool(snapshot.agencies),
                {"id": "Instansi pertama", "en": "First agency"},
                str(len(snapshot.agencies)),
                "/admin/instansi/baru",
            ),
            (
                "application",
                bool(snapshot.applications),
                {"id": "Aplikasi pertama", "en": "First application"},
                str(len(snapshot.applications)),
                "/admin/aplikasi/baru",
            ),
            ("sign_in", bool(rows), {"id": "Tes masuk pertama", "en": "First sign-in"}, "", "/"),
        )
        return self.frame.render(
            visit,
            "home",
            "home",
            stopped=stopped,
            soon=soon,
            exempt=exempt,
            waiting=waiting,
            checks=checks,
            applications=snapshot.applications,
            agencies=snapshot.agencies,
        )

    async def rights(self, visit: Visit) -> Response:
        rows = [
            (PERMISSION_NAMES[permission], visit.may(permission), [ROLE_NAMES[role] for role in ROLE_NAMES if role in roles])
            for permission, roles in TABLE.items()
        ]
        return self.frame.render(visit, "rights", "home", rows=rows)

    async def tokens(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        tokens = await self.frame.actions.tokens.search(visit.operator)
        fresh = await self.once.take(visit.operator, visit.query("baru"))
        return self.frame.render(
            visit,
            "tokens",
            "system",
            status=422 if problems else 200,
            tokens=tokens,
            fresh=fresh,
            errors=problems or [],
            values=visit.form,
            api_call=api_call("GET", "/tokens"),
        )

    async def create_token(self, visit: Visit) -> Response:
        days = visit.form["days"]
        try:
            _, secret = await self.frame.actions.tokens.create(
                visit.operator, title=visit.form["title"], days=int(days) if days.isdigit() and len(days) < 4 else 0
            )
        except Invalid as error:
            return await self.tokens(visit, told(error.problems, visit.language))
        return see_other(f"/admin/token?baru={await self.once.keep(visit.operator, secret)}")

    async def revoke_token(self, visit: Visit) -> Response:
        await self.frame.actions.tokens.revoke(visit.operator, visit.path["token"])
        return see_other("/admin/token")

    async def signed_out(self, visit: Visit) -> Response:
        return self.frame.pages.render(visit.request, "admin/signed_out.html", {})

    async def sign_out(self, visit: Visit) -> Response:
        response = see_other("/admin/keluar")
        person = await self.frame.operators.end(visit.request, response)
        if person:
            now = self.frame.clock.now()
            await self.frame.actions.desk.stores.audit.append(
                Entry(AuditEvent.OPERATOR_SIGNED_OUT, f"operator:{person}", f"person:{person}", now)
            )
        return response

    def handlers(self) -> Handlers:
        return {
            ("GET", "/admin"): self.home,
            ("GET", "/admin/hak"): self.rights,
            ("GET", "/admin/token"): self.tokens,
            ("POST", "/admin/token"): self.create_token,
            ("POST", "/admin/token/{token}/cabut"): self.revoke_token,
            ("GET", "/admin/keluar"): self.signed_out,
            ("POST", "/admin/keluar"): self.sign_out,
        }


@dataclass(frozen=True, slots=True)
class ProofPages:
    """Password and code again; then the act that waited is carried out as it was typed."""

    frame: Frame

    async def ask(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        pending = await self.frame.confirmation.pending(visit.operator.person, visit.path["act"])
        if pending is None:
            raise NotFound("act")
        return self.frame.render(
            visit,
            "confirm",
            "",
            status=422 if problems else 200,
            errors=problems or [],
            act=visit.path["act"],
            back=pending.path,
        )

    async def prove(self, visit: Visit, handlers: Handlers) -> Response:
        confirmation = self.frame.confirmation
        pending = await confirmation.pending(visit.operator.person, visit.path["act"])
        if pending is None:
            raise NotFound("act")
        try:
            await confirmation.prove(visit.operator.person, visit.form["password"], visit.form["code"], origin=visit.operator.origin)
        except Invalid as error:
            return await self.ask(visit, told(error.problems, visit.language))
        if not await confirmation.release(pending.id):
            raise NotFound("act")
        marker = Response()
        if not await self.frame.operators.confirm(visit.request, marker):
            return see_other("/admin")
        response = await self._carry_on(visit, handlers, pending.path, Values(pending.form))
        for name, value in marker.raw_headers:
            if name == b"set-cookie":
                response.raw_headers.append((name, value))
        return response

    async def _carry_on(self, visit: Visit, handlers: Handlers, path: str, form: Values) -> Response:
        found = match(handlers, path)
        if found is None:
            raise NotFound(path)
        handler, parts = found
        operator = replace(visit.operator, confirmed_at=self.frame.clock.now())
        return await self.frame.carry_out(handler, Visit(visit.request, operator, parts, form), path)


def match(handlers: Handlers, path: str) -> tuple[Handler, dict[str, str]] | None:
    """Return the POST handler of a path and the parts of the path."""
    for (method, pattern), handler in sorted(handlers.items(), key=lambda item: "{" in item[0][1]):
        if method == "POST":
            regex, _, _ = compile_path(pattern)
            hit = regex.match(path)
            if hit:
                return handler, dict(hit.groupdict())
    return None
