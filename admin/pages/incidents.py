"""Data incidents: the three days that run, whom they concern, the three fields, and what is told to whom (UU 27/2022 Pasal 46)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError
from starlette.responses import Response

from admin.actions.incidents import IncidentDraft, name_of
from admin.errors import Invalid
from admin.pages.act import Act
from admin.pages.fields import Values
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.pages.parse import field_problems
from admin.pages.processing import download
from admin.routes import api_call
from consent.incidents import HEADINGS, WORDS, Incident, authority_letter, citizen_notice, countdown, missing
from idp.applications.registry import Snapshot
from idp.people.claims import CATALOGUE
from kit.web.language import WIB, moment_text, pick
from kit.web.pages import see_other

HERE = "/admin/insiden"


@dataclass(frozen=True, slots=True)
class IncidentPages:
    frame: Frame

    async def index(self, visit: Visit) -> Response:
        found = await self.frame.actions.incidents.search(visit.operator)
        now, snapshot = self.frame.clock.now(), await self.frame.actions.desk.snapshot()
        rows = [(one, countdown(one, now), systems_of(one, snapshot, visit.language)) for one in found]
        return self.frame.render(visit, "protection/incidents", "register", rows=rows, api_call=api_call("GET", "/incidents"))

    async def one(self, visit: Visit) -> Response:
        incident = await self._incident(visit)
        snapshot = await self.frame.actions.desk.snapshot()
        systems = systems_of(incident, snapshot, visit.language)
        counts = counts_of(incident, visit.language)
        return self.frame.render(
            visit,
            "protection/incident",
            "register",
            incident=incident,
            clock=countdown(incident, self.frame.clock.now()),
            systems=systems,
            counts=counts,
            notice=citizen_notice(incident, systems, ", ".join(name for name, _ in counts), visit.language),
            missing=[pick(HEADINGS[name], visit.language) for name in missing(incident) if name in HEADINGS],
            api_call=api_call("GET", "/incidents/{incident}", incident=incident.id),
        )

    async def form(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        incident = await self._incident(visit) if "incident" in visit.path else None
        snapshot = await self.frame.actions.desk.snapshot()
        values = visit.form if visit.form.pairs else _values(incident) if incident is not None else Values()
        services = {
            app: some if len(some) > 1 else () for app, some in snapshot.by_application.items()
        }  # of one service alone its application says the same
        return self.frame.render(
            visit,
            "protection/form",
            "register",
            status=422 if problems else 200,
            incident=incident,
            values=values,
            errors=problems or [],
            applications=sorted(snapshot.applications.values(), key=lambda one: pick(one.name, visit.language)),
            services=services,
            headings=HEADINGS,
        )

    async def save(self, visit: Visit) -> Response:
        actions = self.frame.actions.incidents
        try:
            draft = _draft(visit.form)
            if "incident" in visit.path:
                revision = visit.form["revision"]
                kept = await actions.change(visit.operator, visit.path["incident"], draft, int(revision) if _small(revision) else 0)
            else:
                kept = await actions.report(visit.operator, draft)
        except ValidationError as error:
            return await self.form(visit, told(field_problems(error), visit.language))
        except Invalid as error:
            return await self.form(visit, told(error.problems, visit.language))
        return see_other(f"{HERE}/{kept.id}")

    async def letter(self, visit: Visit) -> Response:
        """The letter to the authority, to print or to copy."""
        incident = await self._incident(visit)
        snapshot = await self.frame.actions.desk.snapshot()
        regency, found = self.frame.pages.regency.name, moment_text(incident.found_at, visit.language)
        systems, counts = systems_of(incident, snapshot, visit.language), counts_of(incident, visit.language)
        parts = authority_letter(incident, systems, counts, regency, found, visit.language)
        officer = self.frame.actions.register.officer
        return self.frame.render(
            visit, "protection/letter", "register", incident=incident, parts=parts, regency_name=regency, officer=officer
        )

    async def affected(self, visit: Visit) -> Response:
        lines = await self.frame.actions.incidents.pseudonyms(visit.operator, visit.path["incident"])
        return download(lines, "affected.csv")

    async def ask_publish(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        incident = await self._incident(visit)
        act = Act(
            title={"id": "Beri tahu warga terdampak?", "en": "Tell the affected people?"},
            name=moment_text(incident.found_at, visit.language),
            code=incident.id,
            back=f"{HERE}/{incident.id}",
            button={"id": "Beri tahu sekarang", "en": "Tell them now"},
            impacts=((incident.affected, {"id": "orang melihatnya di portal.", "en": "people see it in their portal."}),),
            note={"id": "Sesudah ini isinya tidak dapat diubah lagi.", "en": "After this it cannot be changed any more."},
        )
        return act.page(self.frame, visit, "register", problems)

    async def publish(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.incidents.publish(visit.operator, visit.path["incident"], visit.form["reason"])
        except Invalid as error:
            return await self.ask_publish(visit, told(error.problems, visit.language))
        return see_other(f"{HERE}/{visit.path['incident']}")

    async def ask_authority(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        incident = await self._incident(visit)
        act = Act(
            title={"id": "Catat surat kepada lembaga?", "en": "Note the letter to the authority?"},
            name=moment_text(incident.found_at, visit.language),
            code=incident.id,
            back=f"{HERE}/{incident.id}",
            button={"id": "Surat sudah dikirim", "en": "The letter was sent"},
            danger=False,
            note={
                "id": "Gapura tidak mengirim surat itu. Tulis nomor surat dan cara mengirimnya.",
                "en": "Gapura does not send that letter. Write its number and how it was sent.",
            },
        )
        return act.page(self.frame, visit, "register", problems)

    async def authority(self, visit: Visit) -> Response:
        try:
            await self.frame.actions.incidents.authority_told(visit.operator, visit.path["incident"], visit.form["reason"])
        except Invalid as error:
            return await self.ask_authority(visit, told(error.problems, visit.language))
        return see_other(f"{HERE}/{visit.path['incident']}")

    async def ask_identities(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        incident = await self._incident(visit)
        act = Act(
            title={"id": "Unduh identitas warga terdampak?", "en": "Download who the affected people are?"},
            name=moment_text(incident.found_at, visit.language),
            code=incident.id,
            back=f"{HERE}/{incident.id}",
            button={"id": "Unduh identitas", "en": "Download identities"},
            impacts=((incident.affected, {"id": "nama, NIK, HP, dan email terbuka.", "en": "names, NIKs, phones and e-mails open."}),),
        )
        return act.page(self.frame, visit, "register", problems)

    async def identities(self, visit: Visit) -> Response:
        try:
            lines = await self.frame.actions.incidents.identities(
                visit.operator, visit.path["incident"], visit.form["reason"], visit.language
            )
        except Invalid as error:
            return await self.ask_identities(visit, told(error.problems, visit.language))
        return download(lines, "identities.csv")

    async def _incident(self, visit: Visit) -> Incident:
        return await self.frame.actions.incidents.get(visit.operator, visit.path["incident"])

    def handlers(self) -> Handlers:
        one = f"{HERE}/{{incident}}"
        return {
            ("GET", HERE): self.index,
            ("GET", f"{HERE}/baru"): self.form,
            ("POST", f"{HERE}/baru"): self.save,
            ("GET", one): self.one,
            ("GET", f"{one}/ubah"): self.form,
            ("POST", f"{one}/ubah"): self.save,
            ("GET", f"{one}/surat"): self.letter,
            ("GET", f"{one}/terdampak"): self.affected,
            ("GET", f"{one}/terbitkan"): self.ask_publish,
            ("POST", f"{one}/terbitkan"): self.publish,
            ("GET", f"{one}/lembaga"): self.ask_authority,
            ("POST", f"{one}/lembaga"): self.authority,
            ("GET", f"{one}/identitas"): self.ask_identities,
            ("POST", f"{one}/identitas"): self.identities,
        }


def systems_of(incident: Incident, snapshot: Snapshot, language: str) -> str:
    """Return the applications and services of the incident by name; one that is gone by its id."""
    names = []
    for scope in incident.scopes:
        application, service = snapshot.applications.get(scope.application), snapshot.services.get(scope.service)
        name = pick(application.name, language) if application is not None else scope.application
        names.append(f"{name} ({pick(service.name, language)})" if service is not None else name)
    return ", ".join(names)


def counts_of(incident: Incident, language: str) -> list[tuple[str, int]]:
    """Return how many people each claim concerns, most first."""
    named = [(claim_name(claim, language), number) for claim, number in incident.claims.items()]
    return sorted(named, key=lambda one: (-one[1], one[0]))


def claim_name(claim: str, language: str) -> str:
    return pick(CATALOGUE[claim].label, language) if claim in CATALOGUE else claim


def _draft(form: Values) -> IncidentDraft:
    words = {name: {"id": form[f"{name}.id"], "en": form[f"{name}.en"]} for name in WORDS}
    moments = {name: _moment(form[name]) for name in ("since", "until", "found_at")}
    return IncidentDraft.model_validate({"systems": form.all("systems"), "happened": form["happened"], **moments, **words})


def _values(incident: Incident) -> Values:
    words: Iterable[tuple[str, str]] = (
        (f"{name}.{language}", incident.words.get(name, {}).get(language, "")) for name in WORDS for language in ("id", "en")
    )
    moments = ((name, _local(getattr(incident, name))) for name in ("since", "until", "found_at"))
    systems = (("systems", name_of(one)) for one in incident.scopes)
    return Values([*systems, *moments, *words, ("happened", incident.happened), ("revision", str(incident.revision))])


def _moment(text: str) -> int:
    """Return what a field says, day and hour of WIB, in seconds UTC; 0 for anything else, which no action takes."""
    try:
        return max(0, int(datetime.fromisoformat(text).replace(tzinfo=WIB).timestamp()))
    except (ValueError, OverflowError):
        return 0


def _local(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone(WIB).strftime("%Y-%m-%d %H:%M")


def _small(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
