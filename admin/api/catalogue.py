"""Routes of agencies, applications, clients and connectors. Each is one line of an action."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from admin.actions.all import Actions
from admin.actions.drafts import AgencyDraft, ApplicationDraft, ApplicationEdit, ClientDraft, ConnectorEdit, NoticeDraft
from admin.actions.picture import Preview, Wanted
from admin.api import models as m
from admin.api.revision import etag, revision
from admin.api.who import Gate
from admin.errors import Invalid, NotFound
from admin.operator import Operator
from admin.pages.parse import problem_of

Revision = Annotated[int, Depends(revision)]
Cursor = Annotated[str, Query(max_length=100)]
Limit = Annotated[int, Query(ge=1, le=200)]


class NoticeIn(NoticeDraft):
    service: str


def catalogue_routes(gate: Gate, actions: Actions) -> APIRouter:
    router = APIRouter()
    desk = actions.desk

    def who(method: str, path: str) -> Any:
        return Depends(gate.needs(method, path))

    @router.get("/agencies")
    async def list_agencies(
        operator: Annotated[Operator, who("GET", "/agencies")], q: str = "", cursor: Cursor = "", limit: Limit = 50
    ) -> m.AgencyPage:
        found = await actions.agencies.search(operator, q=q)
        start = _after([a.code for a in found], cursor)
        page = found[start : start + limit]
        return m.AgencyPage(items=[m.agency(a) for a in page], next=page[-1].code if page and start + limit < len(found) else None)

    @router.post("/agencies", status_code=201)
    async def create_agency(operator: Annotated[Operator, who("POST", "/agencies")], draft: AgencyDraft) -> m.AgencyOut:
        return m.agency(await actions.agencies.create(operator, draft))

    @router.get("/agencies/{code}")
    async def get_agency(operator: Annotated[Operator, who("GET", "/agencies/{code}")], code: str) -> m.AgencyOut:
        return m.agency(await actions.agencies.get(operator, code))

    @router.put("/agencies/{code}")
    async def change_agency(operator: Annotated[Operator, who("PUT", "/agencies/{code}")], code: str, draft: AgencyDraft) -> m.AgencyOut:
        return m.agency(await actions.agencies.change(operator, code, draft))

    @router.post("/agencies/{code}/suspend")
    async def suspend_agency(
        operator: Annotated[Operator, who("POST", "/agencies/{code}/suspend")], code: str, body: m.Switch
    ) -> m.AgencyOut:
        return m.agency(await actions.agencies.suspend(operator, code, name=body.name, reason=body.reason))

    @router.post("/agencies/{code}/resume")
    async def resume_agency(
        operator: Annotated[Operator, who("POST", "/agencies/{code}/resume")], code: str, body: m.Reason
    ) -> m.AgencyOut:
        return m.agency(await actions.agencies.resume(operator, code, reason=body.reason))

    @router.get("/agencies/{code}/clients/{client_id}")
    async def client_of_agency(
        operator: Annotated[Operator, who("GET", "/agencies/{code}/clients/{client_id}")], code: str, client_id: str
    ) -> m.ClientOut:
        """The client, when it belongs to this agency; else it does not exist here (AD-01)."""
        client = await actions.clients.get(operator, client_id)
        application = await actions.applications.get(operator, client.application)
        if application.agency != code:
            raise NotFound(client_id)
        return m.client(client)

    @router.get("/applications")
    async def list_applications(
        operator: Annotated[Operator, who("GET", "/applications")],
        q: str = "",
        agency: str = "",
        channel: str = "",
        state: Annotated[str, Query(pattern="^(on|off|)$")] = "",
        cursor: Cursor = "",
        limit: Limit = 50,
    ) -> m.ApplicationPage:
        if cursor and cursor not in (await desk.snapshot()).applications:
            raise Invalid(problem_of("cursor", "unknown"))
        found = await actions.applications.search(operator, q=q, agency=agency, channel=channel, state=state, after=cursor, limit=limit)
        usable = (await desk.snapshot()).usable
        items = [m.application(a, usable(a.id)) for a in found.items]
        return m.ApplicationPage(items=items, total=found.total, next=found.after or None)

    @router.post("/applications", status_code=201)
    async def register_application(operator: Annotated[Operator, who("POST", "/applications")], draft: ApplicationDraft) -> m.Registered:
        """Register an application with its service, notice and client or connector. The secret is in this answer and never again."""
        made = await actions.applications.register(operator, draft)
        shown = m.application(made.application, (await desk.snapshot()).usable(made.application.id))
        return m.Registered(
            application=shown, client_id=made.client_id or None, secret=made.secret or None, connector=made.connector or None
        )

    @router.get("/applications/{app_id}")
    async def get_application(
        operator: Annotated[Operator, who("GET", "/applications/{app_id}")],
        app_id: str,
        response: Response,
    ) -> m.ApplicationOut:
        application = await actions.applications.get(operator, app_id)
        response.headers["ETag"] = etag(application.revision)
        return m.application(application, (await desk.snapshot()).usable(app_id))

    @router.put("/applications/{app_id}")
    async def change_application(
        operator: Annotated[Operator, who("PUT", "/applications/{app_id}")],
        app_id: str,
        edit: ApplicationEdit,
        based_on: Revision,
    ) -> m.ApplicationOut:
        application = await actions.applications.change(operator, app_id, edit, based_on=based_on)
        return m.application(application, (await desk.snapshot()).usable(app_id))

    @router.post("/applications/{app_id}/disable")
    async def disable_application(
        operator: Annotated[Operator, who("POST", "/applications/{app_id}/disable")],
        app_id: str,
        body: m.Switch,
    ) -> m.ApplicationOut:
        application = await actions.applications.disable(operator, app_id, name=body.name, reason=body.reason)
        return m.application(application, (await desk.snapshot()).usable(app_id))

    @router.post("/applications/{app_id}/enable")
    async def enable_application(
        operator: Annotated[Operator, who("POST", "/applications/{app_id}/enable")],
        app_id: str,
        body: m.Reason,
    ) -> m.ApplicationOut:
        application = await actions.applications.enable(operator, app_id, reason=body.reason)
        return m.application(application, (await desk.snapshot()).usable(app_id))

    @router.get("/applications/{app_id}/preview")
    async def preview(
        operator: Annotated[Operator, who("GET", "/applications/{app_id}/preview")],
        app_id: str,
        person: str,
        service: str = "",
        answer: Annotated[str, Query(pattern="^(all|required|none)$")] = "all",
    ) -> Preview:
        """What the application would receive about a test person. A real citizen is not found here."""
        return await actions.previews.run(operator, Wanted(app_id, person, service, answer))

    @router.post("/applications/{app_id}/notices", status_code=201)
    async def publish_notice(
        operator: Annotated[Operator, who("POST", "/applications/{app_id}/notices")],
        app_id: str,
        draft: NoticeIn,
    ) -> dict[str, str]:
        body = NoticeDraft.model_validate(draft.model_dump(exclude={"service"}))
        notice = await actions.notices.publish(operator, app_id, draft.service, body)
        return {"id": notice.id, "version": notice.version}

    @router.get("/clients/{client_id}")
    async def get_client(
        operator: Annotated[Operator, who("GET", "/clients/{client_id}")], client_id: str, response: Response
    ) -> m.ClientOut:
        client = await actions.clients.get(operator, client_id)
        response.headers["ETag"] = etag((await desk.snapshot()).applications[client.application].revision)
        return m.client(client)

    @router.put("/clients/{client_id}")
    async def change_client(
        operator: Annotated[Operator, who("PUT", "/clients/{client_id}")], client_id: str, draft: ClientDraft, based_on: Revision
    ) -> m.ClientOut:
        return m.client(await actions.clients.change(operator, client_id, draft, based_on=based_on))

    @router.post("/clients/{client_id}/secrets", status_code=201)
    async def rotate_secret(operator: Annotated[Operator, who("POST", "/clients/{client_id}/secrets")], client_id: str) -> m.SecretCreated:
        return m.SecretCreated(client_id=client_id, secret=await actions.clients.rotate_secret(operator, client_id))

    @router.delete("/clients/{client_id}/secrets/{prefix}")
    async def revoke_secret(
        operator: Annotated[Operator, who("DELETE", "/clients/{client_id}/secrets/{prefix}")],
        client_id: str,
        prefix: str,
        reason: Annotated[str, Query(max_length=500)],
    ) -> m.ClientOut:
        return m.client(await actions.clients.revoke_secret(operator, client_id, prefix, reason=reason))

    @router.get("/connectors")
    async def list_connectors(operator: Annotated[Operator, who("GET", "/connectors")]) -> list[m.ConnectorOut]:
        return [m.connector(c) for c in await actions.connectors.search(operator)]

    @router.get("/connectors/{connector_id}")
    async def get_connector(
        operator: Annotated[Operator, who("GET", "/connectors/{connector_id}")],
        connector_id: str,
        response: Response,
    ) -> m.ConnectorOut:
        connector = await actions.connectors.get(operator, connector_id)
        response.headers["ETag"] = etag((await desk.snapshot()).applications[connector.application].revision)
        return m.connector(connector)

    @router.put("/connectors/{connector_id}")
    async def change_connector(
        operator: Annotated[Operator, who("PUT", "/connectors/{connector_id}")],
        connector_id: str,
        edit: ConnectorEdit,
        based_on: Revision,
    ) -> m.ConnectorOut:
        """Say the settings anew, whole, without a draft; what is dangerous needs a reason."""
        await actions.connector_settings.change(operator, connector_id, edit, based_on=based_on)
        return m.connector(await actions.connectors.get(operator, connector_id))

    @router.post("/connectors/{connector_id}/disable")
    async def disable_connector(
        operator: Annotated[Operator, who("POST", "/connectors/{connector_id}/disable")],
        connector_id: str,
        body: m.Switch,
    ) -> m.ConnectorOut:
        return m.connector(await actions.connectors.disable(operator, connector_id, name=body.name, reason=body.reason))

    @router.post("/connectors/{connector_id}/enable")
    async def enable_connector(
        operator: Annotated[Operator, who("POST", "/connectors/{connector_id}/enable")],
        connector_id: str,
        body: m.Reason,
    ) -> m.ConnectorOut:
        return m.connector(await actions.connectors.enable(operator, connector_id, reason=body.reason))

    return router


def _after(keys: list[str], cursor: str) -> int:
    """Return where the page begins; a cursor that names nothing is refused (AD-17)."""
    if not cursor:
        return 0
    if cursor not in keys:
        raise Invalid(problem_of("cursor", "unknown"))
    return keys.index(cursor) + 1
