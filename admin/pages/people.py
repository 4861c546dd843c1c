"""People: exact search with a reason, the masked profile, sessions, state and roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.responses import Response

from admin.actions.people import REASONS
from admin.errors import Invalid, NotFound
from admin.pages.act import Act
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.pages.words import STATES
from admin.permissions import ROLE_NAMES
from admin.routes import api_call
from idp.people.models import Role, Status
from kit.web.pages import see_other

STATUS_WORDS = {
    Status.LOCKED: (
        {"id": "Bekukan akun ini?", "en": "Lock this account?"},
        {"id": "Bekukan akun", "en": "Lock account"},
        {
            "id": "Semua sesi berakhir. Tidak ada yang dapat masuk dulu.",
            "en": "All sessions end. Nobody can sign in until then.",
        },
    ),
    Status.DISABLED: (
        {"id": "Nonaktifkan akun ini?", "en": "Disable this account?"},
        {"id": "Nonaktifkan akun", "en": "Disable account"},
        {"id": "Semua sesi berakhir. Akun tidak dapat dipakai.", "en": "All sessions end. The account cannot be used."},
    ),
    Status.ACTIVE: (
        {"id": "Buka akun ini?", "en": "Open this account?"},
        {"id": "Buka akun", "en": "Open account"},
        {"id": "Warga dapat masuk lagi dengan cara masuk yang lama.", "en": "The person can sign in again as before."},
    ),
}


@dataclass(frozen=True, slots=True)
class PeoplePages:
    frame: Frame

    async def search(self, visit: Visit, problems: list[dict[str, str]] | None = None, found: list[str] | None = None) -> Response:
        return self.frame.render(
            visit,
            "people/search",
            "people",
            status=422 if problems else 200,
            errors=problems or [],
            values=visit.form,
            reasons=REASONS,
            found=found,
            api_call=api_call("POST", "/people/search"),
        )

    async def find(self, visit: Visit) -> Response:
        """Answer with the one profile, or say that there is none, or let the operator choose among a shared phone's accounts."""
        try:
            found = await self.frame.actions.people.find(
                visit.operator, visit.form["value"], reason=visit.form["reason"], case=visit.form["case"]
            )
        except Invalid as error:
            return await self.search(visit, told(error.problems, visit.language))
        if len(found) == 1:
            return see_other(f"/admin/warga/{found[0]}")
        return await self.search(visit, found=found)

    async def person(self, visit: Visit) -> Response:
        profile = await self.frame.actions.people.profile(visit.operator, visit.path["person"], visit.language)
        return self.frame.render(
            visit,
            "people/person",
            "people",
            person=profile,
            states=STATES,
            own=profile.id == visit.operator.person,
            api_call=api_call("GET", "/people/{person}", person=profile.id),
        )

    async def close(self, visit: Visit) -> Response:
        await self.frame.actions.people.close_access(visit.operator, visit.path["person"])
        return see_other("/admin/warga")

    async def end_session(self, visit: Visit) -> Response:
        await self.frame.actions.people.end_session(visit.operator, visit.path["person"], visit.path["session"])
        return see_other(f"/admin/warga/{visit.path['person']}")

    async def ask_end_all(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        profile = await self.frame.actions.people.profile(visit.operator, visit.path["person"])
        act = Act(
            title={"id": "Keluarkan dari semua perangkat?", "en": "End all sessions?"},
            name=profile.name,
            code=profile.id,
            back=f"/admin/warga/{profile.id}",
            button={"id": "Keluarkan semua", "en": "End all sessions"},
            impacts=((len(profile.sessions), {"id": "sesi berakhir.", "en": "sessions end."}),),
        )
        return act.page(self.frame, visit, "people", problems)

    async def end_all(self, visit: Visit) -> Response:
        person = visit.path["person"]
        try:
            await self.frame.actions.people.end_all_sessions(visit.operator, person, reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_end_all(visit, told(error.problems, visit.language))
        return see_other(f"/admin/warga/{person}")

    async def ask_status(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        status = _status(visit)
        profile = await self.frame.actions.people.profile(visit.operator, visit.path["person"])
        title, button, note = STATUS_WORDS[status]
        act = Act(
            title=title,
            name=profile.name,
            code=profile.id,
            back=f"/admin/warga/{profile.id}",
            button=button,
            impacts=((len(profile.sessions), {"id": "sesi berakhir.", "en": "sessions end."}),) if status is not Status.ACTIVE else (),
            note=note,
            danger=status is not Status.ACTIVE,
        )
        return act.page(self.frame, visit, "people", problems)

    async def set_status(self, visit: Visit) -> Response:
        person = visit.path["person"]
        try:
            await self.frame.actions.people.set_status(visit.operator, person, _status(visit), reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_status(visit, told(error.problems, visit.language))
        return see_other(f"/admin/warga/{person}")

    async def roles(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        profile = await self.frame.actions.people.profile(visit.operator, visit.path["person"])
        return self.frame.render(
            visit,
            "people/roles",
            "people",
            status=422 if problems else 200,
            person=profile,
            errors=problems or [],
            values=visit.form,
            agencies=[a for a in await self.frame.actions.agencies.search(visit.operator) if a.valid_to is None],
            all_roles=ROLE_NAMES,
        )

    async def grant(self, visit: Visit) -> Response:
        person = visit.path["person"]
        try:
            await self.frame.actions.roles.grant(
                visit.operator,
                person,
                _role(visit.form["role"]),
                agency=visit.form["agency"] or None,
                valid_until=_end_of_day(visit.form["valid_until"]),
                reason=visit.form["reason"],
            )
        except Invalid as error:
            return await self.roles(visit, told(error.problems, visit.language))
        return see_other(f"/admin/warga/{person}")

    async def ask_revoke(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        profile = await self.frame.actions.people.profile(visit.operator, visit.path["person"])
        role, agency = _role_path(visit)
        act = Act(
            title={"id": f"Cabut peran {ROLE_NAMES[role]['id']}?", "en": f"Take the role {ROLE_NAMES[role]['en']}?"},
            name=profile.name,
            code=agency or "",
            back=f"/admin/warga/{profile.id}",
            button={"id": "Cabut peran", "en": "Revoke role"},
        )
        return act.page(self.frame, visit, "people", problems)

    async def revoke(self, visit: Visit) -> Response:
        person = visit.path["person"]
        role, agency = _role_path(visit)
        try:
            await self.frame.actions.roles.revoke(visit.operator, person, role, agency=agency, reason=visit.form["reason"])
        except Invalid as error:
            return await self.ask_revoke(visit, told(error.problems, visit.language))
        return see_other(f"/admin/warga/{person}")

    def handlers(self) -> Handlers:
        at = "/admin/warga"
        one = f"{at}/{{person}}"
        return {
            ("GET", at): self.search,
            ("POST", at): self.find,
            ("GET", one): self.person,
            ("POST", f"{one}/tutup"): self.close,
            ("POST", f"{one}/sesi/{{session}}"): self.end_session,
            ("GET", f"{one}/keluarkan"): self.ask_end_all,
            ("POST", f"{one}/keluarkan"): self.end_all,
            ("GET", f"{one}/keadaan/{{status}}"): self.ask_status,
            ("POST", f"{one}/keadaan/{{status}}"): self.set_status,
            ("GET", f"{one}/peran"): self.roles,
            ("POST", f"{one}/peran"): self.grant,
            ("GET", f"{one}/peran/{{role}}/cabut"): self.ask_revoke,
            ("POST", f"{one}/peran/{{role}}/cabut"): self.revoke,
        }


def _status(visit: Visit) -> Status:
    try:
        status = Status(visit.path["status"])
    except ValueError as error:
        raise NotFound(visit.path["status"]) from error
    if status not in STATUS_WORDS:
        raise NotFound(status)
    return status


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError as error:
        raise NotFound(text) from error


def _role_path(visit: Visit) -> tuple[Role, str | None]:
    """A grant is named `role` or `role@AGENCY` in the address."""
    role, _, agency = visit.path["role"].partition("@")
    return _role(role), agency or None


def _end_of_day(text: str) -> int | None:
    """Return the end of an ISO day in UTC seconds; None for an empty field; 0, which is always past, for nonsense."""
    if not text:
        return None
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) + 86399
    except ValueError:
        return 0
