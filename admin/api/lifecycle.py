"""Routes of the life cycle of connectors: drafts, revisions, owner, secrets, probe. Each is one line of an action."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query
from starlette.responses import Response

from admin.actions.all import Actions
from admin.actions.picture import Preview
from admin.api import connector_models as m
from admin.api.models import Reason
from admin.api.revision import etag, revision
from admin.api.who import Gate
from admin.operator import Operator

Revision = Annotated[int, Depends(revision)]
Content = Annotated[dict[str, Any], Body(description="Fields of the definition, complete or not; what is not named stays")]
Answer = Annotated[str, Query(pattern="^(all|required|none)$")]


def lifecycle_routes(gate: Gate, actions: Actions) -> APIRouter:
    router = APIRouter()
    life = actions.lifecycle

    def who(method: str, path: str) -> Any:
        return Depends(gate.needs(method, path))

    @router.get("/connector-drafts")
    async def list_drafts(operator: Annotated[Operator, who("GET", "/connector-drafts")]) -> m.DraftList:
        return m.DraftList(items=[m.draft(one) for one in await life.drafts(operator)])

    @router.post("/connector-drafts", status_code=201)
    async def begin_draft(
        operator: Annotated[Operator, who("POST", "/connector-drafts")], body: m.DraftBegun, response: Response
    ) -> m.DraftOut:
        """Begin a draft of a connector as it stands, or of a new one of a kind. A connector has one draft: that one is answered."""
        draft = await life.begin(operator, connector=body.connector, kind=body.kind)
        response.headers["ETag"] = etag(draft.version)
        return m.draft(draft)

    @router.get("/connector-drafts/{draft}")
    async def get_draft(
        operator: Annotated[Operator, who("GET", "/connector-drafts/{draft}")], draft: str, response: Response
    ) -> m.DraftOut:
        found = await life.draft(operator, draft)
        response.headers["ETag"] = etag(found.version)
        return m.draft(found)

    @router.put("/connector-drafts/{draft}")
    async def save_draft(
        operator: Annotated[Operator, who("PUT", "/connector-drafts/{draft}")],
        draft: str,
        content: Content,
        based_on: Revision,
        response: Response,
    ) -> m.DraftOut:
        saved = await life.save(operator, draft, content, based_on=based_on)
        response.headers["ETag"] = etag(saved.version)
        return m.draft(saved)

    @router.delete("/connector-drafts/{draft}", status_code=204)
    async def discard_draft(
        operator: Annotated[Operator, who("DELETE", "/connector-drafts/{draft}")], draft: str, based_on: Revision
    ) -> None:
        await life.discard(operator, draft, based_on=based_on)

    @router.get("/connector-drafts/{draft}/text")
    async def draft_text(
        operator: Annotated[Operator, who("GET", "/connector-drafts/{draft}/text")], draft: str, response: Response
    ) -> m.TextOut:
        """The draft as YAML (CW-4)."""
        response.headers["ETag"] = etag((await life.draft(operator, draft)).version)
        return m.TextOut(text=await life.draft_text(operator, draft))

    @router.put("/connector-drafts/{draft}/text")
    async def save_draft_text(
        operator: Annotated[Operator, who("PUT", "/connector-drafts/{draft}/text")],
        draft: str,
        body: m.TextIn,
        based_on: Revision,
        response: Response,
    ) -> m.DraftOut:
        saved = await life.save_text(operator, draft, body.text, based_on=based_on)
        response.headers["ETag"] = etag(saved.version)
        return m.draft(saved)

    @router.post("/connector-drafts/{draft}/rebase")
    async def rebase_draft(
        operator: Annotated[Operator, who("POST", "/connector-drafts/{draft}/rebase")],
        draft: str,
        based_on: Revision,
        response: Response,
    ) -> m.DraftOut:
        """Take the draft to what stands now, after somebody else published (PB-6)."""
        taken = await life.rebase(operator, draft, based_on=based_on)
        response.headers["ETag"] = etag(taken.version)
        return m.draft(taken)

    @router.get("/connector-drafts/{draft}/check")
    async def check_draft(operator: Annotated[Operator, who("GET", "/connector-drafts/{draft}/check")], draft: str) -> m.CheckedOut:
        return m.checked(await life.check(operator, draft))

    @router.get("/connector-drafts/{draft}/review")
    async def review_draft(operator: Annotated[Operator, who("GET", "/connector-drafts/{draft}/review")], draft: str) -> m.ReviewOut:
        return m.review(await life.review(operator, draft))

    @router.get("/connector-drafts/{draft}/preview")
    async def try_draft(
        operator: Annotated[Operator, who("GET", "/connector-drafts/{draft}/preview")],
        draft: str,
        person: str,
        service: str = "",
        answer: Answer = "all",
    ) -> Preview:
        """What the older system would receive about a test person if the draft stood."""
        return await life.attempt(operator, draft, person, service=service, answer=answer)

    @router.post("/connector-drafts/{draft}/probe")
    async def probe_draft(operator: Annotated[Operator, who("POST", "/connector-drafts/{draft}/probe")], draft: str) -> m.ReportOut:
        return m.report(await life.probe(operator, draft_id=draft))

    @router.post("/connector-drafts/{draft}/publish")
    async def publish_draft(
        operator: Annotated[Operator, who("POST", "/connector-drafts/{draft}/publish")],
        draft: str,
        body: m.PublishIn,
        based_on: Revision,
    ) -> m.PublishedOut:
        return m.published(await life.publish(operator, draft, based_on=based_on, reason=body.reason))

    @router.get("/connectors/{connector_id}/definition")
    async def definition(
        operator: Annotated[Operator, who("GET", "/connectors/{connector_id}/definition")], connector_id: str, response: Response
    ) -> m.DefinitionOut:
        stands = await life.standing(operator, connector_id)
        response.headers["ETag"] = etag(stands.number)
        return m.standing(stands)

    @router.get("/connectors/{connector_id}/preview")
    async def try_connector(
        operator: Annotated[Operator, who("GET", "/connectors/{connector_id}/preview")],
        connector_id: str,
        person: str,
        service: str = "",
        answer: Answer = "all",
    ) -> Preview:
        """What the older system receives about a test person, as the connector stands (TP-5)."""
        definition = await life.definition(operator, connector_id)
        return await life.attempt_definition(operator, definition, person, service=service, answer=answer)

    @router.get("/connectors/{connector_id}/revisions")
    async def list_revisions(
        operator: Annotated[Operator, who("GET", "/connectors/{connector_id}/revisions")], connector_id: str
    ) -> m.RevisionList:
        return m.RevisionList(items=[m.revision(one) for one in await life.revisions(operator, connector_id)])

    @router.get("/connectors/{connector_id}/revisions/{number}")
    async def get_revision(
        operator: Annotated[Operator, who("GET", "/connectors/{connector_id}/revisions/{number}")], connector_id: str, number: m.Number
    ) -> m.RevisionOut:
        return m.revision(await life.revision(operator, connector_id, number))

    @router.get("/connectors/{connector_id}/changes")
    async def compare(
        operator: Annotated[Operator, who("GET", "/connectors/{connector_id}/changes")],
        connector_id: str,
        before: m.Number,
        after: m.Number,
    ) -> m.ChangeList:
        """What changed from one revision to another, in words."""
        return m.ChangeList(changes=[m.change(one) for one in await life.compare(operator, connector_id, before, after)])

    @router.post("/connectors/{connector_id}/revisions/{number}/restore")
    async def restore(
        operator: Annotated[Operator, who("POST", "/connectors/{connector_id}/revisions/{number}/restore")],
        connector_id: str,
        number: m.Number,
        body: Reason,
        based_on: Revision,
    ) -> m.PublishedOut:
        """Bring the content of an older revision back as a new one."""
        return m.published(await life.restore(operator, connector_id, number, based_on=based_on, reason=body.reason))

    @router.put("/connectors/{connector_id}/owner")
    async def own(
        operator: Annotated[Operator, who("PUT", "/connectors/{connector_id}/owner")], connector_id: str, body: m.OwnerIn
    ) -> m.PublishedOut:
        return m.published(await life.own(operator, connector_id, body.managed, reason=body.reason))

    @router.get("/connectors/{connector_id}/secrets")
    async def list_secrets(
        operator: Annotated[Operator, who("GET", "/connectors/{connector_id}/secrets")], connector_id: str, drafted: bool = False
    ) -> m.SecretNeeds:
        """What the settings call for, as they stand or (`drafted`) as the connector's draft has them; no value."""
        return m.SecretNeeds(items=[m.secret(one) for one in await life.secrets(operator, connector_id, drafted=drafted)])

    @router.post("/connectors/{connector_id}/secrets/{name}", status_code=201)
    async def set_secret(
        operator: Annotated[Operator, who("POST", "/connectors/{connector_id}/secrets/{name}")],
        connector_id: str,
        name: str,
        body: m.SecretIn,
    ) -> m.SecretSetOut:
        """Set a secret, or let Gapura make one: it is in this answer and never again. The former one stays good for the overlap."""
        if body.value is None:
            return m.secret_set(await life.make_secret(operator, connector_id, name, overlap=body.overlap))
        return m.secret_set(await life.set_secret(operator, connector_id, name, body.value, overlap=body.overlap))

    @router.post("/connectors/{connector_id}/probe")
    async def probe(operator: Annotated[Operator, who("POST", "/connectors/{connector_id}/probe")], connector_id: str) -> m.ReportOut:
        """Try the connection step by step; nothing is changed anywhere."""
        return m.report(await life.probe(operator, connector_id))

    return router
