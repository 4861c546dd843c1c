"""Routes of the register of processing and of data incidents. Who the affected people are is not to be had here: the console asks why."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from admin.actions.all import Actions
from admin.actions.incidents import IncidentDraft, name_of
from admin.api.models import Out, Reason
from admin.api.who import Gate
from admin.operator import Operator
from consent.incidents import WORDS, Incident, countdown

Agency = Annotated[str, Query(max_length=40)]
Language = Annotated[str, Query(pattern="^(id|en)$")]
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class IncidentOut(Out):
    """`left` are the seconds until three days after it was found are over; negative: overdue."""

    id: str
    revision: int
    systems: list[str]
    since: int
    until: int
    found_at: int
    happened: str
    words: dict[str, dict[str, str]]
    affected: int
    claims: dict[str, int]
    published_at: int | None
    authority_at: int | None
    due_at: int
    left: int
    overdue: bool


class IncidentChange(IncidentDraft):
    revision: int = Field(ge=1, le=2**31)


def protection_routes(gate: Gate, actions: Actions) -> APIRouter:
    router = APIRouter()

    def who(method: str, path: str) -> Any:
        return Depends(gate.needs(method, path))

    def out(incident: Incident) -> IncidentOut:
        return shown(incident, actions.desk.clock.now())

    @router.get("/register")
    async def register(operator: Annotated[Operator, who("GET", "/register")], agency: Agency = "") -> Response:
        """The register as a JSON array; an agency admin gets the agency's own part, of a foreign agency 404."""
        lines = await actions.register.json(operator, agency)
        return StreamingResponse(lines, media_type="application/json", headers=NO_STORE)

    @router.get("/register.csv")
    async def register_csv(
        operator: Annotated[Operator, who("GET", "/register.csv")], agency: Agency = "", lang: Language = "id"
    ) -> Response:
        lines = await actions.register.csv(operator, agency, lang)
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=NO_STORE)

    @router.get("/incidents")
    async def incidents(operator: Annotated[Operator, who("GET", "/incidents")]) -> list[IncidentOut]:
        return [out(one) for one in await actions.incidents.search(operator)]

    @router.post("/incidents", status_code=201)
    async def report(operator: Annotated[Operator, who("POST", "/incidents")], body: IncidentDraft) -> IncidentOut:
        return out(await actions.incidents.report(operator, body))

    @router.get("/incidents/{incident}")
    async def one(operator: Annotated[Operator, who("GET", "/incidents/{incident}")], incident: str) -> IncidentOut:
        return out(await actions.incidents.get(operator, incident))

    @router.put("/incidents/{incident}")
    async def change(
        operator: Annotated[Operator, who("PUT", "/incidents/{incident}")], incident: str, body: IncidentChange
    ) -> IncidentOut:
        draft = IncidentDraft(**{name: getattr(body, name) for name in IncidentDraft.model_fields})
        return out(await actions.incidents.change(operator, incident, draft, body.revision))

    @router.get("/incidents/{incident}/people.csv")
    async def people(operator: Annotated[Operator, who("GET", "/incidents/{incident}/people.csv")], incident: str) -> Response:
        """Who is affected, by pseudonyms that mean nothing outside this incident."""
        lines = await actions.incidents.pseudonyms(operator, incident)
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=NO_STORE)

    @router.post("/incidents/{incident}/publish")
    async def publish(
        operator: Annotated[Operator, who("POST", "/incidents/{incident}/publish")], incident: str, body: Reason
    ) -> IncidentOut:
        return out(await actions.incidents.publish(operator, incident, body.reason))

    @router.post("/incidents/{incident}/authority")
    async def authority(
        operator: Annotated[Operator, who("POST", "/incidents/{incident}/authority")], incident: str, body: Reason
    ) -> IncidentOut:
        return out(await actions.incidents.authority_told(operator, incident, body.reason))

    return router


def shown(incident: Incident, now: int) -> IncidentOut:
    clock = countdown(incident, now)
    return IncidentOut(
        id=incident.id,
        revision=incident.revision,
        systems=[name_of(one) for one in incident.scopes],
        since=incident.since,
        until=incident.until,
        found_at=incident.found_at,
        happened=incident.happened,
        words={name: dict(incident.words.get(name, {})) for name in WORDS},
        affected=incident.affected,
        claims=dict(incident.claims),
        published_at=incident.published_at,
        authority_at=incident.authority_at,
        due_at=clock.ends_at,
        left=clock.left,
        overdue=clock.overdue,
    )
